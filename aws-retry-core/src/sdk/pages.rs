//! Pages, each retried by itself: a scan that is retried as a whole would start over at page one.

use std::any::Any;
use std::error::Error;
use std::fmt;

use futures_core::Stream;

use super::RetryClient;
use super::stream::unfold;
use crate::clock::{DefaultTimer, Timer};
use crate::decision::policy::RetryPolicy;
use crate::expansion::to_failure::ToFailure;
use crate::limits::scope::{ScopeId, ScopeParts, here, named};
use crate::run::site::Site;
use crate::run::{Call, run_page};

static SITE: Site = Site::new("paginate", module_path!(), RetryPolicy::new());

/// The pages of a paged operation: one request each, and each retried by itself.
///
/// `send` sends the request for one page. It is a closure or an annotated function; the retries of an
/// annotated function count, since the innermost call retries, and reports, metrics and the log then have
/// that function's events alone. `next` returns the token of the page after a given page. None or an empty
/// text is the end, and so is a page that names its own token again.
///
/// ```
/// # use aws_retry_core::paginate;
/// # #[derive(Debug)]
/// # struct Page { items: Vec<u32>, next_token: Option<String> }
/// # async fn page(_: &(), token: Option<String>) -> Result<Page, std::io::Error> {
/// #     let first = token.is_none();
/// #     Ok(Page { items: vec![1, 2], next_token: first.then(|| "second".to_owned()) })
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let ec2 = ();
/// let pages = paginate(&ec2, page, |page| page.next_token.clone()).collect().await?;
/// # assert_eq!(pages.iter().map(|page| page.items.len()).sum::<usize>(), 4);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn paginate<C, S, N, T, F, P, E>(client: C, send: S, next: N) -> Paginator<C, S, N, T>
where
    C: Copy,
    S: FnMut(C, Option<T>) -> F,
    F: Future<Output = Result<P, E>>,
    N: FnMut(&P) -> Option<T>,
{
    Paginator { client, send, next, policy: RetryPolicy::new(), scope: here(), at: At::Page(None) }
}

impl<C> RetryClient<C> {
    /// [`paginate`](crate::paginate()) under this client's policy and in its scope.
    pub fn paginate<'c, S, N, T, F, P, E>(&'c self, send: S, next: N) -> Paginator<&'c C, S, N, T>
    where
        S: FnMut(&'c C, Option<T>) -> F,
        F: Future<Output = Result<P, E>>,
        N: FnMut(&P) -> Option<T>,
    {
        Paginator {
            client: self.inner(),
            send,
            next,
            policy: self.policy.clone(),
            scope: self.scope(None),
            at: At::Page(None),
        }
    }
}

/// Sends one request per page through [`Paginator::next`], [`Paginator::collect`] or
/// [`Paginator::into_stream`].
#[derive(Clone)]
#[must_use = "a paginator sends nothing until it is asked for a page"]
pub struct Paginator<C, S, N, T> {
    client: C,
    send: S,
    next: N,
    policy: RetryPolicy,
    scope: ScopeId,
    at: At<T>,
}

#[derive(Clone, Debug)]
enum At<T> {
    /// The page of this token comes next; the first page does not have one.
    Page(Option<T>),
    End,
}

impl<C, S, N, T: fmt::Debug> fmt::Debug for Paginator<C, S, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paginator").field("at", &self.at).finish_non_exhaustive()
    }
}

impl<C, S, N, T> Paginator<C, S, N, T> {
    /// Retries pages under `policy`. Default: that of [`RetryPolicy::new`], or of the [`RetryClient`].
    pub fn policy(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The scope whose retry tokens and rate the requests share. Default: the place of the call of
    /// [`paginate`](crate::paginate()), or the scope of the [`RetryClient`].
    pub fn in_scope<M>(mut self, scope: &(impl ScopeParts<M> + ?Sized)) -> Self {
        self.scope = named(scope);
        self
    }

    /// Begins at the page of `token`, at which an earlier run was [`Interrupted`].
    pub fn from_token(mut self, token: Option<T>) -> Self {
        self.at = At::Page(token);
        self
    }
}

impl<C, S, N, T, F, P, E> Paginator<C, S, N, T>
where
    C: Copy,
    T: Clone + PartialEq + 'static,
    S: FnMut(C, Option<T>) -> F,
    F: Future<Output = Result<P, E>>,
    N: FnMut(&P) -> Option<T>,
{
    /// The next page; `None` after the last one. After a failure the same page is next again.
    pub async fn next<M>(&mut self) -> Option<Result<P, E>>
    where
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<P, E>>,
    {
        let At::Page(token) = &self.at else { return None };
        let (client, send) = (self.client, &mut self.send);
        let call = Call::new(&SITE).policy(&self.policy).scope(self.scope.clone());
        let page = match run_page(call, || send(client, token.clone())).await {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        let next = (self.next)(&page).filter(|next| !is_empty(next));
        self.at = match next {
            Some(next) if Some(&next) != token.as_ref() => At::Page(Some(next)),
            _ => At::End,
        };
        Some(Ok(page))
    }

    /// All pages.
    ///
    /// # Errors
    /// The first failure, with the pages that came before it and the token of the page that failed.
    pub async fn collect<M>(mut self) -> Result<Vec<P>, Interrupted<P, T, E>>
    where
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<P, E>>,
    {
        let mut pages = Vec::new();
        while let Some(page) = self.next().await {
            match page {
                Ok(page) => pages.push(page),
                Err(error) => {
                    let At::Page(token) = self.at else { break };
                    return Err(Interrupted { pages, token, error });
                }
            }
        }
        Ok(pages)
    }

    /// The pages as a stream. It ends after a failure; [`Paginator::next`] can continue.
    pub fn into_stream<M>(self) -> impl Stream<Item = Result<P, E>>
    where
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<P, E>>,
    {
        unfold(self, async |mut pages: Self| {
            let page = pages.next().await?;
            if page.is_err() {
                pages.at = At::End;
            }
            Some((page, pages))
        })
    }
}

/// Some services express "no more" as an empty text.
fn is_empty<T: 'static>(token: &T) -> bool {
    (token as &dyn Any).downcast_ref().is_some_and(String::is_empty)
}

/// A page failed. Holds the pages before it, and the token to continue with.
///
/// ```
/// # use aws_retry_core::Interrupted;
/// # fn go_on(interrupted: Interrupted<u32, String, std::io::Error>) {
/// let Interrupted { pages, token, error, .. } = interrupted;
/// // later: paginate(..).from_token(token)
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interrupted<P, T, E> {
    /// The pages before the failure.
    pub pages: Vec<P>,
    /// The token of the page that failed; the first page does not have one.
    pub token: Option<T>,
    /// The reason for the failure.
    pub error: E,
}

impl<P, T, E> fmt::Display for Interrupted<P, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {} failed", self.pages.len().saturating_add(1))
    }
}

impl<P: fmt::Debug, T: fmt::Debug, E: Error + 'static> Error for Interrupted<P, T, E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(all(test, feature = "tokio"))]
#[path = "pages_tests.rs"]
mod tests;
