//! Work that belongs to a call but runs on its own task.

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
        call: CallContext,
        ambient: Option<Arc<Ambient>>,
        polled: bool,
        #[pin]
        future: F,
    }
}

/// Makes `future` part of the surroundings in which this function is called, wherever the future is polled.
///
/// A spawned task inherits nothing: neither the call in progress nor an ambient deadline, report, clock or
/// test harness. Wrap the task's future, inside an annotated function or directly inside
/// [`with_deadline`](crate::with_deadline), [`report`](crate::report()), [`time::with`](crate::time::with) or
/// [`Harness::scope`](crate::testing::Harness::scope):
///
/// - All of these apply to the calls inside it, as well as those in which it is polled: each report counts
///   the calls, and the earlier deadline holds.
/// - In a call, the SDK's interceptor, [`attempt`](crate::attempt()) and
///   [`client_token`](crate::client_token) work there as they do in the function itself, until the call is
///   over.
///
/// Outside of all of them it changes nothing.
///
/// ```
/// # async fn send() {}
/// # async fn inside_an_annotated_fn() {
/// let sent = tokio::spawn(aws_retry_core::in_call(async { send().await }));
/// # }
/// ```
pub fn in_call<F: Future>(future: F) -> InCall<F> {
    let call = call_context::with(|context| {
        if !context.is_in_call() {
            return CallContext::NONE;
        }
        // Created now, so that the task and the call share them.
        context.records();
        context.clone()
    });
    InCall { call, ambient: ambient::current(), polled: false, future }
}

impl<F: Future> Future for InCall<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if !std::mem::replace(this.polled, true)
            && let (Some(own), Some(around)) = (&*this.ambient, ambient::current())
            && !Arc::ptr_eq(own, &around)
        {
            *this.ambient = Some(Arc::new(Ambient::clone(own).inside(&around)));
        }
        let _around = this.ambient.is_some().then(|| Swapped::new(this.ambient));
        let _inside = this.call.is_in_call().then(|| this.call.join());
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
