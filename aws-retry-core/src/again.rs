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

/// An argument of which only the type tells whether the body uses it up: cloned if it can be, else lent.
/// `(&&Again(&x)).aws_retry_again()` asks the traits in `either`.
#[derive(Debug)]
pub struct Again<'a, T>(pub &'a T);

/// The same of a `mut` argument: `AgainMut(&mut x).aws_retry_again()`.
#[derive(Debug)]
pub struct AgainMut<'a, T>(pub &'a mut T);

/// The two ways, the first where it is open.
pub mod either {
    use super::{Again, AgainMut};

    /// Of a `Clone` type, a clone.
    pub trait Cloned<T> {
        /// The clone.
        fn aws_retry_again(&self) -> T;
    }

    impl<T: Clone> Cloned<T> for &Again<'_, T> {
        #[inline]
        fn aws_retry_again(&self) -> T {
            self.0.clone()
        }
    }

    /// Of any other, the thing itself.
    pub trait Lent<'a, T> {
        /// The loan.
        fn aws_retry_again(&self) -> &'a T;
    }

    impl<'a, T> Lent<'a, T> for Again<'a, T> {
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
    use super::either::*;
    use super::{Again, AgainMut, again};

    struct Only(u8);

    #[test]
    fn what_can_be_cloned_is() {
        let text = String::from("a");
        let mut other: String = (&&Again(&text)).aws_retry_again();
        other.push('b');
        assert_eq!((text.as_str(), again(&text).as_str()), ("a", "a"));
    }

    #[test]
    fn what_cannot_is_lent() {
        let only = Only(1);
        #[allow(clippy::needless_borrow, reason = "as the expansion writes it")]
        let lent: &Only = (&&Again(&only)).aws_retry_again();
        assert_eq!(lent.0, 1);
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
