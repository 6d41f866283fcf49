//! A body that stays in the function itself: in a closure it would not see the caller's location, which
//! `#[track_caller]` promises. A `return` or `?` in the body leaves a labeled block instead of the function.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Lifetime, Macro, Token};

use crate::spans::located;

/// Macros that don't leave the surrounding function, except in their arguments.
const STAYING: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "include_str",
    "info",
    "json",
    "line",
    "matches",
    "module_path",
    "panic",
    "print",
    "println",
    "span",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Whether it is `#[track_caller]`, perhaps inside a `cfg_attr`.
pub fn tracks_caller(attr: &Attribute) -> bool {
    fn names(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => word == "track_caller",
            TokenTree::Group(group) => names(group.stream()),
            _ => false,
        })
    }
    names(attr.meta.to_token_stream())
}

/// The label of the block.
pub fn label() -> Lifetime {
    Lifetime::new("'aws_retry", Span::mixed_site())
}

/// Input: `if done { return Ok(1); } Ok(send()?)`
///
/// Output: `if done { break 'aws_retry Ok(1); } Ok(match branch(send()) { .. => break 'aws_retry .. })`
///
/// Returns nothing if a macro may contain a `return`: its expansion is not visible here.
pub fn inline(body: &Block, private: &TokenStream) -> Option<Block> {
    let mut body = body.clone();
    let mut inliner = Inliner { private, label: label(), hidden: false };
    inliner.visit_block_mut(&mut body);
    (!inliner.hidden).then_some(body)
}

struct Inliner<'a> {
    private: &'a TokenStream,
    label: Lifetime,
    /// A macro may leave the function.
    hidden: bool,
}

impl VisitMut for Inliner<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        // These have their own function to return from.
        if matches!(expr, Expr::Closure(_) | Expr::Async(_) | Expr::Const(_)) {
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        let Inliner { private, label, .. } = self;
        match expr {
            Expr::Return(left) => {
                let at = located(left.return_token.span);
                let value =
                    left.expr.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
                *expr = Expr::Verbatim(quote_spanned!(at=> break #label #value));
            }
            Expr::Try(tried) => {
                let at = located(tried.question_token.span);
                let value = &tried.expr;
                *expr = Expr::Verbatim(quote_spanned! {at=>
                    match #private::Branch::branch(#value) {
                        #private::ControlFlow::Continue(value) => value,
                        #private::ControlFlow::Break(residual) => {
                            break #label #private::FromResidual::from_residual(residual)
                        }
                    }
                });
            }
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let stays = mac
            .path
            .segments
            .last()
            .is_some_and(|last| STAYING.contains(&last.ident.to_string().as_str()));
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone());
        match arguments {
            Ok(mut arguments) if stays => {
                arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
                mac.tokens = arguments.into_token_stream();
            }
            _ => self.hidden |= !stays || leaves(mac.tokens.clone()),
        }
    }
}

/// Whether these tokens may contain a `?` or a `return`.
fn leaves(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "return",
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => group.delimiter() != Delimiter::None && leaves(group.stream()),
        TokenTree::Literal(_) => false,
    })
}
