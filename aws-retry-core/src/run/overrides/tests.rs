//! The overrides belong to the process, so each test here names its own functions.

use super::*;
use crate::decision::policy::Mode;

const WRITTEN: RetryPolicy = RetryPolicy::new().max_retries(7);

const fn site(name: &'static str) -> Site {
    Site::new(name, "shop::stock", WRITTEN)
}

fn in_force(site: &Site) -> RetryPolicy {
    apply_to(site, site.policy.clone())
}

#[test]
fn a_name_and_a_path_both_match() {
    for pattern in ["by_name", "by_n*", "shop::stock::by_name", "*::stock::by_*"] {
        set(pattern, RetryPolicy::new().max_attempts(2));
        assert_eq!(in_force(&site("by_name")).resolve().max_attempts, 2, "{pattern}");
        assert_eq!(in_force(&site("else")), WRITTEN, "{pattern}");
        assert_eq!(remove(pattern), Some(RetryPolicy::new().max_attempts(2).into()));
        assert_eq!(in_force(&site("by_name")), WRITTEN, "{pattern}");
    }
    assert_eq!(remove("by_name"), None);
}

#[test]
fn what_is_written_later_wins_and_the_rest_stays() {
    let site = site("layered");
    set("layered", RetryPolicy::new().max_attempts(2).max_rate(5.0));
    set("layer*", RetryPolicy::new().mode(Mode::Paced).max_rate(9.0));
    let both = RetryPolicy::new().max_retries(7).max_attempts(2).max_rate(9.0).mode(Mode::Paced);
    assert_eq!(in_force(&site).resolve(), both.resolve());
    // The same pattern again replaces, and is now the later one.
    set("layered", Override::off());
    assert_eq!(in_force(&site).resolve().max_attempts, 1);
    assert_eq!(in_force(&site).max_rate, Some(9.0));
    remove("layered");
    remove("layer*");
    assert_eq!(in_force(&site), WRITTEN);
}
