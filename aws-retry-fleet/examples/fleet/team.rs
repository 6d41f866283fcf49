//! The processes of one run, and the calls that each still has to make.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout};

use crate::outcome::Share;

/// A line that a member printed: the number of an answered call, or of a lost one and why.
#[derive(Debug)]
pub struct Line {
    member: usize,
    text: String,
    at: Instant,
}

pub struct Team {
    /// The arguments with which a member starts.
    work: Vec<String>,
    members: Vec<Member>,
    printed: UnboundedSender<Line>,
    pub answered: usize,
    /// Each one's share at the moment when half of the calls were answered.
    pub shares: Vec<Share>,
    all: usize,
    /// The first reason for a lost call, and their number.
    pub lost: Option<(String, usize)>,
}

struct Member {
    process: Child,
    orders: ChildStdin,
    /// Calls that are not answered yet.
    open: BTreeSet<u32>,
    answered: usize,
    began: Instant,
    stopped: Option<Instant>,
    slept: Duration,
    killed: Option<Instant>,
}

impl Member {
    fn share(&self, now: Instant) -> Share {
        let end = self.killed.or(self.stopped).unwrap_or(now);
        let seconds = (end - self.began).saturating_sub(self.slept).as_secs_f64();
        Share { answered: self.answered, seconds }
    }
}

impl Team {
    /// A team that has this number of calls to make.
    pub fn new(all: usize, work: Vec<String>) -> (Self, UnboundedReceiver<Line>) {
        let (printed, lines) = unbounded_channel();
        let (members, shares) = (Vec::new(), Vec::new());
        (Self { work, members, printed, answered: 0, shares, all, lost: None }, lines)
    }

    /// Starts a process, which has these calls to make.
    pub async fn start(&mut self, calls: impl IntoIterator<Item = u32>) -> Result<()> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(&self.work)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("this program does not start again")?;
        let (orders, lines) = (process.stdin.take(), process.stdout.take());
        let mut lines = BufReader::new(lines.context("a pipe")?).lines();
        let (printed, member) = (self.printed.clone(), self.members.len());
        tokio::spawn(async move {
            while let Ok(Some(text)) = lines.next_line().await {
                // Lines after the end of the run are of no interest.
                let _ = printed.send(Line { member, text, at: Instant::now() });
            }
        });
        self.members.push(Member {
            process,
            orders: orders.context("a pipe")?,
            open: BTreeSet::new(),
            answered: 0,
            began: Instant::now(),
            stopped: None,
            slept: Duration::ZERO,
            killed: None,
        });
        self.order(member, calls).await
    }

    async fn order(&mut self, member: usize, calls: impl IntoIterator<Item = u32>) -> Result<()> {
        let member = &mut self.members[member];
        for call in calls {
            member.open.insert(call);
            member.orders.write_all(format!("{call}\n").as_bytes()).await?;
        }
        Ok(())
    }

    pub fn hear(&mut self, line: &Line) -> Result<()> {
        let member = &mut self.members[line.member];
        let (call, failure) = line.text.split_once(' ').unwrap_or((&line.text, ""));
        // A process that was killed may have printed an answer just before.
        if member.open.remove(&call.parse()?) {
            if failure.is_empty() {
                member.answered += 1;
                self.answered += 1;
                if self.answered == self.all / 2 {
                    self.shares = self.members.iter().map(|it| it.share(line.at)).collect();
                }
            } else {
                let (_, lost) = self.lost.get_or_insert_with(|| (failure.to_owned(), 0));
                *lost += 1;
            }
        }
        Ok(())
    }

    /// Calls without an outcome, of the members that were started.
    pub fn open(&self) -> usize {
        self.members.iter().map(|member| member.open.len()).sum()
    }

    /// Kills a process (SIGKILL); the others take over its calls.
    pub async fn kill(&mut self, member: usize) -> Result<()> {
        let victim = &mut self.members[member];
        victim.process.kill().await?;
        victim.killed = Some(Instant::now());
        let calls = std::mem::take(&mut victim.open);
        let heirs: Vec<_> = (0..self.members.len())
            .filter(|&it| self.members[it].killed.is_none() && self.members[it].stopped.is_none())
            .collect();
        ensure!(!heirs.is_empty(), "nobody is left to take over");
        for (call, heir) in calls.into_iter().zip(heirs.into_iter().cycle()) {
            self.order(heir, [call]).await?;
        }
        Ok(())
    }

    /// Stops a process (SIGSTOP), or lets it go on (SIGCONT).
    pub async fn stop(&mut self, member: usize, stop: bool) -> Result<()> {
        let member = &mut self.members[member];
        let id = member.process.id().context("it runs")?.to_string();
        let signal = if stop { "-STOP" } else { "-CONT" };
        ensure!(
            Command::new("kill").args([signal, &id]).status().await?.success(),
            "kill {signal}"
        );
        if stop {
            member.stopped = Some(Instant::now());
        } else if let Some(since) = member.stopped.take() {
            member.slept += since.elapsed();
        }
        Ok(())
    }

    /// Lets all processes leave the fleet and end.
    pub async fn end(self) -> Result<()> {
        for Member { mut process, orders, stopped, killed, .. } in self.members {
            drop(orders);
            if killed.is_none() && stopped.is_none() {
                let end = timeout(Duration::from_secs(10), process.wait()).await;
                ensure!(end.context("a process does not end")??.success(), "a process failed");
            }
        }
        Ok(())
    }
}
