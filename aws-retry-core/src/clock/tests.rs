use super::*;

#[tokio::test(start_paused = true)]
async fn a_paused_clock_is_its_runtimes_own() {
    let clock = Clock::current(None);
    assert_ne!(clock.id, ClockId::Real);
    // This also holds after the sleeps have brought it close to the real clock.
    for length in [Duration::from_millis(5); 10].into_iter().chain([Duration::from_secs(3600)]) {
        let before = clock.now();
        clock.timer(length).unwrap().await;
        assert_eq!(clock.now() - before, length);
        assert_eq!(Clock::current(None).id, clock.id);
    }
}

#[tokio::test]
async fn a_running_clock_is_everybodys() {
    assert_eq!(Clock::current(None).id, ClockId::Real);
    assert_eq!(std::thread::spawn(|| Clock::current(None).id).join().unwrap(), ClockId::Real);
}

#[test]
fn there_is_no_timer_outside_a_runtime_nor_in_one_without() {
    let clock = Clock::current(None);
    assert!(clock.timer(Duration::ZERO).is_none());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(async { clock.timer(Duration::ZERO).is_none() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_tasks_poll_blocks_a_runtime() {
    let blocks = || Clock::current(None).blocks_a_runtime();
    assert!(blocks());
    assert!(blocks(), "looking changes nothing");
    assert!(tokio::spawn(async move { blocks() }).await.unwrap());
    assert!(!tokio::task::spawn_blocking(blocks).await.unwrap());
    assert!(!std::thread::spawn(blocks).join().unwrap());
    assert!(!tokio::spawn(async move { tokio::task::block_in_place(blocks) }).await.unwrap());
}

#[test]
fn a_test_without_waits_lets_time_pass_all_the_same() {
    let test_time = Arc::new(TestTime::default());
    test_time.skip_waits();
    let clock = Clock::current(Some(test_time));
    let before = clock.now();
    assert!(clock.pause(Duration::from_secs(3600)).is_some(), "no timer is needed");
    clock.block(Duration::from_secs(3600));
    assert!(clock.now() - before >= Duration::from_secs(7200));
}
