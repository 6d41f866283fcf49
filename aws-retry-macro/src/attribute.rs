//! The attribute: reads the item below it and passes it to `expand` or `impl_block`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::args::Args;
use crate::diagnostics::Errors;
use crate::input::Item;
use crate::kinds::Place;
use crate::{conditional, expand, impl_block};

pub fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut conditional_errors = TokenStream::new();
    let mut args = Args::read(args, &mut errors);
    let expanded = match Item::read(item) {
        Ok(Item::Fn(mut func)) => {
            for second in conditional::take(&mut func.attrs) {
                let mut error = Errors::default();
                error.push(second.second());
                conditional_errors.extend(error.into_tokens_when(&second.predicate()));
            }
            reject_misplaced(&mut args, Target::Fn, &mut errors);
            expand::func(*func, args, false, &mut errors)
        }
        Ok(Item::Impl(block)) => {
            reject_misplaced(&mut args, Target::Block, &mut errors);
            impl_block::expand(&block, &args, &mut errors)
        }
        Ok(Item::Other(what)) => {
            let message =
                format!("`#[aws_retry]` belongs on a function or an impl block, not on {what}");
            errors.at(&head(item), message);
            item.clone()
        }
        Err(error) => {
            errors.push(error);
            item.clone()
        }
    };
    let errors = errors.into_tokens();
    quote!(#errors #conditional_errors #expanded)
}

/// The kind of item below the attribute.
enum Target {
    Fn,
    Block,
}

/// Reports arguments that make no sense on this kind of item.
fn reject_misplaced(args: &mut Args, target: Target, errors: &mut Errors) {
    args.list.retain(|arg| {
        let belongs = match (&target, arg.name.row().place) {
            (_, Place::Anywhere) | (Target::Fn, Place::Fn) => return true,
            (Target::Block, Place::BlockOrMethod) => return true,
            (Target::Fn, Place::BlockOrMethod) => "on an annotated impl block or its methods",
            (_, Place::Method) => "on a method of an annotated impl block",
            (Target::Block, Place::Fn) => "on a method, because each method needs its own",
        };
        errors.at(&arg.token, format_args!("`{}` belongs {belongs}", arg.name.name()));
        false
    });
}

/// The item up to its braces, so that the error does not underline the whole item.
fn head(item: &TokenStream) -> TokenStream {
    let short = item.clone().into_iter().take_while(|token| !matches!(token, proc_macro2::TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace));
    short.collect::<TokenStream>().into_token_stream()
}
