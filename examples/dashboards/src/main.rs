//! A job whose metrics Prometheus scrapes. Thirty callers list secrets in each of two accounts, whose quota is 20
//! requests per second: in one account in paced mode, in the other in the default mode. In a third account single calls
//! are refused while others pass.
//!
//! `cargo run -p dashboards` runs for some 15 seconds, prints a scrape and the advice of `scope::advice()`, and ends. With
//! `--serve` it goes on: point Prometheus at `http://127.0.0.1:9464/metrics`, and import `grafana.json` into Grafana.
//! `cloudwatch-dashboard.json` and `cloudwatch-alarms.json` are for the same names in CloudWatch. `docs/operating.md`
//! explains the panels.

mod local;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use aws_retry::sdk::Interceptor;
use aws_retry::{aws_retry, observe, scope};
use aws_sdk_secretsmanager::{Client, Error};
use clap::Parser;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Upper bounds of the buckets of the waits (seconds).
const BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
const CALLERS: usize = 30;

/// A job whose metrics Prometheus scrapes, with quotas on loopback in place of AWS.
#[derive(Parser)]
struct Args {
    /// Go on until the process is stopped.
    #[arg(long)]
    serve: bool,
    /// Seconds until the scrape is printed.
    #[arg(long, default_value_t = 14.0)]
    seconds: f64,
    /// The port of the metrics; a free one without `--serve`.
    #[arg(long)]
    port: Option<u16>,
}

/// Waits for its turn: no answer is lost.
#[aws_retry(
    mode = "paced",
    scope = ("secretsmanager:ListSecrets", account, "eu-west-1"),
    service = "Secrets Manager",
    operation = "ListSecrets"
)]
async fn paced(client: &Client, account: &str) -> Result<(), Error> {
    client.list_secrets().send().await.map(drop).map_err(Error::from)
}

/// Retries with backoff, and gives up in the end.
#[aws_retry(
    scope = ("secretsmanager:ListSecrets", account, "eu-west-1"),
    base_delay = "100ms",
    max_retries = 3,
    log = "off",
    service = "Secrets Manager",
    operation = "ListSecrets"
)]
async fn backed_off(client: &Client, account: &str) -> Result<(), Error> {
    client.list_secrets().send().await.map(drop).map_err(Error::from)
}

/// Sends the same write again and again to a secret whose own limit is used up.
#[aws_retry(
    mode = "paced",
    scope = ("secretsmanager:DescribeSecret", account, "eu-west-1"),
    service = "Secrets Manager",
    operation = "DescribeSecret"
)]
async fn described(client: &Client, account: &str, secret: &str) -> Result<(), Error> {
    client.describe_secret().secret_id(secret).send().await.map(drop).map_err(Error::from)
}

#[derive(Default)]
struct Outcomes {
    answers: AtomicU32,
    lost: AtomicU32,
}

impl Outcomes {
    fn count(&self, outcome: &Result<(), Error>) {
        let counter = if outcome.is_ok() { &self.answers } else { &self.lost };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn print(&self, of: &str) {
        let [answers, lost] = [&self.answers, &self.lost];
        println!(
            "{of}: {} answers, {} lost",
            answers.load(Ordering::Relaxed),
            lost.load(Ordering::Relaxed)
        );
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let address = serve_metrics(&args).await?;
    // The gauges and the advice name the scope. There are three, so this does not multiply the series.
    observe::keep_scope_names(true);

    let service = local::start().await?;
    let client = |account: &str| local::client(&service, account, Interceptor::new());
    let until = Instant::now() + Duration::from_secs_f64(args.seconds);
    let goes_on = move || args.serve || Instant::now() < until;
    let [paced_outcomes, outcomes, hot] = [(); 3].map(|()| &*Box::leak(Box::<Outcomes>::default()));
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let [first, second, third] = local::ACCOUNTS.map(client);
        callers.spawn(async move {
            while goes_on() {
                paced_outcomes.count(&paced(&first, local::ACCOUNTS[0]).await);
            }
        });
        callers.spawn(async move {
            while goes_on() {
                outcomes.count(&backed_off(&second, local::ACCOUNTS[1]).await);
            }
        });
        if number < 4 {
            callers.spawn(async move {
                let secret = if number == 0 { local::HOT } else { "cold" };
                while goes_on() {
                    hot.count(&described(&third, local::ACCOUNTS[2], secret).await);
                    sleep(Duration::from_millis(300)).await;
                }
            });
        }
    }
    if args.serve {
        println!("metrics at http://{address}/metrics until the process is stopped");
    }
    callers.join_all().await;
    paced_outcomes.print("paced");
    outcomes.print("default mode");
    hot.print("a hot secret among others");
    println!("\nhttp://{address}/metrics, without the buckets:\n{}", scrape(address).await?);
    for advice in scope::advice() {
        println!("{advice}");
    }
    Ok(())
}

/// The recorder, and its page over HTTP.
async fn serve_metrics(args: &Args) -> Result<SocketAddr> {
    let port = match args.port {
        Some(port) => port,
        None if args.serve => 9464,
        None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port(),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let builder = PrometheusBuilder::new().with_http_listener(address).set_buckets(BUCKETS)?;
    let (recorder, exporter) = builder.build().context("the listener for metrics")?;
    metrics::set_global_recorder(recorder).context("the recorder")?;
    observe::metrics::describe();
    tokio::spawn(exporter);
    Ok(address)
}

/// The page as Prometheus gets it: its samples in order, without the buckets of the histograms.
async fn scrape(address: SocketAddr) -> Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    connection
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await?;
    let mut page = String::new();
    connection.read_to_string(&mut page).await?;
    let is_sample = |line: &&str| line.starts_with("aws_retry_") && !line.contains("_bucket{");
    let mut samples: Vec<_> = page.lines().filter(is_sample).collect();
    samples.sort_unstable();
    Ok(samples.join("\n"))
}
