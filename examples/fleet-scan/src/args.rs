//! The command line, and the plan that it and a preset amount to.

use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};

use crate::{fleet::region_names, strategies::Strategy};
use aws_retry_testkit::bucket::Quota;

/// Which secrets of a fleet have no rotation, and which are open to the world?
///
/// Scans every account and region with one strategy after another, against an endpoint on loopback
/// that throttles as AWS does. Prints the time, the requests and the lost calls of each strategy.
#[derive(Debug, Parser)]
// Help text, not Markdown.
#[allow(clippy::doc_markdown)]
#[command(name = "fleet-scan")]
pub struct Args {
    /// The values of all options that are not given
    #[arg(long, value_enum, default_value_t = Preset::Default)]
    preset: Preset,

    /// Strategies to run, in this order [default: all but pitfall]
    #[arg(long, value_enum, value_delimiter = ',')]
    strategies: Vec<Strategy>,

    /// Accounts [default: 20]
    #[arg(long)]
    accounts: Option<usize>,

    /// Regions: a number, or names with commas between them [default: 50]
    #[arg(long)]
    regions: Option<String>,

    /// Hot regions per account: the seed draws them, and they hold most secrets [default: 2, stress: 4]
    #[arg(long)]
    hot: Option<usize>,

    /// Secrets in a hot region [default: 80, stress: 60]
    #[arg(long)]
    hot_secrets: Option<usize>,

    /// Secrets in every other region [default: 0, stress: 1]
    #[arg(long)]
    cold_secrets: Option<usize>,

    /// Secrets per page, 1 to 100 [default: 20]
    #[arg(long)]
    page_size: Option<usize>,

    /// Resource policies that the scan of one region reads at a time [default: 8, stress: 16]
    #[arg(long)]
    at_once: Option<usize>,

    /// Calls in flight at most, over all accounts and regions [default: 128, stress: 256]
    #[arg(long)]
    in_flight: Option<usize>,

    /// Quota of each account, region and action: the burst [default: 20, stress: 10]
    #[arg(long)]
    burst: Option<u32>,

    /// Quota of each account, region and action: calls per second [default: 10, stress: 5]
    #[arg(long)]
    rate: Option<f64>,

    /// Milliseconds that an answer takes, plus or minus 30 % [default: 20, stress: 50]
    #[arg(long)]
    latency: Option<u64>,

    /// Per cent of the requests that end in a 500 or 503 [default: 0.3, stress: 2]
    #[arg(long)]
    faults: Option<f64>,

    /// Seconds after which a strategy is stopped, and its row printed as unfinished [default: 25, stress: 60]
    #[arg(long)]
    cap: Option<u64>,

    /// Seed of the fleet, the latencies and the faults
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Another endpoint to scan, such as http://localhost:5000 (moto), http://localhost:4566 (LocalStack) or
    /// https://secretsmanager.{region}.amazonaws.com (AWS; takes a build with `--features tls`)
    ///
    /// "{region}" stands for each region's name. Load, quota, latency and faults are then the endpoint's own.
    /// If the environment has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN, the scan
    /// covers their account. It needs secretsmanager:ListSecrets and GetResourcePolicy, and writes nothing.
    /// Otherwise each account's number is its access key, as LocalStack reads it.
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Print data instead of a table
    #[arg(long)]
    pub json: bool,
}

/// The values of the options that are not given.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// The fleet of benches/README.md
    Default,
    /// Twice the hot regions, half the quota, more faults
    Stress,
}

/// The parameters of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub strategies: Vec<Strategy>,
    pub accounts: usize,
    pub regions: Vec<String>,
    pub hot: usize,
    pub hot_secrets: usize,
    pub cold_secrets: usize,
    pub page_size: usize,
    pub at_once: usize,
    pub in_flight: usize,
    pub quota: Quota,
    pub latency: Duration,
    /// A probability.
    pub faults: f64,
    pub cap: Duration,
    pub seed: u64,
    pub endpoint: Option<String>,
}

impl Args {
    /// The options over the preset's values, checked.
    pub fn plan(&self) -> Result<Plan> {
        // Each line: the option, the default preset's value, the stress preset's.
        macro_rules! pick {
            ($option:ident, $default:expr, $stress:expr) => {
                self.$option.unwrap_or(match self.preset {
                    Preset::Default => $default,
                    Preset::Stress => $stress,
                })
            };
        }
        let plan = Plan {
            strategies: if self.strategies.is_empty() {
                Strategy::usual()
            } else {
                self.strategies.clone()
            },
            accounts: pick!(accounts, 20, 20),
            regions: regions(self.regions.as_deref().unwrap_or("50")),
            hot: pick!(hot, 2, 4),
            hot_secrets: pick!(hot_secrets, 80, 60),
            cold_secrets: pick!(cold_secrets, 0, 1),
            page_size: pick!(page_size, 20, 20),
            at_once: pick!(at_once, 8, 16),
            in_flight: pick!(in_flight, 128, 256),
            quota: Quota { burst: pick!(burst, 20, 10).into(), rate: pick!(rate, 10.0, 5.0) },
            latency: Duration::from_millis(pick!(latency, 20, 50)),
            faults: pick!(faults, 0.3, 2.0) / 100.0,
            cap: Duration::from_secs(pick!(cap, 25, 60)),
            seed: self.seed,
            endpoint: self.endpoint.clone(),
        };
        ensure!(
            plan.accounts > 0 && !plan.regions.is_empty(),
            "a fleet needs an account and a region"
        );
        ensure!(
            self.hot.is_none_or(|hot| hot <= plan.regions.len()),
            "--hot is at most the number of regions"
        );
        ensure!((1..=100).contains(&plan.page_size), "--page-size is 1 to 100, as in the service");
        ensure!(plan.at_once > 0 && plan.in_flight > 0, "--at-once and --in-flight are at least 1");
        ensure!(plan.quota.burst > 0.0, "--burst is at least 1");
        ensure!(plan.quota.rate.is_finite() && plan.quota.rate > 0.0, "--rate is above 0");
        ensure!((0.0..=1.0).contains(&plan.faults), "--faults is 0 to 100 per cent");
        ensure!(
            cfg!(feature = "tls")
                || !plan.endpoint.as_ref().is_some_and(|url| url.starts_with("https:")),
            "an endpoint of https takes a build with TLS: cargo run --release -p fleet-scan --features tls"
        );
        Ok(plan)
    }
}

/// A number of regions, or their names.
fn regions(text: &str) -> Vec<String> {
    match text.parse() {
        Ok(count) => region_names(count),
        Err(_) => text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(line: &str) -> Result<Plan> {
        Args::parse_from(format!("fleet-scan {line}").split_whitespace()).plan()
    }

    #[test]
    fn an_option_beats_its_preset() {
        let plan = plan("--preset stress --burst 7").unwrap();
        assert_eq!((plan.quota.burst, plan.quota.rate), (7.0, 5.0));
    }

    #[test]
    fn regions_are_a_number_or_names() {
        assert_eq!(plan("--regions 60").unwrap().regions.len(), 60);
        assert_eq!(
            plan("--regions eu-west-1,us-east-1").unwrap().regions,
            ["eu-west-1", "us-east-1"]
        );
    }

    #[test]
    fn an_endpoint_of_https_takes_a_build_with_tls() {
        assert!(plan("--endpoint http://localhost:5000").is_ok());
        let https = plan("--endpoint https://secretsmanager.eu-west-1.amazonaws.com");
        assert_eq!(https.is_ok(), cfg!(feature = "tls"));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for line in [
            "--rate 0",
            "--rate NaN",
            "--burst 0",
            "--regions 0",
            "--regions 3 --hot 4",
            "--faults 101",
            "--page-size 0",
            "--page-size 101",
            "--at-once 0",
            "--in-flight 0",
            "--accounts 0",
        ] {
            assert!(plan(line).is_err(), "{line}");
        }
    }
}
