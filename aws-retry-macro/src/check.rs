//! The rules between arguments: those that exclude each other, and those that need each other.

use proc_macro2::Ident;

use crate::args::{Arg, Args};
use crate::diagnostics::Errors;
use crate::kinds::{Needs, Unless};
use crate::shape::Asyncness;
use crate::table::{ArgName, Exclusion};
use crate::value::Value;

/// Reports each clash on the later of the two tokens, and drops that argument.
pub fn check(args: &mut Args, asyncness: Asyncness, errors: &mut Errors) {
    let mut refused = Vec::new();
    let mut refuse = |arg: &Arg, message: String| {
        if !refused.contains(&arg.name) {
            errors.at(&arg.token, message);
            refused.push(arg.name);
        }
    };
    exclusions(args, &mut refuse);
    names(args, &mut refuse);
    durations(args, &mut refuse);
    if asyncness == Asyncness::Sync {
        sync(args, &mut refuse);
    }
    rates(args, &mut refuse);
    for name in refused {
        args.remove(name);
    }
}

fn exclusions(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    for (i, arg) in args.list.iter().enumerate() {
        for exclusion in arg.name.row().excludes {
            let position = |other: &Arg| other.name == exclusion.other;
            let Some(j) = args.list.iter().position(position) else { continue };
            let (Some(other), Some(later)) = (args.list.get(j), args.list.get(i.max(j))) else {
                continue;
            };
            if !is_excepted(exclusion, args) {
                let (one, other) = (arg.name.name(), other.name.name());
                let why = exclusion.why;
                refuse(later, format!("`{one}` and `{other}` exclude each other: {why}"));
            }
        }
    }
}

/// Whether a method may add the one to a block with the other.
pub fn may_stand_together(one: ArgName, other: ArgName, args: &Args) -> bool {
    let exclusions =
        |one: ArgName, other| one.row().excludes.iter().find(move |it| it.other == other);
    exclusions(one, other)
        .or(exclusions(other, one))
        .is_some_and(|exclusion| is_excepted(exclusion, args))
}

/// Whether the exception to the exclusion applies.
fn is_excepted(exclusion: &Exclusion, args: &Args) -> bool {
    match exclusion.unless {
        Unless::None => false,
        Unless::ModeIsPaced => args.mode() == Some("Paced"),
        Unless::OtherIsNotFalse => !args.is_switched(exclusion.other, false),
    }
}

fn names(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    let (Some(Value::Names(cloned)), Some(arg)) =
        (args.value(ArgName::Clone), args.get(ArgName::Borrow))
    else {
        return;
    };
    if let Value::Names(borrowed) = &arg.value
        && let Some(name) = borrowed.iter().find(|name: &&Ident| cloned.contains(name))
    {
        refuse(arg, format!("`{name}` is in both `clone(..)` and `borrow(..)`"));
    }
}

/// The decorator mode's defaults in nanoseconds, as the arguments' documentation states them.
const BASE_DELAY: u64 = 500_000_000;
const MAX_DELAY: u64 = 30_000_000_000;

fn durations(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    use ArgName::{AttemptTimeout, BaseDelay, MaxDelay, Mode, Policy, TotalTimeout};
    let nanos = |name| match args.get(name) {
        Some(arg @ Arg { value: Value::Nanoseconds(nanos), .. }) => Some((arg, *nanos)),
        _ => None,
    };
    let defaults = !args.has(Policy) && (!args.has(Mode) || args.mode() == Some("Decorator"));
    match (nanos(BaseDelay), nanos(MaxDelay)) {
        (Some((_, base)), Some((max, cap))) if cap < base => {
            refuse(max, "`max_delay` is shorter than `base_delay`".into());
        }
        (Some((base, nanos)), None) if defaults && !args.has(MaxDelay) && nanos > MAX_DELAY => {
            let message = "`base_delay` is longer than `max_delay`, 30 s by default: \
                           write `max_delay` too";
            refuse(base, message.into());
        }
        (None, Some((max, nanos))) if defaults && !args.has(BaseDelay) && nanos < BASE_DELAY => {
            let message = "`max_delay` is shorter than `base_delay`, 500 ms by default: \
                           write `base_delay` too";
            refuse(max, message.into());
        }
        _ => {}
    }
    if let (Some((attempt, one)), Some((_, all))) = (nanos(AttemptTimeout), nanos(TotalTimeout))
        && one > all
    {
        let message =
            "`attempt_timeout` is longer than `total_timeout`, which would always come first";
        refuse(attempt, message.into());
    }
}

/// Arguments that a sync function can't have.
fn sync(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    for arg in &args.list {
        let (when, why) = arg.name.row().async_only;
        if args.holds(when) {
            refuse(arg, format!("`{}` needs an async function: {why}", arg.name.name()));
        }
    }
}

fn rates(args: &Args, refuse: &mut impl FnMut(&Arg, String)) {
    if let Some(mode) = args.get(ArgName::Mode).filter(|_| args.has_rate())
        && !args.has(ArgName::Scope)
    {
        let message = "this mode needs a `scope` that names what AWS throttles, as in \
                       `scope = (\"ec2:DescribeInstances\", account, region)`, or `scope = fn`";
        refuse(mode, message.into());
    }
    // A policy may supply the mode, and a misspelled mode may have been one with a rate.
    let unknown = args.has(ArgName::Policy) || args.mode().is_none() && args.has(ArgName::Mode);
    if unknown {
        return;
    }
    for arg in &args.list {
        let name = arg.name.name();
        match arg.name.row().needs {
            Needs::Rate if !args.has_rate() => {
                refuse(arg, format!("`{name}` needs `mode = \"paced\"` or `mode = \"adaptive\"`"))
            }
            Needs::Paced if args.mode() != Some("Paced") => {
                refuse(arg, format!("`{name}` needs `mode = \"paced\"`"));
            }
            _ => {}
        }
    }
}
