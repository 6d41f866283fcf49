//! The attribute of `aws-retry`. Use it through the crate `aws-retry`.

#[macro_use]
mod glue;

mod args;
mod arguments;
mod attempt;
mod attribute;
mod check;
mod conventions;
mod durations;
mod expand;
mod fresh;
mod impl_block;
mod instrument;
mod item;
mod macros;
mod patterns;
mod policy;
mod receiver;
mod recover;
mod refuse;
mod shape;
mod suggest;
mod tail;
#[cfg(test)]
mod tests;
mod usage;
mod value;

use proc_macro::TokenStream;

#[doc = include_str!("../ATTRIBUTE.md")]
#[proc_macro_attribute]
pub fn aws_retry(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(args.into(), &item.into()).into()
}
