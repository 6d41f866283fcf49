//! What no argument shows by itself: which exclude each other, and which need one another.

use proc_macro2::Ident;

use crate::args::{Arg, Args};
use crate::diagnostics::Errors;
use crate::shape::Asyncness;
use crate::value::Value;

/// Reports each clash on the later of the two tokens, and drops that argument.
pub fn check(args: &mut Args, asyncness: Asyncness, errors: &mut Errors) {
    let mut refused = Vec::new();
    let mut refuse = |arg: &Arg, message: String| {
        errors.at(&arg.name, message);
        refused.push(arg.row.name);
    };
    exclusions(args, &mut refuse);
    durations(args, &mut refuse);
    rates(args, asyncness, &mut refuse);
    if let (Asyncness::Sync, Some(arg)) = (asyncness, args.get("attempt_timeout")) {
        refuse(
            arg,
            "`attempt_timeout` can cut only an async fn: set the client's own timeouts".into(),
        );
    }
    for name in refused {
        args.remove(name);
    }
}

fn exclusions(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    let mut clash = |one: &str, other: &str, why: &str| {
        if let (Some(one), Some(other)) = (args.get(one), args.get(other)) {
            let later =
                args.list.iter().rev().find(|arg| arg.name == one.name || arg.name == other.name);
            refuse(
                later.unwrap_or(other),
                format!("`{}` and `{}` exclude each other: {why}", one.name, other.name),
            );
        }
    };
    if args.mode() != Some("Paced") {
        clash("max_retries", "max_attempts", "`max_attempts = 6` says `max_retries = 5`");
    }
    clash("policy", "mode", "the mode is the policy's");
    clash("retryable_errors", "codes", "each names the whole set of codes to retry");
    if args.switched("idempotent", false) {
        clash("retry_if_ok", "idempotent", "what came back `Ok` was executed");
    }
    if let (Some(Value::Names(cloned)), Some(Value::Names(borrowed))) =
        (args.value("clone"), args.value("borrow"))
    {
        let both = |name: &&Ident| cloned.contains(name);
        if let (Some(name), Some(arg)) = (borrowed.iter().find(both), args.get("borrow")) {
            refuse(arg, format!("`{name}` is in `clone(..)` and in `borrow(..)`"));
        }
    }
}

/// The decorator's, as the arguments' documentation states them.
const BASE_DELAY: u64 = 500_000_000;
const MAX_DELAY: u64 = 30_000_000_000;

fn durations(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    let nanos = |name| match args.get(name) {
        Some(arg @ Arg { value: Value::Nanoseconds(nanos), .. }) => Some((arg, *nanos)),
        _ => None,
    };
    let defaults = !args.has("policy") && (!args.has("mode") || args.mode() == Some("Decorator"));
    match (nanos("base_delay"), nanos("max_delay")) {
        (Some((_, base)), Some((max, cap))) if cap < base => {
            refuse(max, "`max_delay` is below `base_delay`".into());
        }
        (Some((base, nanos)), None) if defaults && !args.has("max_delay") && nanos > MAX_DELAY => {
            refuse(
                base,
                "`base_delay` is above `max_delay`, 30 s by default: write `max_delay` too".into(),
            );
        }
        (None, Some((max, nanos))) if defaults && !args.has("base_delay") && nanos < BASE_DELAY => {
            refuse(
                max,
                "`max_delay` is below `base_delay`, 500 ms by default: write `base_delay` too"
                    .into(),
            );
        }
        _ => {}
    }
    if let (Some((attempt, one)), Some((_, all))) =
        (nanos("attempt_timeout"), nanos("total_timeout"))
        && one > all
    {
        refuse(
            attempt,
            "`attempt_timeout` is above `total_timeout`, which would always come first".into(),
        );
    }
}

fn rates(args: &Args, asyncness: Asyncness, refuse: &mut impl FnMut(&Arg, String)) {
    if let (true, Some(mode)) = (args.has_rate(), args.get("mode")) {
        if asyncness == Asyncness::Sync {
            refuse(mode, "this mode waits for its turn, which only an async fn can".into());
        } else if !args.has("scope") {
            refuse(
                mode,
                "this mode needs a `scope`: name what AWS throttles, as in \
                 `scope = (\"ec2:DescribeInstances\", account, region)`, or write `scope = fn`"
                    .into(),
            );
        }
    }
    for name in ["max_rate", "share", "fail_fast"] {
        let Some(arg) = args.get(name) else { continue };
        if asyncness == Asyncness::Sync {
            refuse(arg, format!("`{name}` needs mode = \"paced\" or \"adaptive\", on an async fn"));
        } else if !args.has_rate()
            && !args.has("policy")
            && (args.mode().is_some() || !args.has("mode"))
        {
            refuse(arg, format!("`{name}` needs mode = \"paced\" or \"adaptive\""));
        }
    }
}
