use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::testing::Harness;

type Page = (u32, Option<String>);

/// Pages 1 to 3. The requests whose numbers are in `throttled` are throttled; page 2 fails for good while
/// `broken`.
#[derive(Default)]
struct Service {
    asked: RefCell<Vec<String>>,
    throttled: Vec<usize>,
    broken: bool,
}

impl Service {
    async fn page(&self, token: Option<String>) -> Result<Page, ErrorMetadata> {
        let page = token.as_deref().map_or(1, |token| token.parse().unwrap());
        let number = self.asked.borrow().len();
        self.asked.borrow_mut().push(token.unwrap_or_else(|| "first".to_owned()));
        let error = |code: &str| Err(ErrorMetadata::builder().code(code).build());
        if self.throttled.contains(&number) {
            error("Throttling")
        } else if self.broken && page == 2 {
            error("Broken")
        } else {
            Ok((page, Some(if page < 3 { (page + 1).to_string() } else { String::new() })))
        }
    }
}

fn next(page: &Page) -> Option<String> {
    page.1.clone()
}

fn numbers(pages: &[Page]) -> Vec<u32> {
    pages.iter().map(|page| page.0).collect()
}

#[tokio::test(start_paused = true)]
async fn each_page_is_retried_on_its_own() {
    let service = Service { throttled: vec![0, 2, 3], ..Service::default() };
    let pages = paginate(&service, Service::page, next).collect().await.unwrap();
    assert_eq!(numbers(&pages), [1, 2, 3]);
    assert_eq!(*service.asked.borrow(), ["first", "first", "2", "2", "2", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_keeps_the_pages_so_far_and_says_where_to_go_on() {
    let mut service = Service { broken: true, ..Service::default() };
    let failed = paginate(&service, Service::page, next).collect().await.unwrap_err();
    assert_eq!(numbers(&failed.pages), [1]);
    assert_eq!(failed.error.code(), Some("Broken"));
    assert_eq!(failed.to_string(), "page 2 failed");
    assert!(failed.source().is_some());
    service.broken = false;
    let rest = paginate(&service, Service::page, next).from_token(failed.token);
    assert_eq!(numbers(&rest.collect().await.unwrap()), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_the_same_page_is_next_again_but_a_stream_ends() {
    let service = Service { broken: true, ..Service::default() };
    let mut pages = paginate(&service, Service::page, next);
    assert!(pages.next().await.is_some_and(|page| page.is_ok()));
    assert!(pages.next().await.is_some_and(|page| page.is_err()));
    assert!(pages.next().await.is_some_and(|page| page.is_err()));
    assert_eq!(*service.asked.borrow(), ["first", "2", "2"]);

    let mut stream = pin!(pages.from_token(None).into_stream());
    let mut seen = Vec::new();
    while let Some(page) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        seen.push(page.is_ok());
    }
    assert_eq!(seen, [true, false]);
    assert!(poll_fn(|cx| stream.as_mut().poll_next(cx)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_retries_pages_under_its_own_policy() {
    let service = Service { throttled: vec![0, 1], ..Service::default() };
    let client = RetryClient::new(service, RetryPolicy::new().max_retries(1));
    let pages = client.paginate(Service::page, next).collect().await;
    assert_eq!(pages.unwrap_err().error.code(), Some("Throttling"));
    let pages = client.paginate(Service::page, next).collect().await.unwrap();
    assert_eq!(numbers(&pages), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_names_itself_is_the_last() {
    let mut pages = paginate(
        &(),
        async |_: &(), token: Option<u32>| Ok::<_, ErrorMetadata>(token.unwrap_or(0)),
        |page| Some((*page + 1).min(2)),
    );
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        seen.push(page.unwrap());
    }
    assert_eq!(seen, [0, 1, 2]);
}

/// Two pages in three requests: the events are those of the retried function inside, and none of the
/// paginator's own.
#[tokio::test]
async fn a_page_is_counted_once_by_the_call_that_sends_it() {
    let sent = AtomicU32::new(0);
    let page = |(), token: Option<u32>| {
        let sent = &sent;
        let policy = RetryPolicy::new().name("page");
        async move {
            policy
                .run(|| async {
                    tokio::task::yield_now().await;
                    let lost = sent.fetch_add(1, Ordering::Relaxed) == 1;
                    if lost {
                        Err(io::ErrorKind::BrokenPipe.into())
                    } else {
                        Ok::<_, io::Error>(token)
                    }
                })
                .await
        }
    };
    let next = |page: &Option<u32>| page.is_none().then_some(7);
    let pages = paginate((), page, next).collect();
    let (pages, report) = crate::report(Harness::new().no_waits().scope(pages)).await;
    assert_eq!(pages.unwrap(), [None, Some(7)]);
    assert_eq!((report.calls, report.attempts, report.failures.len()), (2, 3, 1));
    assert!(report.failures.iter().all(|failure| failure.function == "page"), "{report:?}");

    let (failed, report) = crate::report(
        Harness::new().no_retries().scope(paginate((), fails, |_: &u32| Some(0)).collect()),
    )
    .await;
    assert!(failed.is_err());
    assert_eq!((report.calls, report.failures.len()), (1, 1), "not as passed on, too: {report:?}");

    async fn fails((): (), _: Option<u32>) -> io::Result<u32> {
        RetryPolicy::new().run(|| async { Err(io::ErrorKind::BrokenPipe.into()) }).await
    }

    let own = |(), _: Option<u32>| async { Ok::<_, io::Error>(crate::attempt()) };
    let (_, report) = crate::report(paginate((), own, |_: &u32| None::<u32>).collect()).await;
    assert_eq!((report.calls, report.attempts), (1, 1), "of a closure that sends by itself");
}
