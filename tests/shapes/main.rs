//! The shapes of fn that users write, one file a shape. Each test counts how often the body ran:
//! compiling is not enough.

mod support;

mod early_exits;
