//! The place that a request was sent to.
#![cfg_attr(not(feature = "sdk"), allow(dead_code, reason = "the SDK's interceptor fills it in"))]

/// The server that a request was sent to, and its region as far as the endpoint names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub address: Box<str>,
    pub port: Option<u16>,
    pub region: Option<Box<str>>,
}

/// The domains whose host names contain the region as a label.
const DOMAINS: &[&str] = &[
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
];

impl Endpoint {
    /// The server of a URL. The region is that which the request is signed for, if the endpoint names it, or the
    /// one in the host name of AWS.
    pub fn of(url: &str, signed_for: Option<&str>) -> Option<Self> {
        let (_, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit('@').next()?;
        // A colon within brackets belongs to an IPv6 address.
        let (address, port) = match authority.rsplit_once(':') {
            Some((address, port)) if !port.contains(']') => (address, port.parse().ok()),
            _ => (authority, None),
        };
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let region = signed_for.filter(|it| is_region(it)).or_else(|| region_in(address));
        let region = region.map(Into::into);
        (!address.is_empty()).then(|| Self { address: address.into(), port, region })
    }
}

fn region_in(host: &str) -> Option<&str> {
    let labels = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain))?;
    labels.rsplit('.').find(|label| is_region(label))
}

/// Whether the text is the code of an AWS region: `eu-west-1`, `us-gov-east-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase());
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|it| it.is_ascii_digit());
    let first = words.split('-').next().unwrap_or_default();
    is_number
        && (2..=4).contains(&first.len())
        && (2..=4).contains(&words.split('-').count())
        && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_server_and_perhaps_the_region() {
        for (url, signed_for, wanted) in [
            (
                "https://sqs.eu-west-1.amazonaws.com",
                None,
                ("sqs.eu-west-1.amazonaws.com", None, Some("eu-west-1")),
            ),
            (
                "https://b.s3.us-gov-west-1.amazonaws.com/key",
                None,
                ("b.s3.us-gov-west-1.amazonaws.com", None, Some("us-gov-west-1")),
            ),
            (
                "https://iam.amazonaws.com",
                Some("us-east-1"),
                ("iam.amazonaws.com", None, Some("us-east-1")),
            ),
            ("https://iam.amazonaws.com", Some("*"), ("iam.amazonaws.com", None, None)),
            ("https://eu-west-1.example.com", None, ("eu-west-1.example.com", None, None)),
            ("http://127.0.0.1:4566/", None, ("127.0.0.1", Some(4566), None)),
            ("http://[::1]:80?x", None, ("::1", Some(80), None)),
            ("http://[::1]", None, ("::1", None, None)),
            ("http://user:secret@host:1/", None, ("host", Some(1), None)),
        ] {
            let (address, port, region) = wanted;
            let wanted = Endpoint { address: address.into(), port, region: region.map(Into::into) };
            assert_eq!(Endpoint::of(url, signed_for), Some(wanted), "{url}");
        }
        for url in ["", "host", "http://", "https://:80"] {
            assert_eq!(Endpoint::of(url, None), None, "{url}");
        }
    }

    #[test]
    fn a_region_is_recognized_and_other_words_are_not() {
        for region in
            ["eu-west-1", "us-gov-east-1", "ap-southeast-2", "us-iso-east-1", "eusc-de-east-1"]
        {
            assert!(is_region(region), "{region}");
        }
        for other in [
            "",
            "eu",
            "eu-west",
            "eu-1",
            "EU-WEST-1",
            "eu-west-1a",
            "my-very-long-table-name-1",
            "-west-1",
            "orders-eu-1",
        ] {
            assert!(!is_region(other), "{other}");
        }
    }
}
