//! Plays a case to boto3 and to `#[aws_retry]`, and reports the differences.

use std::fmt::{self, Write as _};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};

use super::cases::Case;
use crate::client::PATIENCE;
use crate::endpoint::{Endpoint, Step};
use crate::peers::Driver;

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Service { code: Option<String>, status: u16 },
    Timeout,
    Connection,
}

impl Outcome {
    fn of_ours<T, E: ProvideErrorMetadata>(result: &Result<T, SdkError<E, HttpResponse>>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(SdkError::ServiceError(error)) => Self::Service {
                code: error.err().code().map(str::to_owned),
                status: error.raw().status().as_u16(),
            },
            Err(SdkError::TimeoutError(_)) => Self::Timeout,
            Err(SdkError::DispatchFailure(failure)) if failure.is_timeout() => Self::Timeout,
            Err(_) => Self::Connection,
        }
    }

    fn of_boto3(value: &Value) -> Self {
        match value.as_str() {
            Some("ok") => Self::Ok,
            Some("timeout") => Self::Timeout,
            Some("connection") => Self::Connection,
            _ => Self::Service {
                code: value["code"].as_str().map(str::to_owned),
                status: serde_json::from_value(value["status"].clone()).expect("a status"),
            },
        }
    }
}

/// One side's way through a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    pub requests: usize,
    /// The outcome of each call, and the time that it spent waiting.
    pub calls: Vec<(Outcome, Duration)>,
}

impl Played {
    /// The same number of requests, the same outcomes, and waits that differ only by the rounding
    /// of the timer, to milliseconds.
    fn agrees_with(&self, other: &Self, waits: Waits) -> bool {
        const ROUNDING: Duration = Duration::from_millis(10);
        let agree = |(mine, theirs): (&(Outcome, Duration), &(Outcome, Duration))| {
            let as_long = waits == Waits::Differ || mine.1.abs_diff(theirs.1) <= ROUNDING;
            mine.0 == theirs.0 && as_long
        };
        self.requests == other.requests
            && self.calls.len() == other.calls.len()
            && self.calls.iter().zip(&other.calls).all(agree)
    }
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests:", self.requests)?;
        for (outcome, waited) in &self.calls {
            write!(f, " {outcome:?} after {waited:?};")?;
        }
        Ok(())
    }
}

/// The operation that both sides call.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub service: &'static str,
    /// As a method of boto3's client.
    pub name: &'static str,
    /// Its arguments in JSON.
    pub params: &'static str,
}

/// boto3 and the endpoint that it shares with the other side.
#[derive(Debug)]
pub struct Stage {
    pub endpoint: Endpoint,
    boto3: Driver,
}

impl Stage {
    /// None if boto3 is not installed, or so old that its standard mode is Retry Behavior 2.0.
    pub fn set() -> Option<Self> {
        Some(Self {
            boto3: Driver::start(
                "boto3 1.44 or later",
                "import boto3; v = boto3.__version__; assert tuple(map(int, v.split('.')[:2])) >= (1, 44), v",
                include_str!("driver.py"),
            )?,
            endpoint: Endpoint::start([], Step::ok("{}")),
        })
    }

    pub fn boto3(&mut self, operation: Operation, mode: &str, case: &Case) -> Played {
        self.endpoint.play(case.steps.clone());
        let params: Value = serde_json::from_str(operation.params).expect("JSON");
        let answer = self.boto3.ask(&json!({
            "service": operation.service,
            "operation": operation.name,
            "params": params,
            "mode": mode,
            "url": self.endpoint.url(),
            "read_timeout": PATIENCE.as_secs_f64(),
            "calls": case.calls,
        }));
        let calls = answer.as_array().expect("a list of calls").iter();
        let calls = calls.map(|call| {
            let elapsed = call["elapsed"].as_f64().expect("seconds");
            (Outcome::of_boto3(&call["outcome"]), Duration::from_secs_f64(elapsed))
        });
        Played { calls: calls.collect(), requests: self.endpoint.arrived() }
    }

    /// Plays the case to `call`, which makes one call of a scope named after the case: its quota
    /// and send rate are fresh. The test's clock is paused, so that waits take no time.
    pub async fn ours<T, E: ProvideErrorMetadata>(
        &self,
        case: &Case,
        call: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Played {
        self.endpoint.play(case.steps.clone());
        let mut calls = Vec::new();
        for _ in 0..case.calls {
            let began = tokio::time::Instant::now();
            let result = call().await;
            calls.push((Outcome::of_ours(&result), began.elapsed()));
        }
        Played { calls, requests: self.endpoint.arrived() }
    }
}

/// An intended difference from boto3 in one case, and its reason.
#[derive(Clone, Copy, Debug)]
pub struct Differs {
    pub case: &'static str,
    pub why: &'static str,
}

/// Whether both sides must wait equally long. With a send rate they do not: the start of its measuring
/// buckets depends on the first read of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    Agree,
    Differ,
}

/// Compares the two sides, case by case.
#[derive(Debug)]
pub struct Comparison {
    waits: Waits,
    meant: &'static [Differs],
    compared: Vec<String>,
    wrong: String,
}

impl Comparison {
    pub fn new(waits: Waits, meant: &'static [Differs]) -> Self {
        Self { waits, meant, compared: Vec::new(), wrong: String::new() }
    }

    pub fn add(&mut self, case: &Case, boto3: &Played, ours: &Played) {
        let meant = self.meant.iter().find(|differs| differs.case == case.name);
        let wrong = match (boto3.agrees_with(ours, self.waits), meant) {
            (true, None) | (false, Some(_)) => None,
            (true, Some(differs)) => Some(format!("agrees, and was not meant to: {}", differs.why)),
            (false, None) => Some("differs".to_owned()),
        };
        if let Some(wrong) = wrong {
            let _ = writeln!(self.wrong, "{}: {wrong}\n  boto3 {boto3}\n  ours  {ours}", case.name);
        }
        self.compared.push(case.name.clone());
    }

    /// Only intended differences occur, and there are enough different cases.
    pub fn finish(mut self) {
        self.compared.sort();
        self.compared.dedup();
        assert!(self.compared.len() >= 60, "only {} cases", self.compared.len());
        for differs in self.meant {
            let known = self.compared.iter().any(|name| name == differs.case);
            assert!(known, "no case is named {:?}", differs.case);
        }
        assert!(self.wrong.is_empty(), "\n{}", self.wrong);
    }
}
