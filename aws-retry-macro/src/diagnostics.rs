//! Errors are collected and the item is expanded anyway, so that one bad argument does not cause an error at
//! every caller of the function.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The errors found so far.
#[derive(Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// An error on these tokens.
    pub fn at(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error, unless the same error is already there: the arguments of an impl block are checked once
    /// per method.
    pub fn push(&mut self, error: syn::Error) {
        let same = |other: &syn::Error| {
            other.to_string() == error.to_string()
                && format!("{:?}", other.span()) == format!("{:?}", error.span())
        };
        if !self.0.iter().any(same) {
            self.0.push(error);
        }
    }

    /// The value; an error is added to the others.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The same, if the predicate holds.
    pub fn into_tokens_when(self, predicate: &TokenStream) -> TokenStream {
        let errors = self.0.into_iter().map(syn::Error::into_compile_error);
        quote::quote!(#(#[cfg(#predicate)] #errors)*)
    }

    /// A `compile_error!` for each error, to be placed beside the item.
    pub fn into_tokens(self) -> TokenStream {
        self.0.into_iter().map(syn::Error::into_compile_error).collect()
    }
}
