//! One run: the service, the store, the processes, and what disturbs them.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::args::Args;
use crate::disturb::{self, Disturbance};
use crate::outcome::Outcome;
use crate::service;
use crate::store::{BOUND, Kind, Server};
use crate::team::Team;

const TEMPLATE: &str = "{prefix:16} {bar:40.cyan/dim} {pos:>5}/{len} {elapsed:>4}  {msg}";

/// Every process for itself, or all of them as a fleet that meets in a store of this kind.
pub async fn run(args: &Args, kind: Option<&Kind>) -> Result<Outcome> {
    let service = service::start(args).await?;
    let mut store = match kind {
        Some(kind) => Store::Up(Server::start(kind).await?),
        None => Store::None,
    };
    let name = kind.map_or_else(|| "uncoordinated".to_owned(), |kind| format!("fleet, {kind}"));
    let bar = bar(&name, args.all_calls());
    let mut work = vec![
        "work".to_owned(),
        format!("--service={}", service.address()),
        format!("--in-flight={}", args.in_flight),
    ];
    work.extend(store.up().map(|server| format!("--store={}", server.meeting())));
    let (mut team, mut lines) = Team::new(args.all_calls() as usize, work);

    let began = Instant::now();
    let deadline = began + 10 * args.least() + Duration::from_secs(60);
    let mut plan = disturb::plan(args, kind);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut counts = Vec::new();
    // A disturbance may start more processes, and there is always one that does.
    while !plan.is_empty() || team.open() > 0 {
        let next = plan.front().map_or(deadline, |(at, _)| began + *at);
        tokio::select! {
            Some(line) = lines.recv() => {
                team.hear(&line)?;
                bar.set_position(team.answered as u64);
            }
            _ = seconds.tick() => {
                let now = service.counts();
                bar.set_message(format!("{} throttled", now.throttled));
                counts.push(now);
            }
            () = sleep_until(next) => {
                let Some((_, it)) = plan.pop_front() else { bail!("{name} takes too long") };
                bar.suspend(|| if args.disturbed { println!("{name}, {:.0} s: {it}", began.elapsed().as_secs_f64()) });
                disturb(it, args, &mut team, &mut store).await?;
            }
        }
    }
    let took = began.elapsed();
    bar.finish();
    counts.push(service.counts());
    store.settle().await?;
    let outcome = Outcome {
        name,
        calls: args.all_calls() as usize,
        answered: team.answered,
        lost: team.lost.take(),
        seconds: took.as_secs_f64(),
        least: args.least().as_secs_f64(),
        counts,
        exchanges: store.up().and_then(Server::exchanges),
        bound: if kind.is_some() { BOUND } else { 1.0 },
        shares: std::mem::take(&mut team.shares),
    };
    team.end().await?;
    Ok(outcome)
}

/// The store of a run.
enum Store {
    None,
    Up(Server),
    /// Some need seconds to start again, and the run goes on.
    Restarting(JoinHandle<Result<Server>>),
}

impl Store {
    const fn up(&self) -> Option<&Server> {
        if let Self::Up(server) = self { Some(server) } else { None }
    }

    fn kill(&mut self) {
        if let Self::Up(server) = self
            && !server.kill()
        {
            println!("  not this one, which was not started for this run");
        }
    }

    fn restart(&mut self) {
        if let Self::Up(mut server) = std::mem::replace(self, Self::None) {
            *self = Self::Restarting(tokio::spawn(async move {
                server.restart().await?;
                Ok(server)
            }));
        }
    }

    async fn settle(&mut self) -> Result<()> {
        if let Self::Restarting(server) = self {
            *self = Self::Up(server.await??);
        }
        Ok(())
    }
}

async fn disturb(it: Disturbance, args: &Args, team: &mut Team, store: &mut Store) -> Result<()> {
    match it {
        Disturbance::Start(which) => {
            for process in which {
                team.start(process * args.calls..(process + 1) * args.calls).await?;
            }
        }
        Disturbance::Kill(which) => {
            for process in which {
                team.kill(process).await?;
            }
        }
        Disturbance::Stop(process) => team.stop(process, true).await?,
        Disturbance::Continue(process) => team.stop(process, false).await?,
        Disturbance::KillStore => store.kill(),
        Disturbance::RestartStore => store.restart(),
    }
    Ok(())
}

/// A bar on a terminal; elsewhere a line when the run begins.
fn bar(name: &str, calls: u32) -> ProgressBar {
    if !stderr().is_terminal() {
        eprintln!("{name} ..");
    }
    let style =
        ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(calls.into()).with_style(style).with_prefix(name.to_owned())
}
