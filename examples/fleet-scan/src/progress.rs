//! A bar for each strategy, on a terminal; elsewhere a line when it begins.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::strategies::Strategy;

const TEMPLATE: &str = "{prefix:24} {bar:40.cyan/dim} {pos:>5}/{len} {elapsed:>4}";

/// A bar over the accounts x regions, which grows by the secrets found there.
pub fn bar(strategy: Strategy, places: usize) -> ProgressBar {
    if !stderr().is_terminal() {
        eprintln!("{strategy} ..");
    }
    let style =
        ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(places as u64).with_style(style).with_prefix(strategy.to_string());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
