//! Rare constructs in signatures and bodies, each retried as it is written.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

type R<T> = Result<T, ErrorMetadata>;

#[derive(Clone, Debug, PartialEq)]
struct Point {
    x: String,
    y: u32,
}
struct Pair(String, u32);

#[aws_retry]
async fn let_else(service: &Service, name: Option<String>) -> R<String> {
    let Some(name) = name else { return service.ask().await.map(|n| n.to_string()) };
    service.ask().await?;
    Ok(name)
}

#[aws_retry]
async fn async_closure(service: &Service, name: String) -> R<usize> {
    let ask = async |extra: usize| {
        service.ask().await?;
        Ok::<_, ErrorMetadata>(name.len() + extra)
    };
    ask(1).await
}

#[aws_retry]
async fn items_inside(service: &Service, list: Vec<u32>) -> R<u32> {
    use std::ops::Add;
    const ONE: u32 = 1;
    macro_rules! add {
        ($a:expr, $b:expr) => {
            $a.add($b)
        };
    }
    struct Local(u32);
    impl Local {
        fn get(self) -> u32 {
            self.0
        }
    }
    fn sum(list: Vec<u32>) -> u32 {
        list.into_iter().sum()
    }
    service.ask().await?;
    let two = const { ONE + 1 };
    Ok(add!(sum(list), two) + Local(3).get())
}

#[aws_retry]
async fn patterns(
    service: &Service,
    Point { x, y: ref why }: Point,
    Pair(a, mut b): Pair,
    [c, d]: [String; 2],
    &(e, ref f): &(u32, String),
    _: u32,
    _unused: String,
    whole @ (g, h): (u32, u32),
) -> R<String> {
    service.ask().await?;
    b += 1;
    Ok(format!("{x}{why}{a}{b}{c}{d}{e}{f}{g}{h}{whole:?}") + &x + &a + &c)
}

#[aws_retry]
async fn r#async(r#type: String, service: &Service) -> R<String> {
    service.ask().await?;
    Ok(r#type)
}

struct S {
    service: Service,
    name: String,
}
impl S {
    #[aws_retry]
    async fn by_arc(self: &Arc<Self>, other: &Arc<Self>) -> R<String> {
        other.service.ask().await?;
        Ok(self.name.clone())
    }
    #[aws_retry]
    async fn by_rc(self: Rc<Self>) -> R<String> {
        self.service.ask().await?;
        Ok(self.name.clone())
    }
    #[aws_retry]
    async fn by_life<'a>(&'a self, other: &'a str) -> R<&'a str> {
        self.service.ask().await?;
        Ok(if self.name.is_empty() { other } else { &self.name })
    }
    #[aws_retry]
    async fn boxed_self(self: Box<Self>) -> R<usize> {
        self.service.ask().await?;
        Ok(self.name.len())
    }
    #[aws_retry]
    async fn takes_self(this: &Self, that: Option<&Self>) -> R<usize> {
        this.service.ask().await?;
        Ok(that.map_or(0, |s| s.name.len()))
    }
    #[aws_retry]
    pub(in crate::rare_functions) async fn visible(
        &self,
    ) -> std::result::Result<u32, ErrorMetadata> {
        self.service.ask().await
    }
}

#[aws_retry]
async fn hrtb<F>(
    service: &Service,
    f: F,
    g: &mut impl FnMut(u32),
    h: Option<impl Fn(u32) -> u32>,
) -> R<usize>
where
    F: for<'a> Fn(&'a str) -> &'a str,
{
    let n = service.ask().await?;
    g(n);
    Ok(f("abc").len() + h.as_ref().map_or(0, |h| h(1) as usize))
}

#[aws_retry]
async fn async_fn_arg(service: &Service, f: impl AsyncFn(u32) -> u32) -> R<u32> {
    let n = service.ask().await?;
    Ok(f(n).await)
}

#[aws_retry]
async fn dyns(
    service: &Service,
    a: &dyn Display,
    b: Box<dyn Display>,
    c: Arc<dyn Debug>,
    d: &mut dyn FnMut(u32),
) -> R<String> {
    d(service.ask().await?);
    Ok(format!("{a}{b}{c:?}"))
}

#[aws_retry]
async fn impls(
    service: &Service,
    path: impl AsRef<Path>,
    name: impl Into<String> + Clone,
    list: impl IntoIterator<Item = impl Display> + Clone,
    cow: Cow<'_, str>,
) -> R<String> {
    service.ask().await?;
    let mut out: String = name.into();
    for item in list {
        out += &item.to_string();
    }
    out += cow.as_ref();
    Ok(out + &path.as_ref().display().to_string())
}

#[aws_retry]
async fn labelled(service: &Service, n: u32) -> R<u32> {
    let v = 'attempt: {
        if n > 1 {
            break 'attempt 7;
        }
        8
    };
    let w = loop {
        break v + n;
    };
    'call: for i in 0.. {
        while i > 2 {
            break 'call;
        }
    }
    service.ask().await?;
    Ok(w)
}

#[aws_retry]
async fn match_guard(service: &Service, name: Option<String>, n: Result<u32, String>) -> R<String> {
    service.ask().await?;
    Ok(match (name, n) {
        (Some(name), Ok(n)) if n > 1 => name,
        (Some(name), _) => name + "x",
        (None, Err(e)) => e,
        (None, Ok(n)) => n.to_string(),
    })
}

#[aws_retry]
async fn cfg_inside(service: &Service, name: String) -> R<String> {
    #[cfg(any())]
    let name = drop(name);
    #[allow(unused_variables)]
    let other = 1;
    let run = service.ask().await?;
    #[cfg(test)]
    {
        assert!(run > 0);
    }
    #[allow(clippy::let_and_return)]
    Ok(name)
}

#[aws_retry]
async fn unboxes(service: &Service, boxed: Box<Point>) -> R<Point> {
    service.ask().await?;
    let point = *boxed;
    Ok(point)
}

#[aws_retry]
async fn takes_field(service: &Service, point: Point) -> R<String> {
    service.ask().await?;
    let Point { x, .. } = point;
    Ok(x)
}

#[aws_retry]
async fn takes_field_by_name(service: &Service, point: Point) -> R<String> {
    service.ask().await?;
    Ok(point.x)
}

#[aws_retry]
async fn updates(service: &Service, point: Point, n: usize, list: Vec<String>) -> R<Point> {
    service.ask().await?;
    let x = list[n..].concat();
    Ok(Point { x, ..point })
}

#[aws_retry]
async fn takes(
    service: &Service,
    mut list: Vec<String>,
    mut map: HashMap<String, u32>,
) -> R<(Vec<String>, u32)> {
    let n = map.remove("a").unwrap_or(0);
    let list = std::mem::take(&mut list);
    service.ask().await?;
    Ok((list, n))
}

#[aws_retry]
async fn selects(service: &Service, name: String) -> R<String> {
    tokio::select! {
        run = service.ask() => { run?; Ok(name) }
        () = std::future::pending() => unreachable!(),
    }
}

#[aws_retry]
async fn joins(service: &Service, name: String) -> R<String> {
    let (a, _) = tokio::join!(service.ask(), async { name.len() });
    a?;
    Ok(name)
}

#[aws_retry]
async fn question(
    service: &Service,
    early: Result<u32, ErrorMetadata>,
    f: fn(u32) -> u32,
    t: (u32, &str),
    arr: &[u8; 3],
) -> R<u32> {
    service.ask().await?;
    Ok(f(early?) + t.0 + u32::from(arr[0]))
}

#[aws_retry]
async fn iter_out(service: &Service) -> R<impl Iterator<Item = u32> + use<>> {
    let n = service.ask().await?;
    Ok(0..n)
}

#[aws_retry]
async fn lifetimes<'a, 'b: 'a, T: ?Sized + Debug + 'a>(
    service: &Service,
    a: &'a T,
    b: &'b str,
) -> R<(&'a T, &'b str)> {
    service.ask().await?;
    Ok((a, b))
}

trait Assoc {
    type Out: Clone + Send;
}
impl Assoc for () {
    type Out = u32;
}

trait Api: Send + Sync {
    fn service(&self) -> &Service;
    #[aws_retry]
    async fn default_method<T: Assoc>(
        &self,
        out: T::Out,
        other: <T as Assoc>::Out,
    ) -> R<(T::Out, T::Out)>
    where
        Self: Sized,
    {
        self.service().ask().await?;
        Ok((out.into(), other))
    }
    async fn required(&self, name: String) -> R<String>;
}
impl Api for Service {
    fn service(&self) -> &Service {
        self
    }
    #[aws_retry]
    async fn required(&self, name: String) -> R<String> {
        self.ask().await?;
        Ok(name)
    }
}
impl Api for &S {
    fn service(&self) -> &Service {
        &self.service
    }
    #[aws_retry]
    async fn required(&self, name: String) -> R<String> {
        self.service.ask().await?;
        Ok(name + &self.name)
    }
}

trait ByValue {
    async fn go(self, n: u32) -> R<u32>;
}
impl ByValue for &Service {
    #[aws_retry]
    async fn go(self, n: u32) -> R<u32> {
        self.ask().await.map(|m| m + n)
    }
}

#[aws_retry]
#[cfg(test)]
#[doc(hidden)]
#[allow(clippy::all)]
async fn attributed(service: &Service) -> R<u32> {
    service.ask().await
}

#[aws_retry]
async fn nested_blocks(service: &Service, name: String) -> R<String> {
    let inner = async {
        service.ask().await?;
        Ok::<_, ErrorMetadata>(())
    };
    inner.await?;
    let f = |x: &str| -> Option<usize> {
        let n = x.find('a')?;
        return Some(n);
    };
    let _ = f(&name);
    { name }.parse::<String>().map_err(|_| crate::support::throttled())
}

#[aws_retry]
async fn shadows(service: &Service, name: String) -> R<String> {
    let name = name + "x";
    let service = service;
    service.ask().await?;
    Ok(name)
}

#[aws_retry]
async fn only_in_format(service: &Service, name: String, width: usize) -> R<String> {
    service.ask().await?;
    Ok(format!("{name:>width$}"))
}

#[tokio::test(start_paused = true)]
async fn functions_of_rare_constructs_are_retried_as_written() {
    let s = || throttles(2);
    assert_eq!(let_else(&s(), Some("a".into())).await.unwrap(), "a");
    assert_eq!(async_closure(&s(), "a".into()).await.unwrap(), 2);
    assert_eq!(items_inside(&s(), vec![1]).await.unwrap(), 6);
    let p = || Point { x: "x".into(), y: 1 };
    assert!(
        patterns(
            &s(),
            p(),
            Pair("a".into(), 1),
            ["c".into(), "d".into()],
            &(1, "f".into()),
            1,
            "".into(),
            (1, 2)
        )
        .await
        .is_ok()
    );
    assert_eq!(r#async("a".into(), &s()).await.unwrap(), "a");
    let o = || S { service: s(), name: "n".into() };
    assert_eq!(Arc::new(o()).by_arc(&Arc::new(o())).await.unwrap(), "n");
    assert_eq!(Rc::new(o()).by_rc().await.unwrap(), "n");
    assert_eq!(o().by_life("").await.unwrap(), "n");
    assert_eq!(Box::new(o()).boxed_self().await.unwrap(), 1);
    assert_eq!(S::takes_self(&o(), Some(&o())).await.unwrap(), 1);
    assert_eq!(o().visible().await.unwrap(), 3);
    assert_eq!(hrtb(&s(), |s| s, &mut |_| {}, Some(|n| n)).await.unwrap(), 4);
    assert_eq!(async_fn_arg(&s(), async |n| n).await.unwrap(), 3);
    assert!(dyns(&s(), &1, Box::new(2), Arc::new(3), &mut |_| {}).await.is_ok());
    assert_eq!(impls(&s(), "p", "n", ["a", "b"], Cow::Borrowed("c")).await.unwrap(), "nabcp");
    assert_eq!(labelled(&s(), 2).await.unwrap(), 9);
    assert_eq!(match_guard(&s(), Some("a".into()), Ok(2)).await.unwrap(), "a");
    assert_eq!(cfg_inside(&s(), "a".into()).await.unwrap(), "a");
    assert_eq!(unboxes(&s(), Box::new(p())).await.unwrap(), p());
    assert_eq!(takes_field(&s(), p()).await.unwrap(), "x");
    assert_eq!(takes_field_by_name(&s(), p()).await.unwrap(), "x");
    assert!(updates(&s(), p(), 0, vec!["a".into()]).await.is_ok());
    assert_eq!(
        takes(&s(), vec!["a".into()], [("a".to_string(), 1)].into()).await.unwrap(),
        (vec!["a".into()], 1)
    );
    assert_eq!(selects(&s(), "a".into()).await.unwrap(), "a");
    assert_eq!(joins(&s(), "a".into()).await.unwrap(), "a");
    assert_eq!(question(&s(), Ok(1), |n| n, (1, ""), &[1, 2, 3]).await.unwrap(), 3);
    assert_eq!(iter_out(&s()).await.unwrap().count(), 3);
    assert!(lifetimes(&s(), "a", "b").await.is_ok());
    assert_eq!(s().default_method::<()>(1, 2).await.unwrap(), (1, 2));
    assert_eq!(s().required("a".into()).await.unwrap(), "a");
    assert_eq!((&o()).required("a".into()).await.unwrap(), "an");
    assert_eq!((&s()).go(1).await.unwrap(), 4);
    assert_eq!(attributed(&s()).await.unwrap(), 3);
    assert_eq!(nested_blocks(&s(), "a".into()).await.unwrap(), "a");
    assert_eq!(shadows(&s(), "a".into()).await.unwrap(), "ax");
    assert_eq!(only_in_format(&s(), "a".into(), 2).await.unwrap(), " a");
}
