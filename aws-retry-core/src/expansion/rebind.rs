//! The value that each attempt of a retried function gets for an argument that its body consumes or may
//! consume.

/// A type for which each attempt can have its own value: one that is `Clone`.
#[diagnostic::on_unimplemented(
    message = "the body consumes its `{Self}`, which cannot be cloned for the next attempt",
    label = "consumed by the first attempt",
    note = "take it by reference, or build it inside the function",
    note = "if the body only borrows it, say so: `#[aws_retry(borrow(..))]`"
)]
pub trait CloneForRetry {
    /// Another value.
    fn clone_for_retry(&self) -> Self;
}

// The message is the text above, not that `Clone` is missing.
#[diagnostic::do_not_recommend]
impl<T: Clone> CloneForRetry for T {
    #[inline]
    fn clone_for_retry(&self) -> Self {
        self.clone()
    }
}

/// Another value, for this attempt.
#[inline]
pub fn clone_for_retry<T: CloneForRetry>(value: &T) -> T {
    value.clone_for_retry()
}

/// The same for a type parameter or an `impl Trait`, for which the advice is to add the bound.
#[inline]
pub fn each_attempt_needs_its_own<T: Clone>(value: &T) -> T {
    value.clone()
}

/// Takes an argument from which the loop has made clones: nothing needs the argument afterward.
#[inline]
pub fn consume<T>(argument: T) {
    drop(argument);
}

/// An argument for which only the type shows whether the body consumes it: a clone if it is `Clone`, else the
/// argument itself, borrowed in a way that leaves the future `Send`. It holds `&mut T`, or `&T` if the
/// argument is borrowed elsewhere as well.
#[derive(Debug)]
pub struct CloneOrBorrow<R>(pub R);

/// The options, in the order in which method resolution tries a receiver: by value, `&`, `&mut`.
pub mod methods {
    use super::CloneOrBorrow;

    /// For a `Clone` type, a clone.
    pub trait CloneValue<T>: Sized {
        /// The clone.
        fn aws_retry_clone_or_borrow(self) -> T;

        /// The clone, mutable.
        #[inline]
        fn aws_retry_clone_or_borrow_mut(self) -> T {
            self.aws_retry_clone_or_borrow()
        }
    }

    impl<T: Clone> CloneValue<T> for CloneOrBorrow<&mut T> {
        #[inline]
        fn aws_retry_clone_or_borrow(self) -> T {
            self.0.clone()
        }
    }

    impl<T: Clone> CloneValue<T> for CloneOrBorrow<&T> {
        #[inline]
        fn aws_retry_clone_or_borrow(self) -> T {
            self.0.clone()
        }
    }

    /// For a `Sync` type, or if only a shared reference is available, a shared reference.
    pub trait BorrowShared<T> {
        /// The reference.
        fn aws_retry_clone_or_borrow(&self) -> &T;
    }

    impl<T: Sync> BorrowShared<T> for CloneOrBorrow<&mut T> {
        #[inline]
        fn aws_retry_clone_or_borrow(&self) -> &T {
            self.0
        }
    }

    impl<T> BorrowShared<T> for CloneOrBorrow<&T> {
        #[inline]
        fn aws_retry_clone_or_borrow(&self) -> &T {
            self.0
        }
    }

    /// For any other type, a reference that is `Send` if the type is.
    pub trait BorrowUnique<T> {
        /// The reference.
        fn aws_retry_clone_or_borrow(&mut self) -> &mut T;

        /// The reference, mutable.
        #[inline]
        fn aws_retry_clone_or_borrow_mut(&mut self) -> &mut T {
            self.aws_retry_clone_or_borrow()
        }
    }

    impl<T> BorrowUnique<T> for CloneOrBorrow<&mut T> {
        #[inline]
        fn aws_retry_clone_or_borrow(&mut self) -> &mut T {
            self.0
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::methods::*;
    use super::{CloneOrBorrow, clone_for_retry};

    struct Only(u8);
    struct OneThread(Cell<u8>);

    #[test]
    fn a_clone_type_is_cloned() {
        let mut text = String::from("a");
        let mut other: String = CloneOrBorrow(&text).aws_retry_clone_or_borrow();
        other.push('b');
        let one: String = CloneOrBorrow(&mut text).aws_retry_clone_or_borrow();
        assert_eq!((text.as_str(), clone_for_retry(&text).as_str(), one.as_str()), ("a", "a", "a"));
    }

    #[test]
    fn any_other_type_is_borrowed() {
        let mut only = Only(1);
        let held = CloneOrBorrow(&only);
        let borrowed: &Only = held.aws_retry_clone_or_borrow();
        assert_eq!(borrowed.0, 1);
        let held = CloneOrBorrow(&mut only);
        let borrowed: &Only = held.aws_retry_clone_or_borrow();
        assert_eq!(borrowed.0, 1);
    }

    #[test]
    fn a_type_that_is_not_sync_is_borrowed_uniquely() {
        let mut only = OneThread(Cell::new(1));
        let mut held = CloneOrBorrow(&mut only);
        let borrowed: &mut OneThread = held.aws_retry_clone_or_borrow();
        assert_eq!(borrowed.0.get(), 1);
    }

    #[test]
    fn changes_to_a_clone_stay_in_its_attempt() {
        let mut list = vec![1];
        let mut own: Vec<i32> = CloneOrBorrow(&mut list).aws_retry_clone_or_borrow_mut();
        own.push(2);
        assert_eq!(list, [1]);

        let mut only = Only(1);
        let mut held = CloneOrBorrow(&mut only);
        let borrowed: &mut Only = held.aws_retry_clone_or_borrow_mut();
        borrowed.0 = 2;
        assert_eq!(only.0, 2);
    }
}
