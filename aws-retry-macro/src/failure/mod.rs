//! `#[derive(AsFailure)]`: the facts about a failed attempt that a user's own error type contains.

mod attribute;
mod source;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput};

use self::attribute::{AttrPlace, Said};
use self::source::{Source, optional};
use crate::diagnostics::Errors;
use crate::spans::located;

pub fn derive(tokens: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(tokens) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let outer = Said::read(&input.attrs, AttrPlace::Type, &mut errors);
    let private = match &outer.krate {
        Some(path) => glue!(#path::__private),
        None => glue!(::aws_retry::__private),
    };
    let arms: TokenStream = match &input.data {
        Data::Enum(data) => {
            let arms = data.variants.iter().map(|variant| {
                let said = Said::read(&variant.attrs, AttrPlace::Variant, &mut errors);
                let name = &variant.ident;
                let written = variant.attrs.iter().any(|attr| attr.path().is_ident("error"));
                let attrs = if written { &variant.attrs } else { &input.attrs };
                let transparent = source::is_transparent(attrs);
                let source = source::find(&variant.fields, transparent, &mut errors);
                arm(&quote!(Self::#name), source.as_ref(), &said, &private)
            });
            arms.collect()
        }
        Data::Struct(data) => {
            let transparent = source::is_transparent(&input.attrs);
            let source = source::find(&data.fields, transparent, &mut errors);
            arm(&quote!(Self), source.as_ref(), &outer, &private)
        }
        Data::Union(data) => {
            errors.at(&data.union_token, "a union can't tell which of its fields is valid");
            return errors.into_tokens();
        }
    };
    let DeriveInput { ident, generics, .. } = &input;
    let (head, types, wheres) = generics.split_for_impl();
    let errors = errors.into_tokens();
    glue! {
        #errors
        #[automatically_derived]
        impl #head #private::AsFailure for #ident #types #wheres {
            fn as_failure(&self) -> #private::Failure<'_> {
                match *self { #arms }
            }

            fn from_stopped() -> #private::Option<fn(#private::Stopped) -> Self> {
                use #private::read_error::*;
                let error_type = #private::ErrorType::<Self>::new().optional();
                #private::constructor(error_type.stop_by_priority().aws_retry_stop())
            }
        }
    }
}

/// Input: `#[failure(throttled, code = "Busy")] Busy(#[source] SdkError)`
///
/// Output: `Self::Busy(ref source) => Failure::throttled().with_code("Busy").or(<what source says>),`
fn arm(
    path: &TokenStream,
    source: Option<&Source<'_>>,
    said: &Said,
    private: &TokenStream,
) -> TokenStream {
    let own = said.failure(private);
    let Some(Source { index, field, marked }) = source else {
        return glue!(#path { .. } => #own,);
    };
    let member = field
        .ident
        .as_ref()
        .map_or_else(|| syn::Index::from(*index).into_token_stream(), ToTokens::into_token_stream);
    let source = format_ident!("source", span = Span::mixed_site());
    let inner = optional(&field.ty);
    // A marked field whose type can't be read causes an error there; an unmarked one says nothing.
    let at = located(inner.unwrap_or(&field.ty).span());
    let optional = (!marked).then(|| quote_spanned!(at=> .optional()));
    let read = quote_spanned!(at=> error_type #optional.read_by_priority().aws_retry_read());
    let mut of_source = glue!({
        use #private::read_error::*;
        let error_type = #private::error_type_of(#source);
        #private::read_failure(#read, #source)
    });
    if inner.is_some() {
        of_source = glue!(match #source {
            #private::Some(#source) => #of_source,
            #private::None => #private::Failure::new(),
        });
    }
    if said.is_silent() {
        glue!(#path { #member: ref #source, .. } => #of_source,)
    } else {
        glue!(#path { #member: ref #source, .. } => #private::with_source(#own, #of_source),)
    }
}
