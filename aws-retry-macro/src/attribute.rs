//! The attribute, from tokens to tokens.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::args::Args;
use crate::diagnostics::Errors;
use crate::input::Item;
use crate::{expand, impl_block, refuse};

pub fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut args = Args::read(args, &mut errors);
    let expanded = match Item::read(item) {
        Ok(Item::Fn(mut func)) => {
            refuse::twice(&mut func.attrs, &mut errors);
            reject_misplaced(
                &mut args,
                &["skip", "sync"],
                "belongs in or on an annotated impl block",
                &mut errors,
            );
            expand::func(*func, args, false, &mut errors)
        }
        Ok(Item::Impl(block)) => {
            let why = "belongs on a method: the methods differ in it";
            reject_misplaced(&mut args, &["skip", "name", "clone", "borrow"], why, &mut errors);
            impl_block::expand(&block, &args, &mut errors)
        }
        Ok(Item::Other(what)) => {
            let message =
                format!("#[aws_retry] goes on an async fn or on an impl block, not on {what}");
            errors.at(&head(item), message);
            item.clone()
        }
        Err(error) => {
            errors.push(error);
            item.clone()
        }
    };
    let errors = errors.into_tokens();
    quote!(#errors #expanded)
}

/// Reports arguments that make no sense on this kind of item.
fn reject_misplaced(args: &mut Args, misplaced: &[&str], why: &str, errors: &mut Errors) {
    for name in misplaced {
        if let Some(arg) = args.get(name) {
            errors.at(&arg.name, format_args!("`{}` {why}", arg.name));
            args.remove(name);
        }
    }
}

/// The item up to its braces, so that the error does not underline all of it.
fn head(item: &TokenStream) -> TokenStream {
    let short = item.clone().into_iter().take_while(|token| !matches!(token, proc_macro2::TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace));
    short.collect::<TokenStream>().into_token_stream()
}
