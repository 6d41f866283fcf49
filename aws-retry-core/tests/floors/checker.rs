//! The rules, held against sources.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Named, Source};

/// The rules of one crate.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Modules from the ground up. Empty: the crate has no floors.
    pub floors: &'static [&'static [&'static str]],
    /// A module that imports nothing from outside itself but these crates.
    pub pure: Option<(&'static str, &'static [&'static str])>,
    /// The most lines of a file.
    pub longest: usize,
}

/// One message for each violation.
pub fn violations(sources: &[Source], rules: &Rules) -> Vec<String> {
    let tests: BTreeSet<_> = sources.iter().flat_map(|it| &it.test_files).collect();
    let house = House::new(sources.iter().filter(|it| !tests.contains(&it.path)).collect());
    let mut found = Vec::new();
    for source in sources.iter().filter(|it| it.lines > rules.longest) {
        let (path, lines, most) = (&source.path, source.lines, rules.longest);
        found.push(format!("{path}:{lines}: {lines} lines, at most {most}: split it by concern"));
    }
    for source in &house.sources {
        floor_violations(&house, source, rules, &mut found);
    }
    found.extend(house.circles());
    found
}

fn floor_violations(house: &House<'_>, source: &Source, rules: &Rules, found: &mut Vec<String>) {
    let Some(top) = source.module.first() else { return };
    let floor = |module: &str| rules.floors.iter().position(|floor| floor.contains(&module));
    let own = floor(top);
    if own.is_none() && !rules.floors.is_empty() {
        found.push(format!("{}:1: its floor is unknown: add {top} to FLOORS", source.path));
        return;
    }
    for named in &source.paths {
        let (at, text) = (format!("{}:{}", source.path, named.line), named.segments.join("::"));
        match house.target(source, named) {
            Some(target) => {
                let theirs = target.module.first().and_then(|it| floor(it));
                if theirs > own {
                    let there = &target.path;
                    found.push(format!(
                        "{at}: `{text}` is in {there}, above {top}/: move the name down, or take its \
                         value as an argument"
                    ));
                }
            }
            None => {
                if let Some((module, crates)) = rules.pure
                    && module == top
                    && named.is_import
                    && !source.defines_macro(&named.segments[0])
                    && !["crate", "super", "self"]
                        .iter()
                        .chain(crates)
                        .any(|it| named.segments[0] == *it)
                {
                    let crates = crates.join(", ");
                    found.push(format!(
                        "{at}: `{text}` is neither of {top}/ nor of {crates}: take its value as an \
                         argument"
                    ));
                }
            }
        }
    }
    if rules.pure.is_some_and(|(module, _)| module == top) {
        for (line, text) in &source.code {
            for clock in ["Instant::now", "SystemTime::now", "thread::sleep"] {
                if text.contains(clock) {
                    found.push(format!(
                        "{}:{line}: `{clock}` reads a clock: take its value as an argument",
                        source.path
                    ));
                }
            }
        }
    }
}

struct House<'s> {
    sources: Vec<&'s Source>,
    modules: BTreeMap<&'s [String], &'s Source>,
}

impl<'s> House<'s> {
    fn new(sources: Vec<&'s Source>) -> Self {
        let modules = sources.iter().map(|it| (it.module.as_slice(), *it)).collect();
        Self { sources, modules }
    }

    /// The file that defines the name, if it is one of this crate.
    fn target(&self, from: &Source, named: &Named) -> Option<&'s Source> {
        self.resolve(&from.module, &named.segments, 0)
    }

    fn resolve(&self, from: &[String], segments: &[String], depth: usize) -> Option<&'s Source> {
        let mut at = match segments.first()?.as_str() {
            "crate" => Vec::new(),
            "super" | "self" => from.to_vec(),
            // A child of the module, else a foreign crate.
            first => {
                let mut child = from.to_vec();
                child.push(first.to_owned());
                self.modules.contains_key(child.as_slice()).then_some(())?;
                from.to_vec()
            }
        };
        let mut rest = segments;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                name => {
                    at.push(name.to_owned());
                    if !self.modules.contains_key(at.as_slice()) {
                        at.pop();
                        break;
                    }
                }
            }
            rest = others;
        }
        let source = self.modules.get(at.as_slice())?;
        let Some(name) = rest.first() else { return Some(source) };
        let handed_on = source.paths.iter().find(|it| it.handed_on_as.as_ref() == Some(name));
        match handed_on {
            Some(origin) if depth < 8 => {
                let mut path = origin.segments.clone();
                path.extend_from_slice(&rest[1..]);
                self.resolve(&source.module, &path, depth + 1).or(Some(source))
            }
            _ => Some(source),
        }
    }

    /// The imports of each file, except for names that it only hands on, and except for the crate's face.
    fn imports(&self) -> BTreeMap<&'s str, BTreeMap<&'s str, &'s Named>> {
        let mut imports: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for source in self.sources.iter().filter(|it| !it.module.is_empty()) {
            let own = imports.entry(source.path.as_str()).or_default();
            let is_used = |it: &&Named| it.handed_on_as.iter().all(|it| source.words.contains(it));
            for named in source.paths.iter().filter(is_used) {
                let target = self.target(source, named).filter(|it| it.path != source.path);
                if let Some(target) = target {
                    own.entry(target.path.as_str()).or_insert(named);
                }
            }
        }
        imports
    }

    /// One message for each circle; a file stands in one message only.
    fn circles(&self) -> Vec<String> {
        let imports = self.imports();
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for start in imports.keys() {
            if told.contains(start) {
                continue;
            }
            let Some(circle) = shortest_circle(&imports, start) else { continue };
            let step = |pair: &[&str]| {
                let named = imports[pair[0]][pair[1]];
                format!("{}:{} (`{}`) -> ", pair[0], named.line, named.segments.join("::"))
            };
            let steps: String = circle.windows(2).map(step).collect();
            found.push(format!("a circle: {steps}{start}: remove one of these imports"));
            told.extend(circle);
        }
        found
    }
}

/// The shortest way from `start` back to itself, breadth first.
fn shortest_circle<'s>(
    imports: &BTreeMap<&'s str, BTreeMap<&'s str, &'s Named>>,
    start: &'s str,
) -> Option<Vec<&'s str>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        next += 1;
        let targets = way.last().and_then(|last| imports.get(last)).into_iter().flatten();
        for (target, _) in targets {
            let mut longer = way.clone();
            longer.push(*target);
            if *target == start {
                return Some(longer);
            }
            if seen.insert(*target) {
                ways.push(longer);
            }
        }
    }
    None
}
