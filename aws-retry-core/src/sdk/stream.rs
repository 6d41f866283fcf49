//! A stream made from an async function.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    #[project = UnfoldState]
    enum Unfold<S, N, F> {
        Idle { state: Option<S>, next: Option<N> },
        Busy { next: Option<N>, #[pin] future: F },
    }
}

/// The values that `next` returns, each together with the state for the next value.
pub(super) fn unfold<S, T, F>(state: S, next: impl FnMut(S) -> F) -> impl Stream<Item = T>
where
    F: Future<Output = Option<(T, S)>>,
{
    Unfold::Idle { state: Some(state), next: Some(next) }
}

impl<S, T, N, F> Stream for Unfold<S, N, F>
where
    N: FnMut(S) -> F,
    F: Future<Output = Option<(T, S)>>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            match self.as_mut().project() {
                UnfoldState::Idle { state, next } => {
                    // Without a state the stream has ended.
                    let (Some(now), Some(mut next)) = (state.take(), next.take()) else {
                        return Poll::Ready(None);
                    };
                    let future = next(now);
                    self.set(Unfold::Busy { next: Some(next), future });
                }
                UnfoldState::Busy { next, future } => {
                    let step = ready!(future.poll(cx));
                    let next = next.take();
                    let (item, state) =
                        step.map_or((None, None), |(item, state)| (Some(item), Some(state)));
                    self.set(Unfold::Idle { state, next });
                    return Poll::Ready(item);
                }
            }
        }
    }
}
