//! The cost of an attempt, corrected by its body.

use crate::context::call_context::with;
use crate::decision::units::{Units, is_valid};

/// Tells the call in progress how many units of its quota the attempt took, once the answer tells: consumed
/// capacity, tokens used. It replaces the attempt's `cost`; several in one attempt add up. The difference goes
/// back to the send rate, or is taken from it, when the attempt ends. What a throttled attempt tells counts as
/// accepted.
///
/// It counts in paced mode, for the innermost call. Outside every call, and with a number that is not from 0
/// to 10^9, it does nothing.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// # struct Answer { consumed: f64 }
/// # async fn send() -> Result<Answer, std::io::Error> { Ok(Answer { consumed: 12.5 }) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), std::io::Error> {
/// // Planned as 25 units.
/// let policy = aws_retry::RetryPolicy::paced().cost(25.0);
/// let answer = policy
///     .run_in(&("dynamodb", "orders"), || async {
///         let answer = send().await?;
///         aws_retry::spent(answer.consumed);
///         Ok::<_, std::io::Error>(answer)
///     })
///     .await?;
/// # assert_eq!(answer.consumed, 12.5);
/// # Ok(())
/// # }
/// ```
pub fn spent(units: impl Units) {
    let units = units.units();
    if is_valid(units) {
        with(|context| {
            if context.is_in_call() {
                let attempt = context.attempt;
                context.records().spend(attempt, units);
            }
        });
    }
}
