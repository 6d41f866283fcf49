//! A source file, as far as its imports go. Made for code that rustfmt has formatted.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A file: its module, and the paths that it names.
#[derive(Debug)]
pub struct Source {
    pub path: String,
    /// `["run", "call"]` for `run/call.rs` and `run/call/mod.rs`.
    pub module: Vec<String>,
    pub lines: usize,
    pub paths: Vec<Named>,
    /// The names that its code uses, outside its imports.
    pub words: BTreeSet<String>,
    /// Its code without comments and tests, and the number of each line.
    pub code: Vec<(usize, String)>,
    /// Files that only tests compile, as `run/call_tests.rs`.
    pub test_files: Vec<String>,
}

/// A path in an import or in code.
#[derive(Clone, Debug)]
pub struct Named {
    pub line: usize,
    pub segments: Vec<String>,
    /// The name in this module, where a `pub use` hands it on.
    pub handed_on_as: Option<String>,
    /// It stands in a `use`.
    pub is_import: bool,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let module = path.trim_end_matches(".rs").trim_end_matches("/mod").trim_end_matches("lib");
        let module = module.split('/').filter(|it| !it.is_empty()).map(Into::into).collect();
        let mut source = Self {
            path: path.into(),
            module,
            lines: text.lines().count(),
            paths: Vec::new(),
            words: BTreeSet::new(),
            code: Vec::new(),
            test_files: Vec::new(),
        };
        source.read_code(text);
        source.read_paths();
        source
    }

    /// Whether this is a `macro_rules!` macro of the file, which a `use` hands on by its bare name.
    pub fn defines_macro(&self, name: &str) -> bool {
        let head = format!("macro_rules! {name} {{");
        self.code.iter().any(|(_, line)| line.trim_start() == head)
    }

    /// Leaves out comments and whatever only tests compile.
    fn read_code(&mut self, text: &str) {
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
        while let Some((number, line)) = lines.next() {
            let trimmed = line.trim_start();
            if !(trimmed.starts_with("#[cfg(") && trimmed.contains("test")) {
                if !trimmed.starts_with("//") {
                    self.code.push((number, line.into()));
                }
                continue;
            }
            // The item after the attributes, up to the line that closes it.
            let indent = &line[..line.len() - trimmed.len()];
            let mut file = None;
            while let Some((_, line)) = lines.next_if(|(_, it)| it.trim_start().starts_with('#')) {
                file = line.split('"').nth(1).map(str::to_owned).or(file);
            }
            let Some((_, item)) = lines.next() else { break };
            if let Some(name) =
                item.trim_start().strip_prefix("mod ").and_then(|it| it.strip_suffix(';'))
            {
                self.add_test_file(file.unwrap_or_else(|| format!("{name}.rs")));
            } else if !(item.ends_with(';') || item.ends_with('}')) {
                let ends = [format!("{indent}}}"), format!("{indent}}};"), format!("{indent});")];
                while lines.next().is_some_and(|(_, it)| !ends.iter().any(|end| it == end)) {}
            }
        }
    }

    fn add_test_file(&mut self, file: String) {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_root = self.path.ends_with("mod.rs") || self.path == "lib.rs";
        let path = |folder: &str| format!("{folder}/{file}").trim_start_matches('/').to_owned();
        self.test_files.push(path(folder));
        if !is_root {
            self.test_files.push(path(self.path.trim_end_matches(".rs")));
        }
    }

    fn read_paths(&mut self) {
        let mut lines = self.code.iter();
        while let Some((number, line)) = lines.next() {
            let trimmed = line.trim_start();
            let (hands_on, import) = match trimmed.split_once("use ") {
                Some(("", import)) => (false, import),
                Some((before, import)) if before.starts_with("pub") => (true, import),
                _ => {
                    self.paths.extend(in_code(*number, line));
                    self.words.extend(words(line));
                    continue;
                }
            };
            let mut tree = import.to_owned();
            while !tree.contains(';') {
                let Some((_, line)) = lines.next() else { break };
                tree.push_str(line.trim());
            }
            let tree = tree.split(';').next().unwrap_or_default();
            for (path, name) in expand("", tree) {
                let segments = path.split("::").map(|it| it.trim().to_owned()).collect();
                let handed_on_as = hands_on.then_some(name);
                self.paths.push(Named { line: *number, segments, handed_on_as, is_import: true });
            }
        }
    }
}

/// The paths of an import tree, each with the name that it gets here.
fn expand(prefix: &str, tree: &str) -> Vec<(String, String)> {
    let tree = tree.trim().trim_start_matches("::");
    if let Some(open) = tree.find('{') {
        let inside = tree[open + 1..].trim_end_matches('}');
        let inside = if tree.ends_with('}') { &tree[open + 1..tree.len() - 1] } else { inside };
        let prefix = format!("{prefix}{}", &tree[..open]);
        return split(inside).flat_map(|part| expand(&prefix, part)).collect();
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, it)| (path, Some(it)));
    let path = format!("{prefix}{path}");
    let path = path.strip_suffix("::self").unwrap_or(&path).to_owned();
    let last = path.rsplit("::").next().unwrap_or_default().to_owned();
    vec![(path, alias.map_or(last, str::to_owned))]
}

/// The parts between the commas outside all braces.
fn split(tree: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let parts = tree.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty())
}

fn words(line: &str) -> impl Iterator<Item = String> {
    let line = line.split(" // ").next().unwrap_or_default();
    line.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned)
}

/// The paths in a line of code that begin with a module.
fn in_code(number: usize, line: &str) -> Vec<Named> {
    let line = line.split(" // ").next().unwrap_or_default();
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = line.split(|c| !is_path(c)).map(|word| word.trim_end_matches(':'));
    let paths = words.filter(|it| it.contains("::") && it.starts_with(|c: char| c.is_lowercase()));
    let named = |path: &str| Named {
        line: number,
        segments: path.split("::").filter(|it| !it.is_empty()).map(Into::into).collect(),
        handed_on_as: None,
        is_import: false,
    };
    paths.map(named).collect()
}

/// All sources under `root`, in the order of their paths.
pub fn read(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let inside = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                sources.push(Source::new(&inside, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}
