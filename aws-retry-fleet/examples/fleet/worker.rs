//! A process of the team. This is the part that your own program has, too.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use aws_retry::aws_retry;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::args::Work;
use crate::service::{self, ServiceError};

const ACCOUNT: &str = "123456789012";

/// A scope of texts belongs to the fleet: the operation, and the account that AWS throttles.
#[aws_retry(mode = "paced", scope = ("ec2:DescribeInstances", account))]
async fn describe(service: SocketAddr, account: &str, instance: u32) -> Result<(), ServiceError> {
    service::request(service, account, instance).await
}

pub async fn work(work: &Work) -> Result<()> {
    let fleet = match &work.store {
        Some(meeting) => Some(meeting.join().await?),
        None => None,
    };
    let in_flight = Arc::new(Semaphore::new(work.in_flight));
    let (mut calls, service) = (JoinSet::new(), work.service);
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    while let Some(order) = orders.next_line().await? {
        let (call, in_flight) = (order.parse()?, Arc::clone(&in_flight));
        calls.spawn(async move {
            // The semaphore is never closed.
            let _permit = in_flight.acquire().await;
            match describe(service, ACCOUNT, call).await {
                Ok(()) => report(format_args!("{call}")),
                Err(error) => report(format_args!("{call} {error}")),
            }
        });
    }
    // The input ends when every call of the team is answered.
    calls.abort_all();
    if let Some(fleet) = fleet {
        fleet.leave().await;
    }
    Ok(())
}

fn report(line: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    // Where nobody listens any more, the input ends, too.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
