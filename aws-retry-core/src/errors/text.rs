//! Error codes read off a message, for errors whose type was erased.

/// The code in a `Display` that is exactly `CODE`, `CODE: message` or `unhandled error (CODE)`, and the
/// message. Whether the code is one that anybody knows is for the caller to check.
pub(crate) fn code_of(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(code) =
        text.strip_prefix("unhandled error (").and_then(|rest| rest.strip_suffix(')'))
    {
        return is_code(code).then_some((code, None));
    }
    let (code, message) = match text.split_once(": ") {
        Some((code, message)) => (code, Some(message)),
        None => (text, None),
    };
    is_code(code).then_some((code, message))
}

fn is_code(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn exactly_a_code() {
        for (text, expected) in [
            (
                "ThrottlingException: Rate exceeded",
                Some(("ThrottlingException", Some("Rate exceeded"))),
            ),
            ("ThrottlingException", Some(("ThrottlingException", None))),
            ("unhandled error (SlowDown)", Some(("SlowDown", None))),
            ("unhandled error", None),
            ("could not read: ThrottlingException: Rate", None),
            ("service error", None),
            ("got ThrottlingException", None),
            ("", None),
            (": x", None),
        ] {
            assert_eq!(code_of(text), expected, "{text}");
        }
    }
}
