//! Literals, as far as arguments distinguish them.

use syn::{Expr, Lit, LitStr, UnOp};

pub enum Literal<'a> {
    Int(String),
    Float(String),
    Negative,
    Text(&'a LitStr),
    Switch(bool),
    Other,
}

/// The literal, unless the expression is something else.
pub fn literal(expr: &Expr) -> Option<Literal<'_>> {
    match expr {
        Expr::Lit(lit) => Some(match &lit.lit {
            Lit::Int(int) => Literal::Int(int.base10_digits().to_owned()),
            Lit::Float(float) => Literal::Float(float.base10_digits().to_owned()),
            Lit::Str(text) => Literal::Text(text),
            Lit::Bool(switch) => Literal::Switch(switch.value),
            _ => Literal::Other,
        }),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            literal(bare(&unary.expr)).map(|_| Literal::Negative)
        }
        _ => None,
    }
}

/// The expression without its parentheses, and without the invisible ones that `macro_rules!` puts
/// around `$e`.
pub fn bare(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Group(group) => &group.expr,
            Expr::Paren(paren) => &paren.expr,
            _ => return expr,
        };
    }
}

/// Whether the text can be an error code, or a pattern of codes.
pub fn is_code(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "{}".contains(c))
}

/// Whether the text looks like the first argument of `format!`.
pub fn is_format(text: &LitStr) -> bool {
    let text = text.value();
    text.split_once('{').is_some_and(|(_, rest)| rest.contains('}'))
}
