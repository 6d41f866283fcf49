//! The comparison with boto3: the same scripted failures, and call for call the same number of requests,
//! the same outcome and the same waits, mode by mode.

pub mod cases;
pub mod compare;
pub mod meant;

pub use compare::{Comparison, Operation, Stage, Waits};

/// Tests that play all cases to boto3 and to an annotated function. Each line has the test's name, the mode, whether
/// the waits agree, the intended differences, and the attribute's arguments. Without jitter a wait is the longest that
/// the mode's jitter allows, also on boto3's side.
#[macro_export]
macro_rules! side_by_side {
    (
        $operation:expr, $client:expr,
        async fn call($name:ident: $type:ty) -> $answer:ty $body:block
        $($test:ident: $mode:literal, $waits:expr, $meant:expr, ($($arguments:tt)*);)+
    ) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            use $crate::boto3::{Comparison, Stage, cases};

            #[aws_retry::aws_retry(scope = scope, jitter = false, $($arguments)*)]
            async fn call($name: $type, scope: &str) -> $answer $body

            let Some(mut stage) = Stage::set() else {
                return;
            };
            let client = $client(&stage.endpoint.url(), $crate::client::PATIENCE);
            let mut comparison = Comparison::new($waits, $meant);
            for case in cases::all() {
                let boto3 = stage.boto3($operation, $mode, &case);
                let scope = format!("{} {}", $mode, case.name);
                let ours = stage.ours(&case, async || call(&client, &scope).await).await;
                comparison.add(&case, &boto3, &ours);
            }
            comparison.finish();
        }
    )+};
}
