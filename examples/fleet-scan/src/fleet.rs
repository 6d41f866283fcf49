//! The fleet to scan, and its secrets: the same for the same seed.

use std::time::Duration;

use aws_retry_testkit::bucket::Quota;
use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};
use serde_json::{Value, json};

use crate::{args::Plan, audit::Findings};

/// The regions of the commercial partition; a larger fleet gets numbered ones beyond them.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ap-south-1",
    "ap-south-2",
    "ap-east-1",
    "ap-east-2",
    "ca-central-1",
    "ca-west-1",
    "sa-east-1",
    "me-central-1",
    "me-south-1",
    "il-central-1",
    "af-south-1",
    "mx-central-1",
];

/// Who may read a secret, by its resource policy.
#[derive(Clone, Copy, Debug)]
enum Grant {
    NoPolicy,
    Account,
    Organization,
    World,
}

#[derive(Debug)]
pub struct Secret {
    pub arn: String,
    pub name: String,
    pub rotates: bool,
    grant: Grant,
}

impl Secret {
    fn draw(rng: &mut SmallRng, account: &str, region: &str, number: usize) -> Self {
        let name = format!("service-{number:03}/credentials");
        Self {
            arn: format!(
                "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{:06x}",
                rng.random_range(0..1 << 24)
            ),
            name,
            rotates: rng.random_bool(0.7),
            grant: match rng.random_range(0..100) {
                0 => Grant::World,
                1..10 => Grant::Organization,
                10..50 => Grant::Account,
                _ => Grant::NoPolicy,
            },
        }
    }

    /// The resource policy as the service returns it: JSON in a string.
    pub fn policy(&self, account: &str) -> Option<String> {
        let statement = |principal: Value, condition: Value| {
            json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
                "Principal": principal, "Condition": condition,
            }]})
            .to_string()
        };
        match self.grant {
            Grant::NoPolicy => None,
            Grant::Account => {
                Some(statement(json!({"AWS": format!("arn:aws:iam::{account}:root")}), json!({})))
            }
            Grant::Organization => Some(statement(
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
            )),
            Grant::World => Some(statement(json!("*"), json!({}))),
        }
    }
}

/// One region of one account.
#[derive(Debug)]
pub struct Place {
    pub account: String,
    pub region: String,
    /// Its secrets, for the emulator to serve; nothing is known of another endpoint.
    pub secrets: Vec<Secret>,
}

#[derive(Debug)]
pub struct Fleet {
    pub places: Vec<Place>,
}

impl Fleet {
    /// The fleet that the plan describes, with the secrets that the emulator serves.
    pub fn emulated(plan: &Plan) -> Self {
        let mut rng = SmallRng::seed_from_u64(plan.seed);
        let mut fleet = Self::empty(plan, account_numbers(plan.accounts));
        for account in fleet.places.chunks_mut(plan.regions.len()) {
            let mut hot: Vec<bool> = (0..account.len()).map(|n| n < plan.hot).collect();
            hot.shuffle(&mut rng);
            for (place, hot) in account.iter_mut().zip(hot) {
                let secrets = if hot { plan.hot_secrets } else { plan.cold_secrets };
                place.secrets = (0..secrets)
                    .map(|n| Secret::draw(&mut rng, &place.account, &place.region, n))
                    .collect();
            }
        }
        fleet
    }

    /// The places of another endpoint, whose secrets are unknown. The credentials of the
    /// environment, where there are any, belong to one account.
    pub fn elsewhere(plan: &Plan, from_environment: bool) -> Self {
        let accounts = if from_environment {
            vec!["environment".to_owned()]
        } else {
            account_numbers(plan.accounts)
        };
        Self::empty(plan, accounts)
    }

    fn empty(plan: &Plan, accounts: Vec<String>) -> Self {
        let places = accounts.into_iter().flat_map(|account| {
            let place = move |region: &String| Place {
                account: account.clone(),
                region: region.clone(),
                secrets: Vec::new(),
            };
            plan.regions.iter().map(place)
        });
        Self { places: places.collect() }
    }

    /// The findings of a scan that loses nothing.
    pub fn truth(&self) -> Findings {
        let secrets = || self.places.iter().flat_map(|place| &place.secrets);
        Findings {
            no_rotation: secrets().filter(|s| !s.rotates).map(|s| s.arn.clone()).collect(),
            open_to_world: secrets()
                .filter(|s| matches!(s.grant, Grant::World))
                .map(|s| s.arn.clone())
                .collect(),
        }
    }

    /// The answers that a whole scan takes: every page, every policy.
    pub fn answers(&self, page_size: usize) -> usize {
        self.places.iter().map(|place| pages(place, page_size) + place.secrets.len()).sum()
    }

    /// No scan can end earlier, as the busiest bucket serves no faster.
    pub fn least_time(&self, quota: Quota, page_size: usize) -> Duration {
        let busiest =
            self.places.iter().map(|place| pages(place, page_size).max(place.secrets.len()));
        quota.least_time(busiest.max().unwrap_or(0))
    }
}

/// Numbers of twelve digits, as AWS gives them.
fn account_numbers(count: usize) -> Vec<String> {
    (1..=count).map(|n| (100_000_000_000 + n * 1_111).to_string()).collect()
}

/// An empty region answers with a page too.
fn pages(place: &Place, page_size: usize) -> usize {
    place.secrets.len().div_ceil(page_size).max(1)
}

/// The first `count` regions.
pub fn region_names(count: usize) -> Vec<String> {
    let real = REGIONS.iter().map(ToString::to_string);
    real.chain((1..).map(|n| format!("xx-beyond-{n}"))).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::Args, audit::open_to_world};
    use clap::Parser;

    fn plan(line: &str) -> Plan {
        Args::parse_from(format!("fleet-scan {line}").split_whitespace()).plan().unwrap()
    }

    #[test]
    fn the_default_load_is_the_one_described() {
        let plan = plan("");
        let fleet = Fleet::emulated(&plan);
        assert_eq!(fleet.places.len(), 1000);
        assert_eq!(fleet.places.iter().filter(|p| p.secrets.len() == 80).count(), 40);
        assert_eq!(fleet.answers(plan.page_size), 40 * (4 + 80) + 960);
        assert_eq!(fleet.least_time(plan.quota, plan.page_size), Duration::from_secs(6));
    }

    #[test]
    fn a_seed_gives_the_same_fleet_and_another_seed_another() {
        let truth = |line| Fleet::emulated(&plan(line)).truth();
        assert_eq!(truth("--seed 7"), truth("--seed 7"));
        assert_ne!(truth("--seed 7"), truth("--seed 8"));
    }

    #[test]
    fn the_audit_agrees_with_what_was_granted() {
        let fleet = Fleet::emulated(&plan(""));
        let found = fleet.places.iter().flat_map(|place| {
            place
                .secrets
                .iter()
                .filter(|s| s.policy(&place.account).is_some_and(|p| open_to_world(&p)))
        });
        let truth = fleet.truth();
        assert!(!truth.open_to_world.is_empty());
        assert_eq!(
            found.map(|s| s.arn.clone()).collect::<std::collections::BTreeSet<_>>(),
            truth.open_to_world
        );
    }
}
