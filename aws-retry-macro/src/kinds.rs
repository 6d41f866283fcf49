//! The kinds of arguments: the values they take, the words among these, and the places where they may be
//! written.

/// The condition under which a fact about an argument holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum When {
    Never,
    Always,
    /// The mode has a send rate.
    Paced,
}

/// The send rate that an argument affects.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Needs {
    Nothing,
    /// That of either mode that has one.
    Rate,
    /// Paced mode's.
    Paced,
}

/// The exception to an exclusion.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Unless {
    None,
    /// The mode is `"paced"`.
    ModeIsPaced,
    /// The other argument is not the literal `false`.
    OtherIsNotFalse,
}

/// The place where an argument may be written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Place {
    Anywhere,
    /// Not on an impl block: the methods need different values.
    Fn,
    /// On a method of an annotated impl block.
    Method,
    /// On an annotated impl block or on one of its methods.
    BlockOrMethod,
}

/// The type of an argument's value.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Count {
        min: u32,
    },
    Number {
        min: f64,
        max: f64,
    },
    Duration {
        zero: bool,
    },
    Instant,
    Switch,
    /// One of a few words.
    Choice(Choice),
    /// A list of error codes or patterns.
    Codes,
    Text,
    /// A text that must be known at compile time.
    ConstText,
    /// A switch that must be known at compile time.
    ConstSwitch,
    Scope,
    /// A predicate or a hook: a path or a closure.
    Function,
    Policy,
    /// `clone(a, b)`
    Names,
    Path,
    Flag,
}

/// The part that an argument plays in the expansion.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Role {
    /// A builder method of `RetryPolicy`.
    Setting,
    /// A field of `Callbacks`.
    Callback,
    /// Read by the macro itself.
    Expansion,
}

impl Kind {
    pub fn role(&self) -> Role {
        match self {
            Kind::Count { .. }
            | Kind::Number { .. }
            | Kind::Duration { .. }
            | Kind::Instant
            | Kind::Switch
            | Kind::Choice(_)
            | Kind::Codes
            | Kind::Text
            | Kind::ConstText => Role::Setting,
            Kind::Function => Role::Callback,
            Kind::ConstSwitch
            | Kind::Scope
            | Kind::Policy
            | Kind::Names
            | Kind::Path
            | Kind::Flag => Role::Expansion,
        }
    }
}

/// The words of a choice, and the enum that they stand for.
#[derive(Clone, Copy)]
pub struct Choice {
    /// The enum's name in `aws_retry`.
    pub of: &'static str,
    /// Each word, and its variant.
    pub words: &'static [(&'static str, &'static str)],
}

pub const MODES: Choice = Choice {
    of: "Mode",
    words: &[
        ("decorator", "Decorator"),
        ("legacy", "Legacy"),
        ("standard", "Standard"),
        ("standard-2.0", "Standard20"),
        ("adaptive", "Adaptive"),
        ("paced", "Paced"),
    ],
};
pub const JITTERS: Choice = Choice {
    of: "Jitter",
    words: &[
        ("true", "Scaled"),
        ("false", "None"),
        ("full", "Full"),
        ("equal", "Equal"),
        ("decorrelated", "Decorrelated"),
    ],
};
pub const CODES: Choice = Choice {
    of: "Codes",
    words: &[("default", "Default"), ("python", "Python"), ("eventual", "Eventual")],
};
pub const NESTED: Choice = Choice { of: "Nested", words: &[("pass", "Pass"), ("retry", "Retry")] };
pub const LOGS: Choice = Choice {
    of: "Log",
    words: &[
        ("off", "Off"),
        ("trace", "Trace"),
        ("debug", "Debug"),
        ("info", "Info"),
        ("warn", "Warn"),
        ("error", "Error"),
    ],
};
