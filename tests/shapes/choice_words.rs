//! Every word of every choice compiles.

#[path = "../../aws-retry-macro/snapshots/choice_words.rs"]
#[allow(dead_code, reason = "compiling is the test")]
mod words;
