//! The call that gives a call its scope.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, ExprReference, Token};

use crate::args::Args;
use crate::scope::Scope;
use crate::spans::{located, placed};
use crate::table::ArgName;
use crate::value::Value;

/// `.scope(..)`, unless the scope is the function itself. Its elements are borrowed, not moved into it.
pub fn with_scope(args: &Args, private: &TokenStream) -> Option<TokenStream> {
    let arg = args.get(ArgName::Scope)?;
    let Value::Scope(scope) = &arg.value else { return None };
    let named = match scope {
        Scope::Fn => return None,
        Scope::Value(value) => {
            let at = located(arg.token.span());
            let value = in_scope(value, private, at);
            quote_spanned!(at=> #value.aws_retry_scope())
        }
        Scope::Tuple { of_fn, elements } => {
            let elements = elements.iter().map(|it| element(it, private));
            let elements = glue!(&[#(#elements,)*]);
            if *of_fn {
                glue!(#private::Site::scope(&AWS_RETRY_SITE, #elements))
            } else {
                glue!(#private::elements_named(#elements))
            }
        }
    };
    Some(glue!(.scope({
        use #private::scope_element::*;
        #named
    })))
}

/// An element. Its type decides whether it is formatted.
fn element(expr: &Expr, private: &TokenStream) -> TokenStream {
    let at = located(expr.span());
    let expr = in_scope(expr, private, at);
    quote_spanned!(at=> #expr.aws_retry_element())
}

/// `InScope(&&expr)`
fn in_scope(expr: &Expr, private: &TokenStream, at: Span) -> TokenStream {
    let in_scope = placed(glue!(#private::InScope), at);
    let expr = borrowed(expr, at);
    quote_spanned!(at=> #in_scope(&#expr))
}

/// `&expr`, with parentheses around `expr` if it needs them.
fn borrowed(expr: &Expr, at: Span) -> Expr {
    Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: Token![&](at),
        mutability: None,
        expr: Box::new(expr.clone()),
    })
}
