//! `throttled_if_ok`: a success with throttled parts is a throttle, and the last one comes back.

use std::sync::Mutex;

use aws_retry::{Event, Kind, aws_retry};

use crate::support::{ErrorMetadata, throttled};

/// A table that writes two items per request.
#[derive(Default)]
struct Table {
    requests: Mutex<Vec<usize>>,
}

impl Table {
    fn write(&self, items: &mut Vec<u32>) -> usize {
        self.requests.lock().unwrap().push(items.len());
        items.drain(..items.len().min(2));
        items.len()
    }

    fn requests(&self) -> Vec<usize> {
        self.requests.lock().unwrap().clone()
    }
}

#[aws_retry(throttled_if_ok = |left| *left > 0, max_retries = 2, on_give_up = |event| note(event))]
async fn write(table: &Table, items: &mut Vec<u32>) -> Result<usize, ErrorMetadata> {
    tokio::task::yield_now().await;
    Ok(table.write(items))
}

static KINDS: Mutex<Vec<Option<Kind>>> = Mutex::new(Vec::new());

fn note(event: &Event<'_>) {
    KINDS.lock().unwrap().push(event.kind);
}

#[aws_retry(mode = "paced", scope = "throttled_success", fail_fast = true, throttled_if_ok = |left| *left > 0)]
async fn paced(table: &Table, items: &mut Vec<u32>) -> Result<usize, ErrorMetadata> {
    Ok(table.write(items))
}

#[aws_retry(throttled_if_ok = |left: &usize| *left > 0, retry_if_ok = |left: &usize| *left == 0, max_retries = 3)]
async fn both(table: &Table, items: &mut Vec<u32>) -> Result<usize, ErrorMetadata> {
    if table.requests().len() == 1 {
        table.write(&mut Vec::new());
        return Err(throttled());
    }
    Ok(table.write(items))
}

#[aws_retry(throttled_if_ok = |left: &usize| *left > 0, max_retries = 1, base_delay = "1ms")]
fn blocking(table: &Table, items: &mut Vec<u32>) -> Result<usize, ErrorMetadata> {
    Ok(table.write(items))
}

#[tokio::test(start_paused = true)]
async fn a_success_with_throttled_parts_is_retried_and_the_last_one_comes_back() {
    let table = Table::default();
    assert_eq!(write(&table, &mut vec![0; 5]).await.ok(), Some(0));
    assert_eq!(table.requests(), [5, 3, 1]);
    let table = Table::default();
    assert_eq!(write(&table, &mut vec![0; 9]).await.ok(), Some(3));
    assert_eq!(table.requests(), [9, 7, 5]);
    assert_eq!(*KINDS.lock().unwrap(), [Some(Kind::Throttled)]);

    let table = Table::default();
    assert_eq!(both(&table, &mut vec![0; 3]).await.ok(), Some(0));
    assert_eq!(table.requests(), [3, 0, 1, 0]);
    assert_eq!(blocking(&Table::default(), &mut vec![0; 9]).ok(), Some(5));
}

#[tokio::test(start_paused = true)]
async fn it_slows_the_send_rate_as_a_throttle_does() {
    let table = Table::default();
    let kept = "the retry would wait for its turn, so the success comes back";
    assert_eq!(paced(&table, &mut vec![0; 3]).await.ok(), Some(1), "{kept}");
    let state = aws_retry::scope::state("throttled_success").unwrap();
    assert_eq!(state.throttles, 1);
    let next = Table::default();
    assert!(paced(&next, &mut vec![0; 1]).await.is_err());
    assert!(next.requests().is_empty(), "the next call would wait too");
}
