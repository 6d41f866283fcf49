//! The input that an IDE passes: code that is being typed. The function must not vanish meanwhile.

use super::expand;

/// Whether it parses as a whole file: the expansion does not contain incomplete items.
fn is_whole(expansion: &str) -> bool {
    syn::parse_str::<syn::File>(expansion).is_ok()
}

#[test]
fn an_argument_being_typed_leaves_the_fn_expanded() {
    let item = "async fn page(n: u32) -> Result<u32, Error> { Ok(n) }";
    for args in [
        "base_d",
        "base_delay",
        "base_delay =",
        "base_delay = ,",
        "base_delay = \"5",
        "max_retries = 5, b",
        "max_retries = 5, on_retry = |",
        "max_retries = 5, on_retry = |event| event.",
        "max_retries = 5, scope = (",
        "max_retries = 5, clone(",
        "= 5",
        ",,",
    ] {
        // Text that is not a token stream never reaches a macro.
        if args.parse::<proc_macro2::TokenStream>().is_err() {
            continue;
        }
        let expansion = expand(args, item);
        assert!(expansion.contains("compile_error"), "{args}: {expansion}");
        assert!(
            expansion.contains("async fn page (n : u32) -> Result < u32 , Error >"),
            "{args}: {expansion}"
        );
        assert!(expansion.contains("Call :: new"), "{args} is expanded all the same: {expansion}");
        assert_eq!(
            args.contains("max_retries"),
            expansion.contains(". max_retries (5)"),
            "{args}: {expansion}"
        );
        assert!(is_whole(&expansion), "{args}: {expansion}");
    }
}

#[test]
fn a_body_being_typed_keeps_its_signature_and_its_tokens() {
    for body in [
        "self . cli .",
        "if 1",
        "let x =",
        "ec2 . describe ( ) . ",
        "match token {",
        "for",
        "x = = 1",
    ] {
        let Ok(tokens) = body.parse::<proc_macro2::TokenStream>() else { continue };
        let item = format!(
            "pub async fn page (& self , n : u32) -> Result < u32 , Error > {{ {tokens} }}"
        );
        let expansion = expand("max_retries = 5", &item);
        let text =
            |text: &str| text.parse::<proc_macro2::TokenStream>().expect("tokens").to_string();
        assert_eq!(expansion, text(&item), "the compiler reports the body, we add nothing");
    }
}

#[test]
fn a_body_being_typed_does_not_hide_a_bad_argument() {
    let expansion = expand("max_retrys = 5", "async fn page() -> Result<(), E> { self.cli. }");
    assert!(expansion.contains("did you mean `max_retries`?"), "{expansion}");
    assert!(
        expansion.contains("async fn page () -> Result < () , E > { self . cli . }"),
        "{expansion}"
    );
}

#[test]
fn a_method_being_typed_leaves_the_rest_of_its_block_retried() {
    let block = "impl Api {
        async fn whole(&self) -> Result<(), E> { Ok(()) }
        async fn half(&self) -> Result<(), E> { self.cli. }
        async fn whole_too(&self) -> Result<(), E> { Ok(()) }
    }";
    let expansion = expand("", block);
    assert_eq!(expansion.matches("Call :: new").count(), 2, "{expansion}");
    assert!(expansion.contains("{ self . cli . }"), "{expansion}");
}

#[test]
fn a_signature_being_typed_comes_back_with_what_is_wrong() {
    for item in
        ["async fn page(n: ) -> Result<(), E> { Ok(()) }", "async fn page(", "impl Api", "async"]
    {
        let Ok(tokens) = item.parse::<proc_macro2::TokenStream>() else { continue };
        let expansion = expand("", item);
        assert!(expansion.contains("compile_error"), "{expansion}");
        assert!(expansion.ends_with(&tokens.to_string()), "{expansion}");
    }
}
