//! Error codes read from the `Display` text of an error.

/// A code, and the message that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coded<'t> {
    /// The first word.
    pub name: &'t str,
    /// The code: the first word, or the original name in brackets where Rust spells it differently.
    pub code: &'t str,
    pub message: Option<&'t str>,
}

/// The code in a `Display` text of exactly the form `CODE`, `CODE: message`, `Name [CODE]: message` or
/// `unhandled error (CODE)`. The caller has to check whether the code is a known one.
pub(crate) fn code_of(text: &str) -> Option<Coded<'_>> {
    if let Some(code) =
        text.strip_prefix("unhandled error (").and_then(|rest| rest.strip_suffix(')'))
    {
        return is_code(code).then_some(Coded { name: code, code, message: None });
    }
    let (head, message) = match text.split_once(": ") {
        Some((head, message)) => (head, Some(message)),
        None => (text, None),
    };
    let (name, code) = match head
        .split_once(" [")
        .and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)))
    {
        Some((name, original)) => (name, original),
        None => (head, head),
    };
    (is_code(name) && is_code(code)).then_some(Coded { name, code, message })
}

fn is_code(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_a_code() {
        for (text, expected) in [
            (
                "ThrottlingException: Rate exceeded",
                Some(("ThrottlingException", Some("Rate exceeded"))),
            ),
            ("ThrottlingException", Some(("ThrottlingException", None))),
            ("unhandled error (SlowDown)", Some(("SlowDown", None))),
            (
                "Ec2ThrottledException [EC2ThrottledException]: slow",
                Some(("EC2ThrottledException", Some("slow"))),
            ),
            (
                "Ec2ThrottledException [EC2ThrottledException]",
                Some(("EC2ThrottledException", None)),
            ),
            ("Ec2ThrottledException [", None),
            ("Ec2ThrottledException [two words]: slow", None),
            ("unhandled error", None),
            ("could not read: ThrottlingException: Rate", None),
            ("service error", None),
            ("got ThrottlingException", None),
            ("", None),
            (": x", None),
        ] {
            let found = code_of(text).map(|it| (it.code, it.message));
            assert_eq!(found, expected, "{text}");
        }
    }
}
