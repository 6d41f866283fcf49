//! What the compiler says: of every bad argument, of every fn that can't be retried, of errors in the
//! body. `TRYBUILD=overwrite cargo test --test ui` writes the `.stderr` files anew.

#[test]
fn errors_are_on_their_token() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("tests/ui/arguments/*.rs");
    tests.compile_fail("tests/ui/refused/*.rs");
    tests.compile_fail("tests/ui/body/*.rs");
}

#[test]
fn accepted() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
