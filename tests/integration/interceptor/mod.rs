//! With the SDK's interceptor, over HTTP: who retries what, what is understood of an error whose type was
//! erased, and that nothing is left behind.

mod accounting;
mod counting;
mod credentials;
mod erased;
mod many_requests;
mod nested;
mod one_policy;
mod records;
mod replay;
mod who_retries;
