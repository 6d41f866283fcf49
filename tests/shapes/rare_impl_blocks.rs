//! Rare impl blocks: generic ones, trait impls, futures, other attribute macros around the attribute.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use aws_retry::aws_retry;
use futures::future::{BoxFuture, FutureExt, LocalBoxFuture};

use crate::support::{ErrorMetadata, Service, throttles};

type R<T> = Result<T, ErrorMetadata>;

struct Of<T, const N: usize> {
    service: Service,
    items: [T; N],
    _mark: PhantomData<T>,
}

/// Docs on the block.
#[cfg(test)]
#[aws_retry(max_retries = 4, sync = true)]
#[allow(dead_code)]
impl<T, const N: usize> Of<T, N>
where
    T: Clone + Debug + Send + Sync + 'static,
{
    #![allow(unused_variables)]

    const MAX: usize = N;

    fn new(items: [T; N]) -> Self {
        Self { service: throttles(2), items, _mark: PhantomData }
    }

    /// Docs.
    #[cfg(test)]
    #[must_use]
    async fn first(&self, #[cfg(any())] never: u32, #[cfg(test)] extra: Vec<T>) -> R<(T, Vec<T>)> {
        self.service.ask().await?;
        Ok((self.items[0].clone(), extra))
    }
    #[cfg(any())]
    async fn gone(&self, _: NoSuchType) -> R<()> {
        Ok(())
    }

    fn sync(&mut self, mut extra: Vec<T>) -> R<usize> {
        self.service.send()?;
        extra.extend(self.items.iter().cloned());
        let total = extra.len();
        std::mem::drop(extra);
        Ok(total + Self::MAX)
    }

    async fn with<F, Fut>(&self, f: F) -> R<u32>
    where
        F: Fn(u32) -> Fut,
        Fut: Future<Output = R<u32>>,
    {
        let n = self.service.ask().await?;
        f(n).await
    }

    async fn mapped<U: From<T> + Send>(&self) -> R<Vec<U>> {
        self.service.ask().await?;
        Ok(self.items.iter().cloned().map(U::from).collect())
    }

    async fn flow(&self) -> ControlFlow<u32, ()> {
        ControlFlow::Continue(())
    }
    async fn num(&self) -> u32 {
        1
    }
    async fn opt(&self) -> Option<T> {
        self.items.first().cloned()
    }
    fn count(&self) -> usize {
        N
    }
    async fn boxed_error(
        &self,
        text: &'static str,
    ) -> Result<u32, Box<dyn Error + Send + Sync + 'static>> {
        if text.is_empty() {
            Err("nothing")?
        }
        Ok(self.service.ask().await?)
    }
    fn future(&self, n: u32) -> impl Future<Output = R<u32>> + Send + '_ {
        async move { Ok(self.service.ask().await? + n) }
    }
    #[aws_retry]
    fn asked_future(&self, n: u32) -> impl Future<Output = R<u32>> + Send + use<'_, T, N> {
        async move { Ok(self.service.ask().await? + n) }
    }
    #[aws_retry(max_retries = 3)]
    fn boxed(&self, name: String) -> BoxFuture<'_, R<String>> {
        async move {
            self.service.ask().await?;
            Ok(name)
        }
        .boxed()
    }
    #[aws_retry(max_retries = 3)]
    fn pinned<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = R<&'a str>> + Send + 'a>> {
        Box::pin(self.inner(name))
    }
    #[aws_retry(skip)]
    async fn inner<'a>(&'a self, name: &'a str) -> R<&'a str> {
        self.service.ask().await?;
        Ok(name)
    }
    #[aws_retry]
    fn local(&self) -> LocalBoxFuture<'_, R<u32>> {
        let before = 1;
        async move { Ok(self.service.ask().await? + before) }.boxed_local()
    }
}

macro_rules! methods { ($($name:ident),*) => { $(async fn $name(&self) -> R<u32> { self.0.ask().await })* } }
struct ByMacro(Service);
#[aws_retry]
impl ByMacro {
    async fn own(&self) -> R<u32> {
        self.0.ask().await
    }
    methods!(one, two);
}

#[async_trait::async_trait]
trait Dynamic: Send + Sync {
    async fn get(&self, key: String) -> R<String>;
    #[aws_retry]
    async fn defaulted(&self, key: String) -> R<String> {
        self.get(key).await
    }
    async fn generic<T: Send + Sync + Clone + 'static>(
        &self,
        value: T,
        (a, b): (String, u32),
        mut list: Vec<u32>,
    ) -> R<(T, String)>
    where
        Self: Sized;
}

#[async_trait::async_trait]
#[aws_retry(max_retries = 3)]
impl Dynamic for ByMacro {
    async fn get(&self, key: String) -> R<String> {
        self.0.ask().await?;
        Ok(key)
    }
    async fn generic<T: Send + Sync + Clone + 'static>(
        &self,
        value: T,
        (a, b): (String, u32),
        mut list: Vec<u32>,
    ) -> R<(T, String)> {
        list.push(b);
        assert_eq!(list.len(), 1);
        self.0.ask().await?;
        Ok((value, a))
    }
}

#[async_trait::async_trait(?Send)]
trait Local {
    async fn get(self: Arc<Self>, key: String) -> R<String>;
    async fn put(&mut self, key: &str) -> R<usize>;
}
#[aws_retry]
#[async_trait::async_trait(?Send)]
impl Local for ByMacro {
    async fn get(self: Arc<Self>, key: String) -> R<String> {
        let own = self;
        own.0.ask().await?;
        Ok(key)
    }
    async fn put(&mut self, key: &str) -> R<usize> {
        self.0.ask().await?;
        self.0 = throttles(0);
        Ok(key.len())
    }
}

#[tracing::instrument(skip_all, err)]
#[aws_retry]
async fn above(service: &Service, name: String) -> R<String> {
    service.ask().await?;
    Ok(name)
}

#[aws_retry]
#[tracing::instrument(skip(service), ret, err(Debug))]
async fn below(service: &Service, name: String) -> R<String> {
    service.ask().await?;
    Ok(name)
}

#[aws_retry]
fn sync_shapes<'a, T: AsRef<str> + ?Sized>(
    service: &Service,
    text: &'a T,
    list: &mut Vec<u32>,
    mut n: u32,
    f: &dyn Fn(u32) -> R<u32>,
) -> Result<&'a str, Box<dyn Error>> {
    n += service.send()?;
    list.push(n);
    let g = || -> R<u32> {
        let x = f(n)?;
        return Ok(x);
    };
    g()?;
    if n > 100 {
        return Err("too many".into());
    }
    Ok(text.as_ref())
}

#[aws_retry]
fn sync_guard(service: &Service, shared: &Mutex<Vec<u32>>, name: String) -> R<String> {
    let mut guard = shared.lock().unwrap();
    guard.push(service.send()?);
    Ok(name)
}

#[aws_retry]
async fn in_fn(service: &Service) -> R<u32> {
    #[aws_retry(max_retries = 1)]
    async fn inner(service: &Service, n: u32) -> R<u32> {
        Ok(service.ask().await? + n)
    }
    inner(service, 0).await
}

#[aws_retry]
async fn recursive(service: &Service, depth: u32) -> R<u32> {
    if depth == 0 {
        return service.ask().await;
    }
    Box::pin(recursive(service, depth - 1)).await
}

#[aws_retry]
async fn stringy(
    service: &Service,
    tokens: Vec<String>,
    mut cursor: Option<String>,
) -> R<Vec<String>> {
    let mut all = tokens;
    while let Some(next) = cursor.take() {
        all.push(next);
    }
    service.ask().await?;
    all.sort_by_key(|s| s.len());
    Ok(all)
}

#[aws_retry(scope = (fn, &*name, list.len()), on_retry = |event| seen.lock().unwrap().push(event.attempt))]
async fn hooks_borrow(
    service: &Service,
    name: String,
    list: Vec<u32>,
    seen: &Mutex<Vec<u32>>,
) -> R<(String, Vec<u32>)> {
    service.ask().await?;
    Ok((name, list))
}

#[tokio::test(start_paused = true)]
async fn blocks_of_rare_constructs_are_retried_as_written() {
    let of = || Of::<u8, 1>::new([1]);
    assert_eq!(of().first(vec![2]).await.unwrap(), (1, vec![2]));
    assert_eq!(tokio::task::spawn_blocking(move || of().sync(vec![1])).await.unwrap().unwrap(), 3);
    assert_eq!(of().with(async |n| Ok(n)).await.unwrap(), 3);
    assert_eq!(of().mapped::<u32>().await.unwrap(), [1]);
    assert!(of().flow().await.is_continue());
    assert_eq!((of().num().await, of().opt().await), (1, Some(1)));
    assert_eq!(of().boxed_error("a").await.unwrap(), 3);
    assert!(of().future(1).await.is_err());
    assert_eq!(of().asked_future(1).await.unwrap(), 4);
    assert_eq!(of().boxed("a".into()).await.unwrap(), "a");
    assert_eq!(of().pinned("a").await.unwrap(), "a");
    assert_eq!(of().local().await.unwrap(), 4);
    let b = || ByMacro(throttles(2));
    assert_eq!(b().own().await.unwrap(), 3);
    assert!(b().one().await.is_err());
    assert!(b().two().await.is_err());
    assert_eq!(Dynamic::get(&b(), "a".into()).await.unwrap(), "a");
    assert_eq!(b().defaulted("a".into()).await.unwrap(), "a");
    assert!(b().generic(1, ("a".into(), 1), vec![]).await.is_ok());
    assert_eq!(Local::get(Arc::new(b()), "a".into()).await.unwrap(), "a");
    assert_eq!(b().put("a").await.unwrap(), 1);
    assert_eq!(above(&throttles(2), "a".into()).await.unwrap(), "a");
    assert_eq!(below(&throttles(2), "a".into()).await.unwrap(), "a");
    let s = throttles(2);
    assert!(
        tokio::task::spawn_blocking(move || sync_shapes(&s, "a", &mut vec![], 1, &|n| Ok(n))
            .unwrap()
            .len())
        .await
        .is_ok()
    );
    assert!(
        tokio::task::spawn_blocking(move || sync_guard(
            &throttles(2),
            &Mutex::default(),
            "a".into()
        )
        .unwrap())
        .await
        .is_ok()
    );
    assert!(in_fn(&throttles(1)).await.is_ok());
    assert_eq!(recursive(&throttles(2), 2).await.unwrap(), 3);
    assert_eq!(
        stringy(&throttles(2), vec!["a".into()], Some("b".into())).await.unwrap(),
        ["a", "b"]
    );
    let seen = Mutex::default();
    assert!(hooks_borrow(&throttles(2), "a".into(), vec![1], &seen).await.is_ok());
    assert_eq!(*seen.lock().unwrap(), [1, 2]);
}
