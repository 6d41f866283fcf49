//! One attempt of a sync function.

use super::call::Call;
use crate::context::Stage;
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::FromStopped;

impl Call<'_> {
    /// The next attempt of a sync function: it blocks first if it must.
    #[inline]
    pub fn attempt_blocking<B: BlockingBody>(&mut self, body: B) -> B::Outcome {
        match self.begin_blocking::<B>() {
            Ok(_inside) => body.run(),
            Err(outcome) => outcome,
        }
    }

    /// The same for a body that is not a closure: the attempt ends when the guard is dropped. `hint` is not
    /// run.
    ///
    /// # Errors
    /// The outcome of a call that must not begin an attempt.
    #[inline]
    pub fn begin_attempt_blocking<B: BlockingBody>(
        &mut self,
        _hint: B,
    ) -> Result<impl Drop, B::Outcome> {
        self.begin_blocking::<B>()
    }

    #[inline]
    fn begin_blocking<B: BlockingBody>(&mut self) -> Result<impl Drop, B::Outcome> {
        self.check_slow_path();
        self.frame.blocking = true;
        self.frame.attempt = self.frame.attempt.wrapping_add(1);
        if !self.needs_setup() {
            self.frame.stage = Stage::Plain;
        } else if let Some(stopped) = self.block_setup(B::can_stop())
            && let Some(outcome) = B::outcome_of(stopped)
        {
            return Err(outcome);
        }
        Ok(self.frame.enter())
    }
}

/// The body of a sync function, with the adapter that makes its error when a call is cut short. It is a
/// separate trait, so that an outcome that is not a `Result` gives one error: see [`Outcome::Checked`].
pub trait BlockingBody {
    /// The outcome of an attempt.
    type Outcome;

    /// Runs it.
    fn run(self) -> Self::Outcome;

    /// Whether a call that was cut short has an outcome.
    fn can_stop() -> bool;

    /// That outcome.
    fn outcome_of(stopped: Stopped) -> Option<Self::Outcome>;
}

impl<F, A> BlockingBody for (F, A)
where
    F: Body<Output: Outcome>,
    A: FromStopped<<F::Output as Outcome>::Error>,
{
    type Outcome = F::Output;

    #[inline]
    fn run(self) -> F::Output {
        self.0.run()
    }

    fn can_stop() -> bool {
        A::constructor().is_some()
    }

    fn outcome_of(stopped: Stopped) -> Option<F::Output> {
        A::constructor().map(|error_of| F::Output::of_error(error_of(stopped)))
    }
}

/// A closure, whose output has a name.
pub trait Body {
    /// The outcome.
    type Output;
    /// Runs it.
    fn run(self) -> Self::Output;
}

impl<O, F: FnOnce() -> O> Body for F {
    type Output = O;

    #[inline]
    fn run(self) -> O {
        self()
    }
}
