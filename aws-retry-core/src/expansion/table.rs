//! The macro behind the table in `error_types`: it turns rows into impls, and their order into priority.

/// Generates from each row, in the order in which method resolution is to try them:
/// - a unit struct with the row's name, the adapter;
/// - for `read [generics] Type => |error| ..;` its [`ReadFailure`](super::read_error::ReadFailure), and
///   the impl by which `read_by_priority().aws_retry_read()` finds it;
/// - for `stopped [generics] Type => constructor;` its [`FromStopped`](super::read_error::FromStopped),
///   and the impl by which `stop_by_priority().aws_retry_stop()` finds it;
/// - for `closures [generics] Type => constructor;` the [`ToFailure`](super::to_failure::ToFailure) of
///   the closure forms. It reads as the row's `read` does. No two rows may claim the same type here.
macro_rules! error_types {
    ($($(#[$meta:meta])* $name:ident { $($part:tt)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            error_types! { @adapter [$(#[$meta])*] $name $($part)* }
        )+
        error_types! { @find_read [] $([$(#[$meta])*] $name { $($part)* })+ }
        error_types! { @find_stopped [] $([$(#[$meta])*] $name { $($part)* })+ }
    };

    // The adapter's impls, one part at a time.
    (@adapter $meta:tt $name:ident) => {};
    (@adapter [$($meta:tt)*] $name:ident
        read [$($generics:tt)*] $type:ty => |$error:ident| $failure:expr; $($rest:tt)*) => {
        $($meta)*
        impl<$($generics)*> ReadFailure<$type> for $name {
            fn failure($error: &$type) -> Failure<'_> {
                $failure
            }
        }
        error_types! { @adapter [$($meta)*] $name $($rest)* }
    };
    (@adapter [$($meta:tt)*] $name:ident
        $(#[$own:meta])* stopped [$($generics:tt)*] $type:ty => $constructor:expr; $($rest:tt)*) => {
        $($meta)*
        $(#[$own])*
        impl<$($generics)*> FromStopped<$type> for $name {
            #[inline]
            fn constructor() -> Option<fn(Stopped) -> $type> {
                $constructor
            }
        }
        error_types! { @adapter [$($meta)*] $name $($rest)* }
    };
    (@adapter [$($meta:tt)*] $name:ident
        $(#[$own:meta])* closures [$($generics:tt)*] $type:ty => $constructor:expr; $($rest:tt)*) => {
        $($meta)*
        $(#[$own])*
        // The message is the text of `ToFailure`, not a list of these.
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> ToFailure<$name> for $type {
            fn failure_of(&self) -> Failure<'_> {
                <$name as ReadFailure<Self>>::failure(self)
            }

            fn from_stopped() -> Option<fn(Stopped) -> Self> {
                $constructor
            }
        }
        error_types! { @adapter [$($meta)*] $name $($rest)* }
    };

    // The rows that have a `read`, the last one first.
    (@find_read [$($found:tt)*]) => {
        error_types! { @level ReadRow aws_retry_read read_by_priority [&] $($found)* }
    };
    (@find_read [$($found:tt)*] $meta:tt $name:ident {
        read $generics:tt $type:ty => |$error:ident| $failure:expr; $($others:tt)*
    } $($rows:tt)*) => {
        error_types! { @find_read [[$meta $name $generics $type] $($found)*] $($rows)* }
    };
    (@find_read $found:tt $meta:tt $name:ident $parts:tt $($rows:tt)*) => {
        error_types! { @find_read $found $($rows)* }
    };

    // The rows that have a `stopped`, the last one first.
    (@find_stopped [$($found:tt)*]) => {
        error_types! { @level StoppedRow aws_retry_stop stop_by_priority [&] $($found)* }
    };
    (@find_stopped $found:tt $meta:tt $name:ident {
        read $generics:tt $type:ty => |$error:ident| $failure:expr; $($others:tt)*
    } $($rows:tt)*) => {
        error_types! { @find_stopped $found $meta $name { $($others)* } $($rows)* }
    };
    (@find_stopped [$($found:tt)*] [$($meta:tt)*] $name:ident {
        $(#[$own:meta])* stopped $generics:tt $type:ty => $constructor:expr; $($others:tt)*
    } $($rows:tt)*) => {
        error_types! {
            @find_stopped [[[$($meta)* $(#[$own])*] $name $generics $type] $($found)*] $($rows)*
        }
    };
    (@find_stopped $found:tt $meta:tt $name:ident $parts:tt $($rows:tt)*) => {
        error_types! { @find_stopped $found $($rows)* }
    };

    // One more reference for each row upward; the method that begins there is above the first row.
    (@level $row:ident $method:ident $top:ident [$($and:tt)*]
        [[$($meta:tt)*] $name:ident [$($generics:tt)*] $type:ty] $($rows:tt)*) => {
        $($meta)*
        impl<Last, $($generics)*> $row for $($and)* ErrorType<$type, Last> {
            type Adapter = $name;

            #[inline]
            fn $method(&self) -> $name {
                $name
            }
        }
        error_types! { @level $row $method $top [& $($and)*] $($rows)* }
    };
    (@level $row:ident $method:ident $top:ident [$($and:tt)*]) => {
        impl<E, Last> ErrorType<E, Last> {
            /// The type behind as many references as there are rows. They are made here, since each `&` at a
            /// call site is one more temporary for the borrow checker to follow.
            #[must_use]
            pub const fn $top(&self) -> $($and)* Self {
                $($and)* ErrorType(PhantomData)
            }
        }
    };
}

pub(super) use error_types;
