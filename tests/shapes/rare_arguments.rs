//! Rare arguments and receivers, each passed to every attempt as it was passed to the call.

use crate::support::{ErrorMetadata, Service, throttles};
use aws_retry::aws_retry;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
type R<T> = Result<T, ErrorMetadata>;

#[derive(Clone, Debug)]
struct Session {
    service: Arc<Service>,
    n: u32,
    name: String,
}
trait Make: Sized {
    type Out;
    async fn make(self, k: u32) -> Result<Self, ErrorMetadata>;
    async fn out(&self) -> Result<Self::Out, ErrorMetadata>;
    async fn boxed(self: Box<Self>) -> R<<Self as Make>::Out>;
}
impl Make for Session {
    type Out = (u32, String);
    #[aws_retry]
    async fn make(mut self, k: u32) -> Result<Self, ErrorMetadata> {
        self.n += k;
        self.service.ask().await?;
        Ok(Self { n: self.n, ..self })
    }
    #[aws_retry]
    async fn out(&self) -> Result<Self::Out, ErrorMetadata> {
        self.service.ask().await?;
        let Self { n, ref name, .. } = *self;
        Ok((n, name.clone()))
    }
    #[aws_retry]
    async fn boxed(mut self: Box<Self>) -> R<<Self as Make>::Out> {
        self.n += 1;
        println!("{self:?}");
        self.service.ask().await?;
        let me = *self;
        Ok((me.n, me.name))
    }
}
#[derive(Clone, Copy)]
enum Source<'a> {
    A(&'a Service),
    B,
}
impl<'a> Source<'a> {
    #[aws_retry]
    async fn go(self) -> R<u32> {
        match self {
            Source::A(service) => service.ask().await,
            Self::B => Ok(0),
        }
    }
    #[aws_retry]
    async fn spawned(self, text: String) -> R<String>
    where
        'a: 'static,
    {
        let h = tokio::spawn(async move {
            if let Source::A(s) = self {
                s.ask().await?;
            }
            Ok::<_, ErrorMetadata>(text)
        });
        h.await.unwrap()
    }
}
#[aws_retry]
async fn arrays<T: Clone + Debug, const N: usize>(
    service: &Service,
    items: [T; N],
    [first, .., last]: [u8; 4],
) -> R<(Vec<T>, u8)> {
    service.ask().await?;
    Ok((items.into_iter().collect(), first + last))
}
#[aws_retry]
async fn vec_of_impl(
    service: &Service,
    items: Vec<impl Display + Clone>,
    opt: Option<impl Fn(u32) -> u32>,
) -> R<String> {
    let n = service.ask().await?;
    let n = match &opt {
        Some(f) => f(n),
        None => n,
    };
    Ok(items.into_iter().map(|i| i.to_string()).collect::<String>() + &n.to_string())
}
#[aws_retry]
async fn boxed_mut(
    service: &Service,
    mut f: Box<dyn FnMut(u32) + Send>,
    count: &mut usize,
) -> R<u32> {
    let n = service.ask().await?;
    f(n);
    *count += 1;
    Ok(n)
}
#[aws_retry]
fn branches<'a>(service: &'a Service, fast: bool) -> Pin<Box<dyn Future<Output = R<u32>> + 'a>> {
    if fast { Box::pin(service.ask()) } else { Box::pin(async move { service.ask().await }) }
}
#[aws_retry]
async fn closure_state(service: &Service, name: String, list: Vec<String>) -> R<Vec<String>> {
    let mut seen = Vec::new();
    let mut add = |s: &str| seen.push(format!("{name}{s}"));
    for item in &list {
        add(item);
    }
    add("end");
    service.ask().await?;
    let tail: Vec<String> = list.into_iter().filter(|s| *s != name).collect();
    seen.extend(tail);
    Ok(seen)
}
#[aws_retry]
async fn tuple_arg(
    service: &Service,
    pair: (String, u32),
    nested: ((u8, String), &str),
) -> R<String> {
    service.ask().await?;
    let (name, n) = pair;
    let ((_, b), c) = nested;
    Ok(name + &n.to_string() + &b + c)
}
#[aws_retry]
async fn conditional_move(service: &Service, name: String, flag: bool) -> R<Option<String>> {
    service.ask().await?;
    if flag {
        return Ok(Some(name));
    }
    Ok(None)
}
#[aws_retry]
async fn builder(service: &Service, name: String) -> R<String> {
    struct Q(String);
    impl Q {
        fn set(mut self, s: impl Into<String>) -> Self {
            self.0 = s.into();
            self
        }
        async fn send(self, s: &Service) -> R<String> {
            s.ask().await?;
            Ok(self.0)
        }
    }
    let q = Q(String::new());
    q.set(name).send(service).await
}
#[aws_retry]
async fn try_blocks(service: &Service, name: &mut Option<String>) -> R<String> {
    let name = name.get_or_insert_with(|| "x".into());
    name.push('y');
    let r: R<u32> = async {
        let n = service.ask().await?;
        Ok(n)
    }
    .await;
    r.map(|n| format!("{name}{n}"))
}
#[aws_retry]
async fn takes_opt(service: &Service, name: &mut Option<String>) -> R<Option<String>> {
    service.ask().await?;
    Ok(name.take())
}
#[aws_retry]
async fn concat(service: &Service, a: String, b: &str, c: char, d: Arc<str>) -> R<String> {
    let s = a + b;
    let mut s = s;
    s.push(c);
    s += &d;
    service.ask().await?;
    Ok(s)
}
#[aws_retry]
async fn into_iter_chain(
    service: &Service,
    map: std::collections::BTreeMap<String, u32>,
    set: std::collections::HashSet<u32>,
) -> R<u32> {
    service.ask().await?;
    let mut total = 0;
    for (_, v) in map {
        total += v
    }
    total += set.iter().sum::<u32>();
    while total > 100 {
        total -= 1
    }
    Ok(total)
}
#[aws_retry]
async fn streams(
    service: &Service,
    mut rx: tokio::sync::mpsc::Receiver<u32>,
    tx: tokio::sync::mpsc::Sender<u32>,
) -> R<u32> {
    tx.send(1).await.unwrap();
    let n = rx.recv().await.unwrap();
    service.ask().await?;
    Ok(n)
}
#[aws_retry]
async fn guard(service: &Service, lock: &tokio::sync::Mutex<u32>) -> R<u32> {
    let mut g = lock.lock().await;
    *g += 1;
    service.ask().await?;
    Ok(*g)
}
#[aws_retry]
async fn nested_return(service: &Service, v: Vec<R<u32>>) -> R<Vec<u32>> {
    service.ask().await?;
    v.into_iter().collect()
}
#[aws_retry]
async fn uses_static(service: &Service) -> R<&'static str> {
    static S: &str = "s";
    thread_local! { static T: u32 = const { 1 } }
    service.ask().await?;
    T.with(|t| assert_eq!(*t, 1));
    Ok(S)
}

#[tokio::test(start_paused = true)]
async fn rare_arguments_reach_each_attempt() {
    let s = || throttles(2);
    let b = || Session { service: Arc::new(s()), n: 1, name: "n".into() };
    assert_eq!(b().make(1).await.unwrap().n, 2);
    assert_eq!(b().out().await.unwrap(), (1, "n".into()));
    assert_eq!(Box::new(b()).boxed().await.unwrap(), (2, "n".into()));
    assert_eq!(Source::A(&s()).go().await.unwrap(), 3);
    assert_eq!(Source::B.spawned("a".into()).await.unwrap(), "a");
    assert_eq!(arrays(&s(), ["a"], [1, 2, 3, 4]).await.unwrap(), (vec!["a"], 5));
    assert_eq!(vec_of_impl(&s(), vec![1], Some(|n| n)).await.unwrap(), "13");
    let mut count = 0;
    assert_eq!(boxed_mut(&s(), Box::new(|_| {}), &mut count).await.unwrap(), 3);
    assert_eq!(branches(&s(), true).await.unwrap(), 3);
    assert_eq!(branches(&s(), false).await.unwrap(), 3);
    assert_eq!(
        closure_state(&s(), "a".into(), vec!["b".into()]).await.unwrap(),
        ["ab", "aend", "b"]
    );
    assert_eq!(tuple_arg(&s(), ("a".into(), 1), ((1, "b".into()), "c")).await.unwrap(), "a1bc");
    assert_eq!(conditional_move(&s(), "a".into(), true).await.unwrap().unwrap(), "a");
    assert_eq!(builder(&s(), "a".into()).await.unwrap(), "a");
    assert_eq!(try_blocks(&s(), &mut None).await.unwrap(), "xyyy3");
    assert_eq!(takes_opt(&s(), &mut Some("a".into())).await.unwrap().unwrap(), "a");
    assert_eq!(concat(&s(), "a".into(), "b", 'c', "d".into()).await.unwrap(), "abcd");
    assert_eq!(into_iter_chain(&s(), [("a".to_string(), 1)].into(), [2].into()).await.unwrap(), 3);
    let (tx, rx) = tokio::sync::mpsc::channel(9);
    assert_eq!(streams(&s(), rx, tx).await.unwrap(), 1);
    assert_eq!(guard(&s(), &Default::default()).await.unwrap(), 3);
    assert_eq!(nested_return(&s(), vec![Ok(1)]).await.unwrap(), [1]);
    assert_eq!(uses_static(&s()).await.unwrap(), "s");
}
