//! With the SDK's interceptor, over HTTP: which layer retries, how errors are read whose type was erased, and that
//! no records are left behind.

mod accounting;
mod at_once;
mod clients_classifiers;
mod counting;
mod credentials;
mod erased;
mod many_requests;
mod nested;
mod one_policy;
mod records;
mod sdk_waits;
mod who_retries;
