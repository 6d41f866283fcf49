//! A crate in which every common name means something else.
#![no_implicit_prelude]
#![allow(
    dead_code,
    non_camel_case_types,
    clippy::all,
    clippy::pedantic,
    reason = "that is the point"
)]

/// Modules that shadow the crates of these names.
mod core {}
mod std {}
mod tokio {}
mod aws_retry {}
mod aws_retry_core {}

struct Ok;
struct Err;
struct Result;
struct Option;
struct Some;
struct None;
struct Box;
struct Pin;
struct Clone;
struct Duration;
struct String;
struct Vec;
struct Call;
struct Site;
struct Body;
struct u32_;
trait Future {}
trait Fn {}
trait From {}
trait Into {}
trait Send {}
trait Sync {}
trait Deref {}
trait Error {}
trait Drop {}
trait read {}
trait stop {}
trait error_type {}
trait clone_for_retry {}
fn drop() {}
fn out() {}
fn call() {}
fn body() {}
fn error_type() {}
fn call_policy() {}

/// Methods on every type, with the names that the expansion calls.
trait Methods {
    fn attempt(&self) {}
    fn finish(&self) {}
    fn finish_with(&self) {}
    fn read(&self) {}
    fn stop(&self) {}
    fn optional(&self) {}
    fn read_by_priority(&self) {}
    fn stop_by_priority(&self) {}
    fn clone_for_retry(&self) {}
    fn into_output(&self) {}
    fn future(&self) {}
    fn outcome(&self) {}
}

impl<T: ?::core::marker::Sized> Methods for T {}

type Answer<T> = ::core::result::Result<T, ::std::io::Error>;

const AWS_RETRY_SITE: i32 = 1;

#[::aws_retry::aws_retry(max_retries = 2, base_delay = "1ms", jitter = "full", scope = (call, 1))]
async fn plain(
    call: &str,
    out: ::std::string::String,
    mut body: ::std::string::String,
) -> Answer<usize> {
    body.push_str(call);
    let (error_type, stop, read) = (1, 2, 3);
    let size = error_type + stop + read;
    ::std::mem::drop(out);
    ::core::result::Result::Ok(size + body.len())
}

#[::aws_retry::aws_retry(total_timeout = call, on_retry = |_| {}, retry_if = |_| false)]
async fn expressions(call: ::core::time::Duration) -> Answer<()> {
    ::core::result::Result::Ok(())
}

/// Types with the names of the traits that read a scope.
struct IsKnown;
struct IsDisplayed;
struct IsKnownScope;
struct IsScope;

impl IsKnown {
    const NAME: char = 'a';
}
impl IsDisplayed {
    const NAME: &'static str = "b";
}
impl IsKnownScope {
    const NAME: &'static str = "c";
}
impl IsScope {
    const NAME: char = 'd';
}

#[::aws_retry::aws_retry(scope = IsKnownScope::NAME)]
async fn scope_of_a_text() -> Answer<()> {
    ::core::result::Result::Ok(())
}

#[::aws_retry::aws_retry(scope = IsScope::NAME)]
async fn scope_of_a_letter() -> Answer<()> {
    ::core::result::Result::Ok(())
}

#[::aws_retry::aws_retry(scope = (IsKnown::NAME, IsDisplayed::NAME))]
async fn scope_of_a_tuple() -> Answer<()> {
    ::core::result::Result::Ok(())
}

struct Session {
    name: ::std::string::String,
}

type Found = ::core::option::Option<()>;

#[::aws_retry::aws_retry(sync = true)]
impl Session {
    async fn shared(self: ::std::sync::Arc<Self>) -> Found {
        let own = self;
        (!own.name.is_empty()).then_some(())
    }

    #[track_caller]
    fn tracked(&self, label: u32) -> Answer<u32> {
        let read = 'aws_retry: { break 'aws_retry label };
        if read > 9 {
            return ::core::result::Result::Ok(0);
        }
        let out = ::core::result::Result::Ok::<u32, ::std::io::Error>(read)?;
        ::core::result::Result::Ok(out)
    }

    fn sync(&self, builder: Builder) -> Answer<usize> {
        ::core::result::Result::Ok(builder.build())
    }
}

#[derive(::core::clone::Clone)]
struct Builder(usize);

impl Builder {
    fn build(self) -> usize {
        self.0
    }
}

#[derive(::core::fmt::Debug, ::aws_retry::AsFailure)]
enum StoreError {
    Io(#[failure(source)] ::std::io::Error),
    #[failure(throttled, code = "Busy")]
    Busy,
}

#[::aws_retry::aws_retry]
fn boxed<'a>(
    name: &'a str,
) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer<usize>> + 'a>> {
    ::std::boxed::Box::pin(async move { ::core::result::Result::Ok(name.len()) })
}

#[::core::prelude::v1::test]
fn shadowed_names_reach_neither_the_body_nor_the_expansion() {
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(use_them());
}

async fn use_them() {
    let text = |text: &str| ::std::string::ToString::to_string(text);
    ::std::assert_eq!(
        ::core::result::Result::ok(plain("a", text("b"), text("c")).await),
        ::core::option::Option::Some(8)
    );
    ::std::assert!(expressions(::core::time::Duration::from_secs(1)).await.is_ok());
    let session = Session { name: text("a") };
    ::std::assert_eq!(session.tracked(4).ok(), ::core::option::Option::Some(4));
    ::std::assert_eq!(session.sync(Builder(3)).ok(), ::core::option::Option::Some(3));
    ::std::assert!(::std::sync::Arc::new(session).shared().await.is_some());
    ::std::assert_eq!(boxed("ab").await.ok(), ::core::option::Option::Some(2));
    ::std::assert!(::aws_retry::AsFailure::as_failure(&StoreError::Busy).code().is_some());
    ::std::assert_eq!(AWS_RETRY_SITE, 1);
}
