//! A call and the tasks that it spawned with `in_call`, under every interleaving.

use loom::thread;

use super::*;

/// The models of this file.
pub const MODELS: &[fn()] = &[
    a_late_task_does_not_speak_for_the_next_attempt,
    no_record_of_two_tasks_is_lost,
    calls_inside_end_while_the_call_around_ends,
];

/// A call in its first attempt.
fn call() -> CallContext {
    let mut call = CallContext { attempt: 1, ..CallContext::NONE };
    call.records();
    call
}

/// An inner call of a task gives up on `failure`.
fn give_up(joined: &mut CallContext, failure: &Failure<'_>) {
    if joined.is_in_call() {
        let _inside = joined.join();
        gave_up(failure, Kind::Throttled);
    }
}

fn recalls(call: &CallContext) -> bool {
    let records = call.shared_records().unwrap();
    records.recall(&Failure::throttled(), Kind::Throttled, true).is_some()
}

/// A task of the first attempt records a failure while the second begins: the second never takes it for its
/// own, and a record of the attempt in progress is seen.
fn a_late_task_does_not_speak_for_the_next_attempt() {
    let mut call = call();
    let mut joined = call.clone();
    let task = thread::spawn(move || give_up(&mut joined, &Failure::throttled()));
    call.attempt = 2;
    call.shared_records().unwrap().begin(2);
    assert!(!recalls(&call));
    task.join().unwrap();
    assert!(!recalls(&call), "a record of the attempt before");
    give_up(&mut call, &Failure::throttled());
    assert!(recalls(&call));
}

/// Two tasks of one attempt record at once: both records are there when they have ended.
fn no_record_of_two_tasks_is_lost() {
    let call = call();
    let (mut first, mut second) = (call.clone(), call.clone());
    let task = thread::spawn(move || give_up(&mut first, &Failure::new().with_code("First")));
    give_up(&mut second, &Failure::new().with_code("Second"));
    task.join().unwrap();
    let records = call.shared_records().unwrap();
    for code in ["First", "Second"] {
        let found = records.recall(&Failure::new().with_code(code), Kind::Throttled, false);
        assert!(found.is_some_and(|it| it.gave_up()), "{code} is lost");
    }
}

/// Inner calls of two tasks end, each of which adds its requests to those of the call around it, while that
/// call begins its next attempt and ends: nobody waits for another forever, and afterwards each task is on
/// its own.
fn calls_inside_end_while_the_call_around_ends() {
    let mut outer = call();
    let mut joined = outer.clone();
    let inner = thread::spawn(move || {
        let inside = joined.join();
        call().end();
        drop(inside);
        joined
    });
    outer.shared_records().unwrap().begin(2);
    outer.end();
    let mut joined = inner.join().unwrap();
    assert!(!joined.is_in_call());
    let _inside = joined.join();
    assert_eq!(attempt(), 0);
}
