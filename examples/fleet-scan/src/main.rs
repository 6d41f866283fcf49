//! A compliance scan over 20 accounts and 50 regions: which secrets have no rotation, and which are open to the
//! world? Each strategy runs the same scan, with the real client of AWS Secrets Manager, against an endpoint on
//! loopback that throttles as AWS does. See `--help`.

// Counts are far below the 2^52 that a float holds.
#![allow(clippy::cast_precision_loss)]

mod args;
mod audit;
mod calls;
mod checks;
mod endpoint;
mod fleet;
mod progress;
mod scan;
mod strategies;
mod table;
mod tally;

use std::{env, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use aws_sdk_secretsmanager::config::{Credentials, SharedHttpClient};
use aws_smithy_http_client::Builder;
use clap::Parser;

use crate::{
    args::{Args, Plan},
    checks::faults,
    fleet::Fleet,
    scan::Outcome,
    strategies::{Clients, Strategy},
    table::Known,
};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    let plan = args.plan()?;
    let credentials = plan.endpoint.as_ref().and_then(|_| credentials());
    let fleet = Arc::new(match &plan.endpoint {
        None => Fleet::emulated(&plan),
        Some(_) => Fleet::elsewhere(&plan, credentials.is_some()),
    });
    let known = plan.endpoint.is_none().then(|| Known::new(&fleet, &plan));
    let mut outcomes = Vec::new();
    for &strategy in &plan.strategies {
        outcomes.push(run(strategy, &plan, &fleet, credentials.clone()).await?);
    }
    if args.json {
        println!("{:#}", table::json(&plan, fleet.places.len(), known.as_ref(), &outcomes));
    } else {
        println!("{}", table::text(&plan, fleet.places.len(), known.as_ref(), &outcomes));
    }
    let faults: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| faults(outcome, fleet.places.len(), known.as_ref()))
        .collect();
    for fault in &faults {
        eprintln!("{fault}");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs one strategy, against an endpoint of its own unless the plan names another.
async fn run(
    strategy: Strategy,
    plan: &Plan,
    fleet: &Arc<Fleet>,
    credentials: Option<Credentials>,
) -> Result<Outcome> {
    let bar = progress::bar(strategy, fleet.places.len());
    let (endpoint, url) = if let Some(url) = &plan.endpoint {
        (None, url.clone())
    } else {
        let ours =
            endpoint::start(Arc::clone(fleet), plan).await.context("can't start the endpoint")?;
        let url = ours.url();
        (Some(ours), url)
    };
    let clients = Clients::new(strategy, http_client(&url), url, credentials, fleet);
    let mut outcome = scan::run(clients, Arc::clone(fleet), plan, bar.clone()).await?;
    bar.finish();
    if let Some(endpoint) = endpoint {
        outcome.served = Some(endpoint.stop().await);
    }
    Ok(outcome)
}

/// Credentials from the environment, for an endpoint that checks them.
fn credentials() -> Option<Credentials> {
    let key = env::var("AWS_ACCESS_KEY_ID").ok()?;
    let secret = env::var("AWS_SECRET_ACCESS_KEY").ok()?;
    Some(Credentials::new(key, secret, env::var("AWS_SESSION_TOKEN").ok(), None, "environment"))
}

/// One HTTP client for all accounts and regions. Loopback needs no TLS, which takes long to compile.
#[cfg(not(feature = "tls"))]
fn http_client(_: &str) -> SharedHttpClient {
    Builder::new().build_http()
}

/// One HTTP client for all accounts and regions.
#[cfg(feature = "tls")]
fn http_client(url: &str) -> SharedHttpClient {
    use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

    if url.starts_with("https:") {
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
    } else {
        Builder::new().build_http()
    }
}
