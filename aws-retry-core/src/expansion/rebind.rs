//! What each try of a retried fn gets of an argument that its body uses up, or may use up.

/// A type of which each try can have its own: one that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "the body uses up its `{Self}`, and a retry needs another: it can't be cloned",
    label = "used up by the first try",
    note = "take it by reference, or build it inside the fn",
    note = "if the body only borrows it, say so: `#[aws_retry(borrow(..))]`"
)]
pub trait Fresh {
    /// Another one.
    fn fresh(&self) -> Self;
}

// The answer is the text above, not that `Clone` is missing.
#[diagnostic::do_not_recommend]
impl<T: Clone> Fresh for T {
    #[inline]
    fn fresh(&self) -> Self {
        self.clone()
    }
}

/// Another one, for this try.
#[inline]
pub fn again<T: Fresh>(value: &T) -> T {
    value.fresh()
}

/// The same of a type parameter or an `impl Trait`, where the answer is to add the bound.
#[inline]
pub fn each_try_needs_its_own<T: Clone>(value: &T) -> T {
    value.clone()
}

/// Takes an argument that the loop has cloned from: after it, nothing needs the argument.
#[inline]
pub fn used_up<T>(argument: T) {
    drop(argument);
}

/// An argument of which only the type tells whether the body uses it up: cloned if it can be, else lent,
/// in a way that leaves the future `Send`. `Again(&mut x).aws_retry_again()` asks the traits in `either`.
#[derive(Debug)]
pub struct Again<'a, T>(pub &'a mut T);

/// The same of an argument that is borrowed elsewhere: `(&&AgainShared(&x)).aws_retry_again()`.
#[derive(Debug)]
pub struct AgainShared<'a, T>(pub &'a T);

/// The same of a `mut` argument: `AgainMut(&mut x).aws_retry_again()`.
#[derive(Debug)]
pub struct AgainMut<'a, T>(pub &'a mut T);

/// The ways, the first that is open.
pub mod either {
    use super::{Again, AgainMut, AgainShared};

    /// Of a `Clone` type, a clone.
    pub trait Cloned<T> {
        /// The clone.
        fn aws_retry_again(self) -> T;
    }

    impl<T: Clone> Cloned<T> for Again<'_, T> {
        #[inline]
        fn aws_retry_again(self) -> T {
            self.0.clone()
        }
    }

    /// Of a `Sync` one, the thing itself, to look at.
    pub trait Lent<T> {
        /// The loan.
        fn aws_retry_again(&self) -> &T;
    }

    impl<T: Sync> Lent<T> for Again<'_, T> {
        #[inline]
        fn aws_retry_again(&self) -> &T {
            self.0
        }
    }

    /// Of any other, the thing itself: a reference that is `Send` if the thing is.
    pub trait LentAlone<T> {
        /// The loan.
        fn aws_retry_again(&mut self) -> &mut T;
    }

    impl<T> LentAlone<T> for Again<'_, T> {
        #[inline]
        fn aws_retry_again(&mut self) -> &mut T {
            self.0
        }
    }

    /// Of a `Clone` type, a clone.
    pub trait ClonedShared<T> {
        /// The clone.
        fn aws_retry_again(&self) -> T;
    }

    impl<T: Clone> ClonedShared<T> for &AgainShared<'_, T> {
        #[inline]
        fn aws_retry_again(&self) -> T {
            self.0.clone()
        }
    }

    /// Of any other, the thing itself.
    pub trait LentShared<'a, T> {
        /// The loan.
        fn aws_retry_again(&self) -> &'a T;
    }

    impl<'a, T> LentShared<'a, T> for AgainShared<'a, T> {
        #[inline]
        fn aws_retry_again(&self) -> &'a T {
            self.0
        }
    }

    /// Of a `Clone` type, a clone to change.
    pub trait ClonedMut<T> {
        /// The clone.
        fn aws_retry_again(self) -> T;
    }

    impl<T: Clone> ClonedMut<T> for AgainMut<'_, T> {
        #[inline]
        fn aws_retry_again(self) -> T {
            self.0.clone()
        }
    }

    /// Of any other, the thing itself.
    pub trait LentMut<T> {
        /// The loan.
        fn aws_retry_again(&mut self) -> &mut T;
    }

    impl<T> LentMut<T> for AgainMut<'_, T> {
        #[inline]
        fn aws_retry_again(&mut self) -> &mut T {
            self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::either::*;
    use super::{Again, AgainMut, AgainShared, again};

    struct Only(u8);
    struct OneThread(Cell<u8>);

    #[test]
    fn what_can_be_cloned_is() {
        let mut text = String::from("a");
        let mut other: String = (&&AgainShared(&text)).aws_retry_again();
        other.push('b');
        let one: String = Again(&mut text).aws_retry_again();
        assert_eq!((text.as_str(), again(&text).as_str(), one.as_str()), ("a", "a", "a"));
    }

    #[test]
    fn what_cannot_is_lent() {
        let mut only = Only(1);
        #[allow(clippy::needless_borrow, reason = "as the expansion writes it")]
        let lent: &Only = (&&AgainShared(&only)).aws_retry_again();
        assert_eq!(lent.0, 1);
        let held = Again(&mut only);
        let lent: &Only = held.aws_retry_again();
        assert_eq!(lent.0, 1);
    }

    #[test]
    fn what_is_not_sync_is_lent_to_one_alone() {
        let mut only = OneThread(Cell::new(1));
        let mut held = Again(&mut only);
        let lent: &mut OneThread = held.aws_retry_again();
        assert_eq!(lent.0.get(), 1);
    }

    #[test]
    fn changes_to_a_clone_stay_in_its_try() {
        let mut list = vec![1];
        let mut fresh: Vec<i32> = AgainMut(&mut list).aws_retry_again();
        fresh.push(2);
        assert_eq!(list, [1]);

        let mut only = Only(1);
        let mut held = AgainMut(&mut only);
        let lent: &mut Only = held.aws_retry_again();
        lent.0 = 2;
        assert_eq!(only.0, 2);
    }
}
