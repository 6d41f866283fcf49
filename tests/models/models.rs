//! Runs each model of `aws-retry-core` under every interleaving of its threads. They stand beside the code, in
//! files named `*_loom.rs`.

use aws_retry_models::models;

fn check(models: &[fn()]) {
    for &model in models {
        loom::model(model);
    }
}

#[test]
fn a_call_and_the_tasks_that_join_it() {
    check(models::CALL_CONTEXT);
}

#[test]
fn the_gate_before_a_queue() {
    check(models::GATE);
}

#[test]
fn the_retry_tokens() {
    check(models::RETRY_TOKENS);
}

#[test]
fn the_registry_of_scopes() {
    check(models::REGISTRY);
}
