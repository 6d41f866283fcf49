//! Patterns: the names that they bind, and whether they take the values that they match.

use proc_macro2::Ident;
use syn::Pat;
use syn::visit::{self, Visit};

/// Calls `each` for every name.
pub fn bound(pat: &Pat, each: &mut dyn FnMut(&Ident)) {
    Names { each, takes: false }.visit_pat(pat);
}

/// Whether a binding moves the matched value, or a part of it.
pub fn takes(pat: &Pat) -> bool {
    let mut names = Names { each: &mut |_| {}, takes: false };
    names.visit_pat(pat);
    names.takes
}

struct Names<'a> {
    each: &'a mut dyn FnMut(&Ident),
    takes: bool,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
        // `None` and `LIMIT` also look like bindings.
        let constant = pat.ident.to_string().starts_with(char::is_uppercase);
        if !constant || pat.subpat.is_some() || pat.mutability.is_some() {
            (self.each)(&pat.ident);
            self.takes |= pat.by_ref.is_none();
        }
        visit::visit_pat_ident(self, pat);
    }

    // A value behind a reference is copied.
    fn visit_pat_reference(&mut self, pat: &'ast syn::PatReference) {
        let outside = self.takes;
        visit::visit_pat_reference(self, pat);
        self.takes = outside;
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}
