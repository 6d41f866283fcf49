//! `#[failure(..)]` as written on an error type, its variants and its fields.

use proc_macro2::{Ident, Span, TokenStream};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitInt, LitStr, Path, Token};

use crate::diagnostics::Errors;
use crate::literals::is_code;
use crate::suggest;

/// The position of an attribute.
#[derive(Clone, Copy, PartialEq)]
pub enum AttrPlace {
    Type,
    Variant,
    Field,
}

/// The content of `#[failure(..)]`.
#[derive(Default)]
pub struct Said {
    kind: Option<(&'static str, &'static str)>,
    code: Option<LitStr>,
    status: Option<LitInt>,
    pub source: bool,
    pub krate: Option<Path>,
}

/// A word, and the constructor of `Failure` that it stands for.
const KINDS: &[(&str, &str)] = &[
    ("throttled", "throttled"),
    ("transient", "transient"),
    ("retry", "retryable"),
    ("permanent", "permanent"),
];

impl Said {
    pub fn read(attrs: &[Attribute], place: AttrPlace, errors: &mut Errors) -> Said {
        let mut said = Said::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("failure")) {
            errors.keep(attr.parse_nested_meta(|meta| said.one(&meta, place)));
        }
        said
    }

    fn one(&mut self, meta: &ParseNestedMeta, place: AttrPlace) -> syn::Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let kind = KINDS.iter().find(|(word, _)| *word == name);
        match (name.as_str(), kind) {
            (_, Some(_)) if place != AttrPlace::Field => {
                if let Some((first, _)) = self.kind {
                    return Err(meta.error(format_args!(
                        "a failure has only one kind, and `{first}` is already written"
                    )));
                }
                self.kind = kind.copied();
            }
            ("code", _) if place != AttrPlace::Field => {
                let code: LitStr = meta.value()?.parse()?;
                if !is_code(&code.value()) {
                    return Err(syn::Error::new_spanned(
                        code,
                        "an error code is one word, as in \"SlowDown\"",
                    ));
                }
                self.code = Some(code);
            }
            ("status", _) if place != AttrPlace::Field => {
                let status: LitInt = meta.value()?.parse()?;
                if !status.base10_parse::<u16>().is_ok_and(|status| (100..600).contains(&status)) {
                    return Err(syn::Error::new_spanned(
                        status,
                        "an HTTP status is between 100 and 599",
                    ));
                }
                self.status = Some(status);
            }
            ("source", _) if place == AttrPlace::Field => self.source = true,
            ("crate", _) if place == AttrPlace::Type => {
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

    pub fn is_silent(&self) -> bool {
        self.kind.is_none() && self.code.is_none() && self.status.is_none()
    }

    /// `Failure::throttled().with_code("Busy")`
    pub fn failure(&self, private: &TokenStream) -> TokenStream {
        let constructor = self.kind.map_or("new", |(_, constructor)| constructor);
        let kind = Ident::new(constructor, Span::mixed_site());
        let code = self.code.as_ref().map(|code| glue!(.with_code(#code)));
        let status = self.status.as_ref().map(|status| glue!(.with_status(#status)));
        glue!(#private::Failure::#kind() #code #status)
    }
}

fn unknown(name: &str, place: AttrPlace) -> String {
    let valid: &[&'static str] = match place {
        AttrPlace::Field => &["source"],
        AttrPlace::Variant => &["throttled", "transient", "retry", "permanent", "code", "status"],
        AttrPlace::Type => {
            &["throttled", "transient", "retry", "permanent", "code", "status", "crate"]
        }
    };
    match suggest::nearest(name, valid) {
        Some(meant) => format!("unknown `{name}`: did you mean `{meant}`?"),
        None => format!("`#[failure(..)]` takes {} here", valid.join(", ")),
    }
}
