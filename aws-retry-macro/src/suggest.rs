//! Suggestions: the nearest valid name, and our names for those that Python users know.

/// Names in the Python decorators (boto3 wrappers, awsretry, tenacity), and our names for the same things.
const ELSEWHERE: &[(&str, &str)] = &[
    ("tries", "max_attempts"),
    ("max_tries", "max_attempts"),
    ("attempts", "max_attempts"),
    ("retries", "max_retries"),
    ("delay", "base_delay"),
    ("backoff", "multiplier"),
    ("added_exceptions", "added_errors"),
    ("catch_extra_error_codes", "added_errors"),
    ("exceptions", "retryable_errors"),
    ("timeout", "total_timeout"),
    ("partition", "scope"),
];

/// The sentence that follows "unknown argument", if there is something to suggest.
pub fn argument(written: &str, valid: &[&'static str]) -> Option<String> {
    if let Some((_, ours)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == written) {
        return Some(format!("the argument is called `{ours}` here"));
    }
    nearest(written, valid).map(|name| format!("did you mean `{name}`?"))
}

/// The valid word that was probably meant: the one that begins with the text, else the one with the fewest
/// typos.
pub fn nearest(written: &str, valid: &[&'static str]) -> Option<&'static str> {
    let begun = |name: &&&str| written.len() >= 3 && name.starts_with(written);
    if let Some(name) = valid.iter().find(begun) {
        return Some(name);
    }
    valid
        .iter()
        .map(|name| (distance(written, name), *name))
        .filter(|(typos, name)| *typos <= name.len().div_ceil(3).min(3))
        .min_by_key(|(typos, _)| *typos)
        .map(|(_, name)| name)
}

/// Levenshtein's distance, row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut above: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut row = vec![left];
        for (y, pair) in b.chars().zip(above.windows(2)) {
            if let [diagonal, up] = pair {
                left = (diagonal + usize::from(x != y)).min(up + 1).min(left + 1);
                row.push(left);
            }
        }
        above = row;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &[&str] = &["max_retries", "max_attempts", "base_delay", "multiplier", "scope"];

    #[test]
    fn typos_are_counted() {
        for (a, b, typos) in
            [("", "abc", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("same", "same", 0)]
        {
            assert_eq!(distance(a, b), typos, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_name_is_one_typed_halfway_or_mistyped() {
        assert_eq!(nearest("base_d", VALID), Some("base_delay"));
        assert_eq!(nearest("max_retrys", VALID), Some("max_retries"));
        assert_eq!(nearest("scop", VALID), Some("scope"));
        assert_eq!(nearest("x", VALID), None);
        assert_eq!(nearest("completely_else", VALID), None);
    }

    #[test]
    fn python_names_are_translated() {
        assert_eq!(
            argument("backoff", VALID).as_deref(),
            Some("the argument is called `multiplier` here")
        );
        assert_eq!(argument("multiplyer", VALID).as_deref(), Some("did you mean `multiplier`?"));
    }
}
