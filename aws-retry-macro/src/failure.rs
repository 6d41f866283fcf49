//! `#[derive(AsFailure)]`: what a user's own error type says of a failed attempt.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, LitInt, LitStr, Path, Token};

use crate::diagnostics::Errors;
use crate::spans::located;
use crate::suggest;

pub fn derive(tokens: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(tokens) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let outer = Said::read(&input.attrs, Place::Type, &mut errors);
    let private = match &outer.krate {
        Some(path) => glue!(#path::__private),
        None => glue!(::aws_retry::__private),
    };
    let arms: TokenStream = match &input.data {
        Data::Enum(data) => {
            let arms = data.variants.iter().map(|variant| {
                let said = Said::read(&variant.attrs, Place::Variant, &mut errors);
                let name = &variant.ident;
                arm(&quote!(Self::#name), &variant.fields, &said, &private, &mut errors)
            });
            arms.collect()
        }
        Data::Struct(data) => arm(&quote!(Self), &data.fields, &outer, &private, &mut errors),
        Data::Union(data) => {
            errors.at(&data.union_token, "a union can't say which of its fields holds");
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
    fields: &Fields,
    said: &Said,
    private: &TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let own = said.failure(private);
    let mut sources =
        fields.iter().enumerate().filter(|(_, field)| is_source(&field.attrs, errors));
    let Some((i, field)) = sources.next() else {
        return glue!(#path { .. } => #own,);
    };
    if let Some((_, second)) = sources.next() {
        errors.at(second, "a failure has one source");
    }
    let member = field
        .ident
        .as_ref()
        .map_or_else(|| syn::Index::from(i).into_token_stream(), ToTokens::into_token_stream);
    let source = format_ident!("source", span = Span::mixed_site());
    // An error type that nobody can read is reported there.
    let read =
        quote_spanned!(located(field.ty.span())=> error_type.read_by_priority().aws_retry_read());
    let of_source = glue!({
        use #private::read_error::*;
        let error_type = #private::error_type_of(#source);
        #private::read_failure(#read, #source)
    });
    if said.is_silent() {
        glue!(#path { #member: ref #source, .. } => #of_source,)
    } else {
        glue!(#path { #member: ref #source, .. } => #private::with_source(#own, #of_source),)
    }
}

/// `#[failure(source)]`, or what thiserror knows as one.
fn is_source(attrs: &[Attribute], errors: &mut Errors) -> bool {
    let said = Said::read(attrs, Place::Field, errors);
    said.source
        || attrs.iter().any(|attr| attr.path().is_ident("from") || attr.path().is_ident("source"))
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Type,
    Variant,
    Field,
}

/// What `#[failure(..)]` says.
#[derive(Default)]
struct Said {
    kind: Option<Ident>,
    code: Option<LitStr>,
    status: Option<LitInt>,
    source: bool,
    krate: Option<Path>,
}

/// A word, and the constructor of `Failure` that it stands for.
const KINDS: &[(&str, &str)] = &[
    ("throttled", "throttled"),
    ("transient", "transient"),
    ("retry", "retryable"),
    ("permanent", "permanent"),
];

impl Said {
    fn read(attrs: &[Attribute], place: Place, errors: &mut Errors) -> Said {
        let mut said = Said::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("failure")) {
            errors.keep(attr.parse_nested_meta(|meta| said.one(&meta, place)));
        }
        said
    }

    fn one(&mut self, meta: &ParseNestedMeta, place: Place) -> syn::Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let kind = KINDS.iter().find(|(word, _)| *word == name);
        match (name.as_str(), kind) {
            (_, Some((_, constructor))) if place != Place::Field => {
                if let Some(first) = &self.kind {
                    return Err(meta.error(format_args!(
                        "a failure is of one kind: `{first}` is written already"
                    )));
                }
                self.kind = Some(Ident::new(constructor, Span::mixed_site()));
            }
            ("code", _) if place != Place::Field => {
                let code: LitStr = meta.value()?.parse()?;
                if code.value().trim().is_empty() {
                    return Err(syn::Error::new_spanned(code, "an error code is a word"));
                }
                self.code = Some(code);
            }
            ("status", _) if place != Place::Field => {
                let status: LitInt = meta.value()?.parse()?;
                if !status.base10_parse::<u16>().is_ok_and(|status| (100..600).contains(&status)) {
                    return Err(syn::Error::new_spanned(
                        status,
                        "an HTTP status is between 100 and 599",
                    ));
                }
                self.status = Some(status);
            }
            ("source", _) if place == Place::Field => self.source = true,
            ("crate", _) if place == Place::Type => {
                self.krate = Some(meta.value()?.call(Path::parse_mod_style)?);
            }
            _ => return Err(meta.error(unknown(&name, place))),
        }
        if meta.input.is_empty() || meta.input.peek(Token![,]) {
            Ok(())
        } else {
            Err(meta.input.error("expected `,`"))
        }
    }

    fn is_silent(&self) -> bool {
        self.kind.is_none() && self.code.is_none() && self.status.is_none()
    }

    /// `Failure::throttled().with_code("Busy")`
    fn failure(&self, private: &TokenStream) -> TokenStream {
        let kind = self.kind.clone().unwrap_or_else(|| Ident::new("new", Span::mixed_site()));
        let code = self.code.as_ref().map(|code| glue!(.with_code(#code)));
        let status = self.status.as_ref().map(|status| glue!(.with_status(#status)));
        glue!(#private::Failure::#kind() #code #status)
    }
}

fn unknown(name: &str, place: Place) -> String {
    let valid: &[&'static str] = match place {
        Place::Field => &["source"],
        Place::Variant => &["throttled", "transient", "retry", "permanent", "code", "status"],
        Place::Type => &["throttled", "transient", "retry", "permanent", "code", "status", "crate"],
    };
    match suggest::nearest(name, valid) {
        Some(meant) => format!("unknown `{name}`: did you mean `{meant}`?"),
        None => format!("`#[failure(..)]` takes {} here", valid.join(", ")),
    }
}
