//! What a retried fn returns.

/// The outcome of an attempt: a `Result`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "`#[aws_retry]` needs a fn that returns a `Result`",
    label = "this is no `Result`",
    note = "the attribute retries on `Err`; a fn that can't fail needs no retry"
)]
pub trait Outcome {
    /// What a success holds.
    type Ok;
    /// What a failure holds.
    type Error;

    /// A look at either.
    fn split(&self) -> Result<&Self::Ok, &Self::Error>;

    /// A failed outcome.
    fn of_error(error: Self::Error) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Ok = T;
    type Error = E;

    #[inline]
    fn split(&self) -> Result<&T, &E> {
        self.as_ref()
    }

    fn of_error(error: E) -> Self {
        Err(error)
    }
}
