//! The compile errors for each wrong argument, for each function that cannot be retried, and for mistakes in a body.
//! `TRYBUILD=overwrite cargo test --manifest-path tests/ui/Cargo.toml` writes the `.stderr` files again.

#[test]
fn each_error_is_on_the_token_at_fault() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("arguments/*.rs");
    tests.compile_fail("refused/*.rs");
    tests.compile_fail("body/*.rs");
}
