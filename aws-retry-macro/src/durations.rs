//! `"500ms"`, `"1.5s"`, `"2m"`, `"1h"`: read exactly, to the nanosecond.

/// A unit's name and its nanoseconds.
const UNITS: &[(&str, u64)] =
    &[("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

/// Nanoseconds, or a sentence that says what to write.
pub fn nanoseconds(text: &str) -> Result<u64, String> {
    let unit_at = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    if number.is_empty() {
        return Err(format!(
            "`{text}` is not a duration: write a number and a unit, as in \"500ms\", \"1.5s\", \"2m\" or \"1h\""
        ));
    }
    if unit.is_empty() {
        return Err(format!("`{text}` has no unit: write \"{text}s\" or \"{text}ms\""));
    }
    let Some((_, each)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(number, unit));
    };
    scale(number, *each).ok_or_else(|| {
        format!("`{text}` is not a duration: it is malformed, finer than a nanosecond or longer than 500 years")
    })
}

fn unknown_unit(number: &str, unit: &str) -> String {
    let meant = match unit.trim().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => return format!("unknown unit `{unit}`: the units are ms, s, m and h"),
    };
    format!("unknown unit `{unit}`: write \"{number}{meant}\"")
}

/// `number` times `each`, in integer arithmetic: a float would turn `"0.3s"` into 299 999 999.
fn scale(number: &str, each: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let mut nanos = whole.parse::<u64>().ok()?.checked_mul(each)?;
    let mut place = each;
    if fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    for digit in fraction.bytes().map(|byte| u64::from(byte - b'0')) {
        // Minutes and hours are not powers of ten, but 10 divides them down to a nanosecond for as many
        // digits as people write.
        if digit != 0 && !place.is_multiple_of(10) {
            return None;
        }
        place /= 10;
        nanos = nanos.checked_add(place * digit)?;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn every_unit_is_read_exactly() {
        for (text, nanos) in [
            ("250ms", 250_000_000),
            ("0.3s", 300_000_000),
            ("1.5s", 1_500_000_000),
            ("2m", 120_000_000_000),
            ("1.25m", 75_000_000_000),
            ("1h", 3_600_000_000_000),
            ("0s", 0),
            ("0.000001ms", 1),
            ("1.50s", 1_500_000_000),
        ] {
            assert_eq!(nanoseconds(text), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn texts_without_a_meaning_are_refused() {
        for text in [
            "",
            "s",
            "5",
            "1.5.2s",
            "1.s",
            ".5s",
            "-1s",
            "1e3s",
            "5 s",
            "5d",
            "99999999999h",
            "0.0000001ms",
        ] {
            assert!(nanoseconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        assert!(nanoseconds("5").unwrap_err().contains("write \"5s\""));
        assert!(nanoseconds("5 seconds").unwrap_err().contains("write \"5s\""));
        assert!(nanoseconds("1d").unwrap_err().contains("ms, s, m and h"));
    }
}
