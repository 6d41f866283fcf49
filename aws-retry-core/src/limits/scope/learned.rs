//! Measured quotas as a value that outlives the process: a few lines of text.

use std::fmt;
use std::str::FromStr;

use crate::decision::units;
use crate::limits::rate::Learned;

/// The first word of the text, and the version of its form.
const HEAD: &str = "aws-retry-quotas 1";

/// The quotas that a process has measured, by the texts of their scopes: see
/// [`scope::export`](crate::scope::export). [`Display`](fmt::Display) writes it as text of about 60 bytes per
/// scope, and [`FromStr`] reads that again, in this and in later versions of this crate.
///
/// The first line is the version and the time (seconds since 1970; 0 if unknown). Each further line is one
/// scope: units per second, units of burst, seconds since the measure, and the scope's text, which may hold
/// anything but a line break (that is written as `\n`, and `\` as `\\`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearnedQuotas {
    /// Seconds since 1970; 0 if unknown.
    pub(crate) written_at: u64,
    pub(crate) scopes: Vec<(String, Learned)>,
}

impl LearnedQuotas {
    /// The number of scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.scopes.len()
    }

    /// Whether no quota is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }
}

impl fmt::Display for LearnedQuotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD} {}", self.written_at)?;
        for (name, Learned { rate, burst, age }) in &self.scopes {
            writeln!(f, "{rate} {burst} {age:.3} {}", escaped(name))?;
        }
        Ok(())
    }
}

/// The text is not one that [`LearnedQuotas`] writes, or of a later version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotLearnedQuotas {
    line: usize,
}

impl fmt::Display for NotLearnedQuotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the text is not one of learned quotas", self.line)
    }
}

impl std::error::Error for NotLearnedQuotas {}

impl FromStr for LearnedQuotas {
    type Err = NotLearnedQuotas;

    /// # Errors
    /// [`NotLearnedQuotas`] if any line differs from the written form.
    fn from_str(text: &str) -> Result<Self, NotLearnedQuotas> {
        let mut lines = text.lines();
        let head = lines.next().and_then(|line| line.strip_prefix(HEAD)?.trim().parse().ok());
        let written_at = head.ok_or(NotLearnedQuotas { line: 1 })?;
        let scopes = (2..).zip(lines).map(|(line, it)| scope(it).ok_or(NotLearnedQuotas { line }));
        Ok(Self { written_at, scopes: scopes.collect::<Result<_, _>>()? })
    }
}

fn scope(line: &str) -> Option<(String, Learned)> {
    let mut parts = line.splitn(4, ' ');
    let mut number = || parts.next()?.parse::<f64>().ok();
    let (rate, burst, age) = (number()?, number()?, number()?);
    let valid = units::is_quota(&rate) && units::is_quota(&burst) && age >= 0.0 && age.is_finite();
    valid.then_some((unescaped(parts.next()?)?, Learned { rate, burst, age }))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(next) = chars.next() {
        plain.push(match next {
            '\\' => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_is_short_and_has_a_version() {
        let learned = Learned { rate: 19.75, burst: 100.0, age: 3.5 };
        let it = LearnedQuotas {
            written_at: 1_800_000_000,
            scopes: vec![("ec2:DescribeInstances/42/eu-west-1".into(), learned)],
        };
        let text =
            "aws-retry-quotas 1 1800000000\n19.75 100 3.500 ec2:DescribeInstances/42/eu-west-1\n";
        assert_eq!(it.to_string(), text);
        assert_eq!(text.parse(), Ok(it));
    }

    #[test]
    fn any_other_text_is_an_error_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("aws-retry-quotas 2 0", 1),
            ("aws-retry-quotas 1 yesterday", 1),
            ("aws-retry-quotas 1 0\n1 1 1 a\n1 1 b", 3),
            ("aws-retry-quotas 1 0\nNaN 1 1 a", 2),
            ("aws-retry-quotas 1 0\n1 -1 1 a", 2),
            ("aws-retry-quotas 1 0\n1 1 inf a", 2),
            ("aws-retry-quotas 1 0\n1 1 1 a\\", 2),
        ] {
            let error = text.parse::<LearnedQuotas>().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("line {line} of the text is not one of learned quotas")
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            written_at: u64,
            scopes in prop::collection::vec((".{0,20}", 1e-3..1e9, 1e-3..1e9, 0_u32..1_000_000), 0..5),
        ) {
            let scopes = scopes.into_iter().map(|(name, rate, burst, age)| {
                (name + "\n\r\\", Learned { rate, burst, age: f64::from(age) / 1000.0 })
            });
            let it = LearnedQuotas { written_at, scopes: scopes.collect() };
            prop_assert_eq!(it.to_string().parse(), Ok(it));
        }
    }
}
