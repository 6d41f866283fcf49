//! Work that belongs to a call, on a task of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::context::ambient::{self, Ambient, Swapped};
use crate::context::call_context::{self, CallContext};

pin_project! {
    /// The future of [`in_call`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InCall<F> {
        frame: CallContext,
        ambient: Option<Arc<Ambient>>,
        #[pin]
        future: F,
    }
}

/// Makes `future` part of the call in progress, wherever it is polled.
///
/// What a call knows of its attempt does not follow into a spawned task: wrap the task's future, and the
/// SDK's interceptor, [`attempt`](crate::attempt()) and [`client_token`](crate::client_token) work there
/// as they do in the fn itself. Calls inside it are under the same ambient deadline, report and test
/// rules. Outside a call it changes nothing.
///
/// ```
/// # async fn send() {}
/// # async fn inside_an_annotated_fn() {
/// let sent = tokio::spawn(aws_retry_core::in_call(async { send().await }));
/// # }
/// ```
pub fn in_call<F: Future>(future: F) -> InCall<F> {
    let frame = call_context::with(|frame| {
        if frame.is_in_call() {
            // Made now, so that the task and the call share them.
            frame.records();
        }
        frame.clone()
    });
    let ambient = ambient::current().filter(|_| frame.is_in_call());
    InCall { frame, ambient, future }
}

impl<F: Future> Future for InCall<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _around = this.frame.is_in_call().then(|| Swapped::new(this.ambient));
        let _inside = this.frame.is_in_call().then(|| this.frame.enter());
        this.future.poll(cx)
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use crate::{attempt, client_token, in_call};

    #[tokio::test]
    async fn a_spawned_task_is_in_the_call_only_if_it_is_told_so() {
        let policy = crate::RetryPolicy::new();
        let seen = policy.run(|| async {
            let own = client_token();
            let plain = tokio::spawn(async { (attempt(), client_token()) }).await;
            let told = tokio::spawn(in_call(async { (attempt(), client_token()) })).await;
            Ok::<_, std::io::Error>((own, plain.unwrap(), told.unwrap()))
        });
        let (own, plain, told) = seen.await.unwrap();
        assert_eq!(told, (1, own.clone()));
        assert_eq!(plain.0, 0);
        assert_ne!(plain.1, own);
    }

    #[tokio::test]
    async fn what_surrounds_the_call_surrounds_the_task() {
        let policy = crate::RetryPolicy::new();
        let inner = || async {
            let lost =
                || async { Err::<(), _>(std::io::Error::from(std::io::ErrorKind::BrokenPipe)) };
            crate::RetryPolicy::new().run(lost).await
        };
        let outer = policy.run(|| async { tokio::spawn(in_call(inner())).await.unwrap() });
        let rules = crate::testing::Harness::new().no_retries();
        let (_, report) = rules.scope(crate::report(outer)).await;
        assert_eq!((report.calls, report.attempts), (2, 2));
    }

    #[tokio::test]
    async fn outside_a_call_it_changes_nothing() {
        let future = in_call(async { attempt() });
        assert_eq!(
            crate::RetryPolicy::new()
                .run(async || { Ok::<_, std::io::Error>(attempt()) })
                .await
                .unwrap(),
            1
        );
        assert_eq!(future.await, 0);
    }
}
