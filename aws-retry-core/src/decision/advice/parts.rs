//! The parts of a scope that are recognizable: nothing else is guessed.

use crate::decision::endpoint::is_region;

/// The action, the account and the region among a scope's parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub action: Option<&'a str>,
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
}

/// Each is known if exactly one part looks like it.
pub(crate) fn place<'a>(parts: &[&'a str]) -> Place<'a> {
    let only = |is: fn(&str) -> bool| {
        let mut found = parts.iter().copied().filter(|part| is(part));
        found.next().filter(|_| found.next().is_none())
    };
    Place { action: only(is_action), account: only(is_account), region: only(is_region) }
}

/// The number of an AWS account: 12 digits.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit())
}

/// An action: `ec2:DescribeInstances`.
fn is_action(text: &str) -> bool {
    let Some((service, operation)) = text.split_once(':') else { return false };
    let of_service = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    !service.is_empty()
        && service.bytes().all(of_service)
        && operation.starts_with(|it: char| it.is_ascii_uppercase())
        && operation.bytes().all(|it| it.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_recognized_by_their_form_wherever_they_stand() {
        let of = |action, account, region| Place { action, account, region };
        for (parts, wanted) in [
            (
                &["ec2:DescribeInstances", "123456789012", "eu-west-1"][..],
                of(Some("ec2:DescribeInstances"), Some("123456789012"), Some("eu-west-1")),
            ),
            (
                &["us-gov-east-1", "s3:PutObject"],
                of(Some("s3:PutObject"), None, Some("us-gov-east-1")),
            ),
            (&["page", "12345678901", "eu-west"], of(None, None, None)),
            // Two of a kind: it is not known which is meant.
            (&["eu-west-1", "us-east-1", "012345678901"], of(None, Some("012345678901"), None)),
            (
                &[
                    "ec2:",
                    ":List",
                    "arn:aws:s3",
                    "Ec2:List",
                    "ec2:describe instances",
                    "DescribeInstances",
                ],
                of(None, None, None),
            ),
            (&[], of(None, None, None)),
        ] {
            assert_eq!(place(parts), wanted, "{parts:?}");
        }
    }
}
