//! `cargo run -p many-accounts`: lists the secrets of every region of many accounts.
//!
//! It assumes a role per account, scans all places at once under one deadline, and prints a line of JSON per
//! place and per account. A place that fails, or is not done at the deadline, prints what it has so far.

mod local;

use std::time::{Duration, Instant};

use anyhow::Result;
use aws_retry::{Kind, Report, aws_retry, in_call, report, sdk::Interceptor, with_deadline};
use aws_sdk_secretsmanager as secrets;
use aws_sdk_secretsmanager::config::{Region, SharedCredentialsProvider};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsOutput;
use aws_sdk_sts as sts;
use aws_sdk_sts::config::Credentials;
use aws_types::SdkConfig;
use clap::Parser;
use serde_json::json;
use tokio::task::JoinSet;

#[derive(Clone, Debug, Parser)]
struct Args {
    /// Accounts to scan
    #[arg(long, default_value_t = 8)]
    accounts: usize,
    /// Per cent of the requests that end in a 500 or 503
    #[arg(long, default_value_t = 1.0)]
    faults: f64,
    /// Per cent of the requests whose connection is lost
    #[arg(long, default_value_t = 0.5)]
    drops: f64,
    /// Seconds for everything
    #[arg(long, default_value_t = 60.0)]
    deadline: f64,
}

const REGIONS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "sa-east-1"];

/// The credentials of the audit role in `account`. AWS limits this call in the caller's account.
#[aws_retry(mode = "paced", scope = (fn, "management"), max_retries = 9)]
async fn assume(sts: &sts::Client, account: &str) -> Result<Credentials> {
    let role = format!("arn:aws:iam::{account}:role/audit");
    let answer = sts.assume_role().role_arn(role).role_session_name("audit").send().await?;
    let Some(given) = answer.credentials else { anyhow::bail!("no credentials for {account}") };
    let expires = given.expiration.try_into().ok();
    let (key, secret) = (given.access_key_id, given.secret_access_key);
    Ok(Credentials::new(key, secret, Some(given.session_token), expires, "AssumeRole"))
}

/// One page. AWS limits this call per account and region.
#[aws_retry(mode = "paced", scope = (fn, account, region), max_retries = 9)]
async fn page(
    client: &secrets::Client,
    account: &str,
    region: &str,
    token: Option<String>,
) -> Result<ListSecretsOutput> {
    Ok(client.list_secrets().max_results(20).set_next_token(token).send().await?)
}

/// Appends the names of a region's secrets to `names`, so that those of the pages before a failure are kept.
async fn scan(
    client: &secrets::Client,
    account: &str,
    region: &str,
    names: &mut Vec<String>,
) -> Result<()> {
    let mut token = None;
    loop {
        let page = page(client, account, region, token).await?;
        names.extend(page.secret_list.into_iter().flatten().filter_map(|secret| secret.name));
        token = page.next_token;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Scans one account, and prints its lines; the number of its places that are complete.
async fn account(base: SdkConfig, account: String) -> Result<usize> {
    let config = sts::config::Builder::from(&base).interceptor(Interceptor::new());
    let credentials = assume(&sts::Client::from_conf(config.build()), &account).await?;
    let mut places = JoinSet::new();
    for region in REGIONS {
        let config = secrets::config::Builder::from(&base)
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
            .interceptor(Interceptor::new());
        let (client, account) = (secrets::Client::from_conf(config.build()), account.clone());
        // A spawned task has the deadline and the report of the task that spawned it only inside `in_call`.
        places.spawn(in_call(async move {
            let mut names = Vec::new();
            let outcome = scan(&client, &account, region, &mut names).await;
            let error = outcome.as_ref().err().map(|error| format!("{error:#}"));
            let secrets = names.len();
            println!("{}", json!({ "account": account, "region": region, "complete": outcome.is_ok(), "secrets": secrets, "error": error }));
            outcome.is_ok()
        }));
    }
    Ok(places.join_all().await.into_iter().filter(|complete| *complete).count())
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let service = local::start(&args).await?;
    let deadline = Instant::now() + Duration::from_secs_f64(args.deadline);
    let mut accounts = JoinSet::new();
    for number in 1..=args.accounts {
        let (base, id) = (local::config(&service), local::account_id(number));
        accounts.spawn(async move {
            let (complete, report) =
                report(with_deadline(deadline, account(base, id.clone()))).await;
            println!("{}", summary(&id, &report));
            (complete.unwrap_or_default(), report)
        });
    }
    let accounts = accounts.join_all().await;
    let complete: usize = accounts.iter().map(|(complete, _)| complete).sum();
    let total: Report = accounts.into_iter().map(|(_, report)| report).sum();
    println!("{}", summary("all", &total));
    let places = args.accounts * REGIONS.len();
    println!("{complete} of {places} places are complete");
    let counted = service.stop().await;
    // A request that the deadline cut may not have reached the service.
    if complete == places { local::compare(&total, counted) } else { Ok(()) }
}

/// An account's line.
fn summary(account: &str, report: &Report) -> serde_json::Value {
    json!({
        "account": account,
        "requests": report.requests,
        "throttles": throttles(report),
        "retries": report.retries(),
        "sdk_retries": report.sdk_retries,
        "given_up": report.give_ups().count(),
        "seconds_waited": report.total_wait.as_secs_f64(),
        "seconds_queued": report.total_queued.as_secs_f64(),
    })
}

fn throttles(report: &Report) -> usize {
    report.failures.iter().filter(|failure| failure.kind == Kind::Throttled).count()
}
