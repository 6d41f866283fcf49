//! Functions that return a future: the block in them that is to be retried.

use syn::{Block, Expr, ExprAsync, ExprPath, Local, Pat, Stmt};

/// The `async` block in which the function ends: `async move { .. }`, `Box::pin(async move { .. })`, `async {
/// .. }.boxed()`. `#[async_trait]` generates the second form.
pub fn async_block(body: &mut Block) -> Option<&mut ExprAsync> {
    match body.stmts.last_mut()? {
        Stmt::Expr(tail, None) => within(tail),
        _ => None,
    }
}

fn within(expr: &mut Expr) -> Option<&mut ExprAsync> {
    match expr {
        Expr::Async(block) => Some(block),
        Expr::Paren(paren) => within(&mut paren.expr),
        Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if is_pin(path)) => {
            match call.args.first_mut() {
                Some(Expr::Async(block)) => Some(block),
                _ => None,
            }
        }
        Expr::MethodCall(call) if call.method == "boxed" || call.method == "boxed_local" => {
            within(&mut call.receiver)
        }
        _ => None,
    }
}

fn is_pin(path: &ExprPath) -> bool {
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    names.next().is_some_and(|last| last == "pin")
        && names.next().is_some_and(|owner| owner == "Box")
}

/// Removes the statements that only hand arguments over, so that they can be placed before the loop.
///
/// Input: `if let Some(__ret) = None::<R> { return __ret; } let __self = self; let x = x; let __ret: R = ..`
///
/// Output: `if let Some(__ret) = None::<R> { return __ret; } let __self = self; let x = x;`
pub fn prelude(block: &mut Block) -> Vec<Stmt> {
    let handed = block.stmts.iter().take_while(|stmt| hands_over(stmt)).count();
    block.stmts.drain(..handed).collect()
}

fn hands_over(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Local(local) => source(local).is_some(),
        // The hint about the return type that `#[async_trait]` writes.
        Stmt::Expr(Expr::If(hint), _) => {
            matches!(&*hint.cond, Expr::Let(cond) if is_hint(&cond.pat))
        }
        _ => false,
    }
}

fn is_hint(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(some) => {
            matches!(some.elems.first(), Some(Pat::Ident(name)) if name.ident == "__ret")
        }
        _ => false,
    }
}

/// The argument that `let x = x;` or `let (a, b) = { let __arg1 = __arg1; __arg1 };` hands over.
pub fn source(local: &Local) -> Option<&syn::Ident> {
    let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
    let name = match &*init.expr {
        Expr::Path(path) => path.path.get_ident()?,
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Local(_), Stmt::Expr(Expr::Path(path), None)] => path.path.get_ident()?,
            _ => return None,
        },
        _ => return None,
    };
    let handed = name.to_string();
    let same = matches!(&local.pat, Pat::Ident(pat) if pat.ident == *name);
    (same || handed == "self" || handed.starts_with("__arg")).then_some(name)
}
