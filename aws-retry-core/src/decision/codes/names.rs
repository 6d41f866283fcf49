//! The one way to compare error codes.
//!
//! One error has several names: the code on the wire, the name of its shape in the service's model, and that
//! shape's name in Rust. `SdkError` holds the first; a message holds the others.

use super::generated::ALIASES;

/// Whether two codes name the same error: they are equal after cutting a trailing `Exception`, `Error` or
/// `Fault`, or one is the code on the wire and the other is the name of its shape. Case is ignored, because
/// Rust writes `EC2ThrottledException` as `Ec2ThrottledException`.
pub(crate) fn same(a: &str, b: &str) -> bool {
    stem(a).eq_ignore_ascii_case(stem(b)) || aliases(a).any(|alias| alias.eq_ignore_ascii_case(b))
}

/// Whether `code`, by any of its names, is the code `wanted` or fits the pattern `wanted`.
pub(crate) fn fits(wanted: &str, code: &str) -> bool {
    if !wanted.contains('*') {
        return same(wanted, code);
    }
    let pattern = wanted.to_ascii_lowercase();
    let fits = |name: &str| matches(&pattern, &name.to_ascii_lowercase());
    fits(code) || aliases(code).any(fits)
}

fn stem(code: &str) -> &str {
    ["Exception", "Error", "Fault"]
        .iter()
        .find_map(|suffix| code.strip_suffix(suffix))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(code)
}

/// The other names that the models use for `code`.
fn aliases(code: &str) -> impl Iterator<Item = &'static str> + use<'_> {
    ALIASES.iter().filter_map(move |(wire, shape)| {
        if wire.eq_ignore_ascii_case(code) {
            Some(*shape)
        } else {
            shape.eq_ignore_ascii_case(code).then_some(*wire)
        }
    })
}

/// Whether `code` fits `pattern`, in which each `*` stands for any text, including the empty one.
///
/// ```
/// use aws_retry_core::codes::matches;
/// assert!(matches("*.NotFound", "InvalidInstanceID.NotFound"));
/// assert!(!matches("*.NotFound", "ResourceNotFoundException"));
/// assert!(matches("Throttl*", "ThrottledException"));
/// ```
#[must_use]
pub fn matches(pattern: &str, code: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == code };
    let Some(mut code) = code.strip_prefix(head) else { return false };
    // Between two stars the earliest hit is never worse than a later one; the last piece is a suffix.
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return code.ends_with(piece);
        }
        match code.find(piece) {
            Some(at) => code = code.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, code, expected) in [
            ("SlowDown", "SlowDown", true),
            ("SlowDown", "SlowDowns", false),
            ("*", "", true),
            ("*NotFound", "NotFound", true),
            ("*NotFound", "NotFoundException", false),
            ("*.NotFound", "Invalid.NotFound", true),
            ("*.NotFound", "ResourceNotFoundException", false),
            ("A*B*C", "AxBxC", true),
            ("A*B*C", "AxBx", false),
            ("A*A", "A", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, code), expected, "{pattern} {code}");
        }
    }

    #[test]
    fn two_names_of_one_error_are_the_same_code() {
        for (a, b, expected) in [
            ("InvalidIdentityToken", "InvalidIdentityTokenException", true),
            ("InternalServerError", "InternalServerException", true),
            ("ServiceFault", "ServiceException", true),
            ("EC2ThrottledException", "Ec2ThrottledException", true),
            ("IDPCommunicationError", "IDPCommunicationErrorException", true),
            ("QuotaExceeded.DBSecurityGroup", "DBSecurityGroupQuotaExceededFault", true),
            ("LoadBalancerNotFound", "accesspointnotfoundexception", true),
            ("SlowDown", "SlowDowns", false),
            ("NotFound", "ResourceNotFoundException", false),
            ("Exception", "Error", false),
            ("", "Exception", false),
        ] {
            assert_eq!(same(a, b), expected, "{a} {b}");
            assert_eq!(same(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn a_pattern_fits_any_name_of_a_code() {
        for (wanted, code, expected) in [
            ("Limit*", "LimitExceededException", true),
            ("Ec2Throttled*", "EC2ThrottledException", true),
            ("AccessPoint*", "LoadBalancerNotFound", true),
            ("LoadBalancer*", "AccessPointNotFoundException", true),
            ("*.NotFound", "ResourceNotFoundException", false),
            ("*NotFound", "ResourceNotFoundException", false),
            ("ResourceExists", "ResourceExistsException", true),
        ] {
            assert_eq!(fits(wanted, code), expected, "{wanted} {code}");
        }
    }
}
