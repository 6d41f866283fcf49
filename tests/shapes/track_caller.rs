//! `#[track_caller]` on a sync fn: the body sees its caller's location, however it is left.

use std::panic::Location;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttled, throttles};

type Place = &'static Location<'static>;

#[aws_retry(base_delay = "1ms")]
#[track_caller]
fn plain(service: &Service) -> Result<Place, ErrorMetadata> {
    service.send()?;
    Ok(Location::caller())
}

#[track_caller]
#[aws_retry(base_delay = "1ms")]
fn above(
    service: &Service,
    name: String,
    mut list: Vec<u32>,
) -> Result<Place, Box<dyn std::error::Error>> {
    list.push(service.send()?);
    assert_eq!(list.len(), 1, "each attempt has its own");
    let here = |run: u32| -> Option<Place> { (run > 0).then_some(Location::caller()) };
    for run in list {
        if here(run).is_none() {
            continue;
        }
        println!("{name} {}", u32::try_from(name.len())?);
        return Ok(Location::caller());
    }
    Err("nothing".into())
}

struct Api(Service);

#[aws_retry(sync = true, base_delay = "1ms")]
impl Api {
    #[track_caller]
    fn method(&mut self) -> Result<Place, ErrorMetadata> {
        let run = match self.0.send() {
            Ok(run) => run,
            Err(error) => return Err(error),
        };
        let mut left = run;
        let place = loop {
            left -= 1;
            if left == 0 {
                break Location::caller();
            }
        };
        Ok(place)
    }

    #[cfg_attr(all(), track_caller)]
    fn option(&self) -> Answer<Place> {
        let run = self.0.send().ok()?;
        (run > 0).then(Location::caller)?;
        Some(Location::caller())
    }

    /// Its macro might return, so its body is in a closure: it is retried, and does not see the location.
    #[track_caller]
    fn hidden(&self) -> Result<Place, ErrorMetadata> {
        macro_rules! attempt {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(error) => return Err(error),
                }
            };
        }
        attempt!(self.0.send());
        Ok(Location::caller())
    }
}

type Answer<T> = Option<T>;

#[aws_retry(max_retries = 0)]
#[track_caller]
fn panics(service: &Service) -> Result<u32, ErrorMetadata> {
    let run: Result<u32, ErrorMetadata> = service.send().and(Err(throttled()));
    Ok(run.expect("a run"))
}

#[test]
fn the_body_of_a_sync_fn_sees_its_callers_location() {
    let service = throttles(2);
    assert_eq!(plain(&service).ok().map(Location::line), Some(line!()));
    assert_eq!(service.runs(), 3);
    let place = above(&throttles(2), "a".into(), Vec::new());
    assert_eq!(place.ok().map(Location::line), Some(line!() - 1));
    let mut api = Api(throttles(2));
    assert_eq!(api.method().ok().map(Location::line), Some(line!()));
    assert_eq!(api.0.runs(), 3);
    assert_eq!(Api(throttles(0)).option().map(Location::line), Some(line!()));
    let api = Api(throttles(2));
    assert!(api.hidden().is_ok_and(|place| place.line() < line!()));
    assert_eq!(api.0.runs(), 3);
}

#[test]
fn a_panic_in_it_is_reported_at_the_caller() {
    use std::sync::{Arc, Mutex};
    let seen: Arc<Mutex<Option<u32>>> = Arc::default();
    let hook = std::panic::take_hook();
    let noted = seen.clone();
    let thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == thread {
            *noted.lock().unwrap() = info.location().map(Location::line);
        }
    }));
    let begun = line!() + 1;
    let outcome = std::panic::catch_unwind(|| panics(&throttles(0)));
    std::panic::set_hook(hook);
    assert!(outcome.is_err());
    assert_eq!(*seen.lock().unwrap(), Some(begun));
}

#[tokio::test]
async fn a_tracked_call_after_its_deadline_sends_nothing() {
    let service = throttles(0);
    let now = std::time::Instant::now();
    let late = aws_retry::with_deadline(now, async { plain(&service) }).await;
    assert_eq!(
        late.err().and_then(|error| error.code().map(String::from)).as_deref(),
        Some("RequestTimeout")
    );
    assert_eq!(service.runs(), 0);
}
