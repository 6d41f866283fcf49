//! `#[cfg_attr(PREDICATE, aws_retry(..))]` below an attribute of ours: the compiler has not evaluated the
//! predicate yet, so the code for both answers is generated.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote};

/// An `#[aws_retry(..)]` below another one.
pub struct Own {
    pub meta: Meta,
    /// The predicates of the `cfg_attr`s around it. If there are none, it always applies.
    when: Vec<TokenStream>,
}

impl Own {
    pub fn is_conditional(&self) -> bool {
        !self.when.is_empty()
    }

    pub fn predicate(&self) -> TokenStream {
        let when = &self.when;
        quote!(all(#(#when),*))
    }

    /// The error for a second attribute, which would retry the retries.
    pub fn second(&self) -> syn::Error {
        syn::Error::new_spanned(&self.meta, "this function already has an `#[aws_retry]`")
    }
}

fn names_ours(meta: &Meta) -> bool {
    meta.path().segments.last().is_some_and(|last| last.ident == "aws_retry")
}

/// Takes every `#[aws_retry(..)]` out of the attributes.
///
/// Input: `#[inline] #[cfg_attr(unix, aws_retry(max_retries = 2), cold)]`
///
/// Output: `#[inline] #[cfg_attr(unix, cold)]`, and `aws_retry(max_retries = 2)` when `unix`
pub fn take(attrs: &mut Vec<Attribute>) -> Vec<Own> {
    let mut found = Vec::new();
    let mut others = Vec::new();
    for attr in attrs.drain(..) {
        let rest = without_ours(&attr.meta, &[], &mut found);
        others.extend(rest.map(|meta| Attribute { meta, ..attr }));
    }
    *attrs = others;
    found
}

/// The attribute without ours.
fn without_ours(meta: &Meta, when: &[TokenStream], found: &mut Vec<Own>) -> Option<Meta> {
    if names_ours(meta) {
        found.push(Own { meta: meta.clone(), when: when.to_vec() });
        return None;
    }
    let read = |input: ParseStream| {
        let predicate = input.parse::<Meta>()?.into_token_stream();
        input.parse::<Token![,]>()?;
        Ok((predicate, Punctuated::<Meta, Token![,]>::parse_terminated(input)?))
    };
    let conditional = match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => read.parse2(list.tokens.clone()).ok(),
        _ => None,
    };
    let Some((predicate, metas)) = conditional else {
        return Some(meta.clone());
    };
    let before = found.len();
    let when = [when, std::slice::from_ref(&predicate)].concat();
    let others: Vec<Meta> =
        metas.iter().filter_map(|meta| without_ours(meta, &when, found)).collect();
    if found.len() == before {
        return Some(meta.clone());
    }
    (!others.is_empty()).then(|| parse_quote!(cfg_attr(#predicate, #(#others),*)))
}
