//! `#[tracing::instrument]` above the attribute has already put the body into an `async move` (or a `move`
//! closure) that runs immediately. Without the `move` it takes only what the body takes, and each attempt
//! borrows the rest.

use syn::{Block, Expr, Pat, Stmt};

/// Input: `let __tracing_instrument_future = async move { .. };`
///
/// Output: `let __tracing_instrument_future = async { .. };`
pub fn unmove(body: &mut Block) {
    if !body.stmts.iter().any(|stmt| binds(stmt, "__tracing_attr_span")) {
        return;
    }
    for stmt in &mut body.stmts {
        if binds(stmt, "__tracing_instrument_future")
            && let Stmt::Local(local) = stmt
            && let Some(init) = &mut local.init
            && let Expr::Async(future) = &mut *init.expr
        {
            future.capture = None;
            future.block.stmts.iter_mut().for_each(inner);
        } else {
            inner(stmt);
        }
    }
}

/// With `err` or `ret`, the body is one level deeper: `match async move { .. }.await`, `let x = (move || { ..
/// })();`.
fn inner(stmt: &mut Stmt) {
    let expr = match stmt {
        Stmt::Local(local) => local.init.as_mut().map(|init| &mut *init.expr),
        Stmt::Expr(Expr::Match(expr), _) => Some(&mut *expr.expr),
        _ => None,
    };
    match expr {
        Some(Expr::Await(awaited)) => {
            if let Expr::Async(future) = &mut *awaited.base {
                future.capture = None;
            }
        }
        Some(Expr::Call(call)) => {
            if let Expr::Paren(paren) = &mut *call.func
                && let Expr::Closure(closure) = &mut *paren.expr
            {
                closure.capture = None;
            }
        }
        _ => {}
    }
}

fn binds(stmt: &Stmt, wanted: &str) -> bool {
    matches!(stmt, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(pat) if pat.ident == wanted))
}
