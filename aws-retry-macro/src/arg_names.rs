//! The enum of the arguments' names, made from the rows of the table.

/// `rows!(Name { fact: value, .. }, ..)` is the enum `ArgName` with a variant per row. The facts that a row leaves out
/// are those of `ROW`.
macro_rules! rows {
    ($($arg:ident { $($fact:ident: $value:expr),+ $(,)? }),+ $(,)?) => {
        /// An argument.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ArgName { $($arg),+ }

        impl ArgName {
            /// Every argument, starting with those that most users need.
            pub const ALL: &'static [ArgName] = &[$(ArgName::$arg),+];

            pub fn row(self) -> &'static Row {
                match self {
                    $(ArgName::$arg => {
                        const FACTS: &Row = &Row { $($fact: $value,)+ ..ROW };
                        FACTS
                    })+
                }
            }
        }
    };
}
pub(crate) use rows;
