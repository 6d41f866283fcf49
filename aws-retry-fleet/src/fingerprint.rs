//! The name of a scope in a store: a keyed hash of its text.

use std::fmt::{self, Display};
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

/// A scope's name in a store: SipHash-2-4-128 of its text, keyed by the fleet's name and secret.
///
/// Without a secret it hides nothing from somebody who knows the fleet's name: the twelve digits of an account
/// can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Display for Fingerprint {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The key of a fleet's fingerprints.
#[derive(Clone, Copy, Debug)]
pub struct FingerprintKey([u8; 16]);

impl FingerprintKey {
    /// The key of the fleet of this name and secret.
    #[must_use]
    pub fn new(fleet: &str, secret: &[u8]) -> Self {
        let mut hasher = SipHasher24::new_with_key(b"aws-retry fleet1");
        hasher.write(fleet.as_bytes());
        // UTF-8 never holds this byte: the name ends here.
        hasher.write(&[0xff]);
        hasher.write(secret);
        Self(hasher.finish128().as_bytes())
    }

    /// The fingerprint of the scope with these elements: their texts, each followed by the byte 0xff.
    #[must_use]
    pub fn fingerprint(self, elements: &[u8]) -> Fingerprint {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(elements);
        Fingerprint(hasher.finish128().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: FingerprintKey, elements: &[&str]) -> String {
        let bytes = |it: &&str| [it.as_bytes(), &[0xff]].concat();
        key.fingerprint(&elements.iter().flat_map(bytes).collect::<Vec<_>>()).to_string()
    }

    /// All versions of this crate must agree on these, or a rolling deployment splits its fleet. Computed by an
    /// implementation of SipHash in another language.
    #[test]
    fn golden_vectors() {
        let key = FingerprintKey::new("orders-prod", b"");
        assert_eq!(
            of(key, &["ec2:DescribeInstances", "123456789012", "eu-west-1"]),
            "738915a8dd0ebd38bf0d88f4d6ce2b80"
        );
        assert_eq!(of(key, &[]), "d126e0939b49a4de0b7880eb0fd82ceb");
        assert_eq!(
            of(FingerprintKey::new("orders-prod", b"secret"), &["a"]),
            "813a101748623163a70103907b6441f0"
        );
    }

    #[test]
    fn name_secret_and_elements_matter() {
        let key = FingerprintKey::new("fleet", b"");
        let mut all = vec![
            of(key, &["a", "b"]),
            of(key, &["ab"]),
            of(key, &["a", "b", ""]),
            of(FingerprintKey::new("other", b""), &["a", "b"]),
            of(FingerprintKey::new("fleet", b"s"), &["a", "b"]),
            of(FingerprintKey::new("fleets", b""), &["a", "b"]),
        ];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
