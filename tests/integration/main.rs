//! The attribute from its users' side, one module per subject. `tests/README.md` lists the places of all tests.

mod advice;
mod boto3;
mod bounds;
mod clients;
mod configuration;
mod conformance;
mod endpoint;
mod error_types;
mod every_form;
mod facts_of_events;
mod failures_over_http;
mod hooks_and_log;
mod hot_account;
mod interceptor;
mod kinds_of_failure;
mod late_calls;
mod listing;
mod long_poll;
mod moto;
mod outcomes;
mod retry_client;
mod survival;
mod throttle_reasons;
