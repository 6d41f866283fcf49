//! With real SDK clients over HTTP: who retries what, what is understood of an error whose type was
//! erased, and that nothing is left behind.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod clients;
mod credentials;
mod erased;
mod interceptor;
mod many_requests;
mod nested;
mod records;
mod replay;
mod wrapper;
