//! Reads a body, expression by expression.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Local, Pat, Stmt, UnOp};

use super::conventions::{borrows, consumes};
use super::found::{Usage, Want};
use super::macros::{self, Found};
use super::patterns;

/// Reads the body for the uses of these names.
pub fn usages(names: &[String], block: &Block) -> HashMap<String, Usage> {
    let mut reader = Reader {
        found: names.iter().map(|name| (name.clone(), Usage::default())).collect(),
        hidden: Vec::new(),
        owning: 0,
    };
    reader.block(block);
    reader.found
}

struct Reader {
    found: HashMap<String, Usage>,
    /// Names that the body has shadowed at this point.
    hidden: Vec<String>,
    /// The number of `move` closures and `async move` blocks around this point, which take all the names that
    /// they mention.
    owning: usize,
}

impl Reader {
    /// The usage of a visible name.
    fn of(&mut self, name: &Ident) -> Option<&mut Usage> {
        let name = name.to_string();
        if self.hidden.contains(&name) {
            return None;
        }
        let owned = self.owning > 0;
        let usage = self.found.get_mut(&name)?;
        usage.mentioned = true;
        usage.moved |= owned;
        Some(usage)
    }

    fn hide(&mut self, pat: &Pat) {
        patterns::bound(pat, &mut |name| self.hidden.push(name.to_string()));
    }

    /// Names that `read` binds are forgotten afterward.
    fn scope(&mut self, read: impl FnOnce(&mut Self)) {
        let outside = self.hidden.len();
        read(self);
        self.hidden.truncate(outside);
    }

    /// Whatever happens to a block's value, its last expression is moved into it.
    fn block(&mut self, block: &Block) {
        self.scope(|reader| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Local(local) => reader.local(local),
                    Stmt::Expr(expr, _) => reader.expr(expr, Want::Value),
                    Stmt::Macro(stmt) => reader.mac(&stmt.mac),
                    // An item can't see the function's names.
                    Stmt::Item(_) => {}
                }
            }
        });
    }

    fn local(&mut self, local: &Local) {
        if let Some(init) = &local.init {
            let want = if patterns::takes(&local.pat) { Want::Value } else { Want::Place };
            self.expr(&init.expr, want);
            if let Some((_, diverge)) = &init.diverge {
                self.expr(diverge, Want::Value);
            }
        }
        self.hide(&local.pat);
    }

    #[allow(clippy::too_many_lines, reason = "a table of the expressions there are")]
    fn expr(&mut self, expr: &Expr, want: Want) {
        match expr {
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident() {
                    self.name(name, want);
                }
            }
            Expr::Paren(paren) => self.expr(&paren.expr, want),
            Expr::Group(group) => self.expr(&group.expr, want),
            Expr::Reference(reference) => {
                let want =
                    if reference.mutability.is_some() { Want::MutPlace } else { Want::Place };
                self.expr(&reference.expr, want);
            }
            Expr::RawAddr(raw) => self.expr(&raw.expr, Want::MutPlace),
            Expr::Field(field) => self.field(&field.base, want),
            Expr::Index(index) => {
                self.expr(&index.expr, Want::Place);
                self.expr(&index.index, Want::Value);
            }
            Expr::MethodCall(call) => {
                self.receiver(&call.receiver, &call.method.to_string());
                call.args.iter().for_each(|arg| self.expr(arg, Want::Value));
            }
            Expr::Call(call) => {
                match &*call.func {
                    Expr::Path(path) => {
                        if let Some(usage) = path.path.get_ident().and_then(|name| self.of(name)) {
                            usage.called = true;
                        }
                    }
                    func => self.expr(func, Want::Place),
                }
                call.args.iter().for_each(|arg| self.expr(arg, Want::Value));
            }
            Expr::Binary(binary) => match operands(&binary.op) {
                Operands::Compared => {
                    self.expr(&binary.left, Want::Place);
                    self.expr(&binary.right, Want::Place);
                }
                Operands::Taken => {
                    self.operand(&binary.left);
                    self.operand(&binary.right);
                }
                Operands::Written => {
                    self.operand(&binary.right);
                    self.assigned(&binary.left);
                }
            },
            Expr::Assign(assign) => {
                self.expr(&assign.right, Want::Value);
                self.assigned(&assign.left);
            }
            Expr::Unary(unary) => match unary.op {
                UnOp::Deref(_) => self.dereference(&unary.expr, want),
                _ => self.operand(&unary.expr),
            },
            // Only a `Copy` type can be cast.
            Expr::Cast(cast) => self.expr(&cast.expr, Want::Place),
            Expr::If(expr) => {
                self.scope(|reader| {
                    reader.condition(&expr.cond);
                    reader.block(&expr.then_branch);
                });
                if let Some((_, otherwise)) = &expr.else_branch {
                    self.expr(otherwise, Want::Value);
                }
            }
            Expr::While(expr) => self.scope(|reader| {
                reader.condition(&expr.cond);
                reader.block(&expr.body);
            }),
            Expr::Match(expr) => {
                let takes = expr.arms.iter().any(|arm| patterns::takes(&arm.pat));
                self.expr(&expr.expr, if takes { Want::Value } else { Want::Place });
                for arm in &expr.arms {
                    self.scope(|reader| {
                        reader.hide(&arm.pat);
                        if let Some((_, guard)) = &arm.guard {
                            reader.condition(guard);
                        }
                        reader.expr(&arm.body, Want::Value);
                    });
                }
            }
            Expr::ForLoop(expr) => {
                self.expr(&expr.expr, Want::Value);
                self.scope(|reader| {
                    reader.hide(&expr.pat);
                    reader.block(&expr.body);
                });
            }
            Expr::Closure(closure) => self.owning(closure.capture.is_some(), |reader| {
                closure.inputs.iter().for_each(|input| reader.hide(input));
                reader.expr(&closure.body, Want::Value);
            }),
            Expr::Async(block) => self.owning(block.capture.is_some(), |reader| {
                reader.block(&block.block);
            }),
            Expr::Block(expr) => self.block(&expr.block),
            Expr::Unsafe(expr) => self.block(&expr.block),
            Expr::Loop(expr) => self.block(&expr.body),
            Expr::Let(_) => self.condition(expr),
            Expr::Macro(expr) => self.mac(&expr.mac),
            Expr::Struct(expr) => {
                for field in &expr.fields {
                    // In the shorthand `Point { x }`, too, the name is the expression.
                    self.expr(&field.expr, Want::Value);
                }
                if let Some(rest) = &expr.rest {
                    self.expr(rest, Want::Value);
                }
            }
            // The others pass on the values of their parts: calls, tuples, `?`, `.await`, `return`.
            _ => visit::visit_expr(&mut Parts(self), expr),
        }
    }

    fn mac(&mut self, mac: &syn::Macro) {
        for found in macros::read(mac) {
            match found {
                Found::Expr(expr, want) => self.expr(&expr, want),
                Found::Name { name, moved } => {
                    self.name(&name, if moved { Want::Value } else { Want::Place });
                }
                Found::Receiver(name) => self.received(&name),
            }
        }
    }

    fn name(&mut self, name: &Ident, want: Want) {
        if let Some(usage) = self.of(name) {
            match want {
                Want::Value => usage.moved = true,
                Want::MutPlace => usage.mut_borrowed = true,
                Want::Place => {}
            }
        }
    }

    /// `base.field`: taking it may copy it or leave a hole in the base.
    fn field(&mut self, base: &Expr, want: Want) {
        match (root(base), want) {
            (Some(name), Want::Value) => self.received(name),
            _ => self.expr(base, if want == Want::Value { Want::Place } else { want }),
        }
    }

    /// `*name`: a value taken out of a `Box` leaves it empty.
    fn dereference(&mut self, inner: &Expr, want: Want) {
        if let (Expr::Path(path), Want::Value) = (inner, want)
            && let Some(usage) = path.path.get_ident().and_then(|name| self.of(name))
        {
            usage.dereferenced = true;
        } else {
            self.expr(inner, Want::Place);
        }
    }

    /// Arithmetic takes a name; a field used in it is a number.
    fn operand(&mut self, expr: &Expr) {
        let want = if matches!(expr, Expr::Field(_)) { Want::Place } else { Want::Value };
        self.expr(expr, want);
    }

    fn receiver(&mut self, receiver: &Expr, method: &str) {
        match receiver {
            Expr::Path(path) => {
                let Some(name) = path.path.get_ident() else {
                    return;
                };
                if consumes(method) {
                    self.name(name, Want::Value);
                } else if borrows(method) {
                    self.name(name, Want::Place);
                } else {
                    self.received(name);
                }
            }
            Expr::Field(field) => {
                let want = if consumes(method) { Want::Value } else { Want::Place };
                self.field(&field.base, want);
            }
            Expr::Paren(paren) => self.receiver(&paren.expr, method),
            receiver => self.expr(receiver, Want::Place),
        }
    }

    fn received(&mut self, name: &Ident) {
        if let Some(usage) = self.of(name) {
            usage.received = true;
        }
    }

    fn assigned(&mut self, place: &Expr) {
        if let (Expr::Path(_), Some(name)) = (place, root(place)) {
            if let Some(usage) = self.of(name) {
                usage.assigned = true;
            }
        } else {
            self.expr(place, Want::Place);
        }
    }

    /// A condition is a `bool`; its `let`s bind names for the code that follows.
    fn condition(&mut self, cond: &Expr) {
        match cond {
            Expr::Let(cond) => {
                let want = if patterns::takes(&cond.pat) { Want::Value } else { Want::Place };
                self.expr(&cond.expr, want);
                self.hide(&cond.pat);
            }
            Expr::Binary(chain) if matches!(chain.op, BinOp::And(_)) => {
                self.condition(&chain.left);
                self.condition(&chain.right);
            }
            cond => self.expr(cond, Want::Place),
        }
    }

    fn owning(&mut self, owns: bool, read: impl FnOnce(&mut Self)) {
        self.owning += usize::from(owns);
        self.scope(read);
        self.owning -= usize::from(owns);
    }
}

/// Hands the parts of an expression back to the reader, as values.
struct Parts<'a>(&'a mut Reader);

impl<'ast> Visit<'ast> for Parts<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.0.expr(expr, Want::Value);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.0.block(block);
    }
}

/// The name at the bottom of `a`, `a.b`, `a.b.c`.
fn root(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => root(&field.base),
        Expr::Paren(paren) => root(&paren.expr),
        _ => None,
    }
}

enum Operands {
    /// Both operands are only read, or are `bool`s.
    Compared,
    Taken,
    /// The left operand is written to.
    Written,
}

fn operands(op: &BinOp) -> Operands {
    use BinOp::{
        Add, And, BitAnd, BitOr, BitXor, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, Rem, Shl, Shr, Sub,
    };
    match op {
        Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) | And(_) | Or(_) => Operands::Compared,
        Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_) | BitXor(_) | BitAnd(_) | BitOr(_) | Shl(_)
        | Shr(_) => Operands::Taken,
        _ => Operands::Written,
    }
}
