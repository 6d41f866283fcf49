//! What the compiler says: of every bad argument, of every fn that can't be retried, of errors in the
//! body. `TRYBUILD=overwrite cargo test -p aws-retry-ui` writes the `.stderr` files anew.

#[test]
fn errors_are_on_their_token() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("arguments/*.rs");
    tests.compile_fail("refused/*.rs");
    tests.compile_fail("body/*.rs");
}
