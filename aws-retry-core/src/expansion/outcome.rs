//! The outcome of a retried function.

/// The type `T` itself.
pub trait Is<T> {
    /// The same value.
    fn same(value: T) -> Self;
}

impl<T> Is<T> for T {
    #[inline]
    fn same(value: T) -> T {
        value
    }
}

/// The outcome of an attempt: a `Result`, under any alias.
#[diagnostic::on_unimplemented(
    message = "`#[aws_retry]` needs a function that returns a `Result`",
    label = "this is not a `Result`",
    note = "the attribute retries on `Err`; a function that cannot fail does not need retries"
)]
pub trait Outcome {
    /// The value of a success.
    type Ok;
    /// The value of a failure.
    type Error;
    /// `F`, the type of the attempt's future or closure. The compiler knows this type only if there is an
    /// outcome, so a function that returns something else gives one error, not one per use of the future.
    type Checked<F>: Is<F>;

    /// A reference to either value.
    fn split(&self) -> Result<&Self::Ok, &Self::Error>;

    /// A failed outcome.
    fn of_error(error: Self::Error) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Ok = T;
    type Error = E;
    type Checked<F> = F;

    #[inline]
    fn split(&self) -> Result<&T, &E> {
        self.as_ref()
    }

    fn of_error(error: E) -> Self {
        Err(error)
    }
}
