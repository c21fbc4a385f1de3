//! The text that an expression stands for, as far as the source alone tells.

use syn::punctuated::Punctuated;
use syn::{BinOp, Expr, ExprLit, Lit, Macro, Token};

use super::bound::{Constants, Locals};

/// How many names may lead from one to the next.
const STEPS: usize = 16;

/// Every text that the expression may be; nothing if it is put together while the program runs.
pub(super) fn texts(expr: &Expr, locals: &Locals, constants: &Constants) -> Vec<String> {
    resolve(expr, locals, constants, STEPS)
}

fn resolve(expr: &Expr, locals: &Locals, constants: &Constants, steps: usize) -> Vec<String> {
    let Some(steps) = steps.checked_sub(1) else { return Vec::new() };
    let inner = |expr: &Expr| resolve(expr, locals, constants, steps);
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => vec![text.value()],
        Expr::Reference(reference) => inner(&reference.expr),
        Expr::Paren(paren) => inner(&paren.expr),
        Expr::Group(group) => inner(&group.expr),
        Expr::MethodCall(call) if is_same_text(&call.method.to_string()) => inner(&call.receiver),
        Expr::Binary(binary) if matches!(binary.op, BinOp::Add(_)) => {
            joined([inner(&binary.left), inner(&binary.right)])
        }
        Expr::Macro(call) => in_macro(&call.mac, &inner),
        Expr::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            let name = last.ident.to_string();
            let is_local = path.path.segments.len() == 1;
            match locals.get(&name).filter(|_| is_local) {
                Some(values) => values.iter().flat_map(inner).collect(),
                None => constants.get(&name).map(inner).unwrap_or_default(),
            }
        }
        _ => Vec::new(),
    }
}

/// How the text begins that is put together of the expression, if it begins with a text that the source tells.
pub(super) fn beginning(expr: &Expr, locals: &Locals, constants: &Constants) -> Option<String> {
    begins(expr, locals, constants, STEPS)
}

fn begins(expr: &Expr, locals: &Locals, constants: &Constants, steps: usize) -> Option<String> {
    let steps = steps.checked_sub(1)?;
    let inner = |expr: &Expr| begins(expr, locals, constants, steps);
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Reference(reference) => inner(&reference.expr),
        Expr::Paren(paren) => inner(&paren.expr),
        Expr::Group(group) => inner(&group.expr),
        Expr::MethodCall(call) if is_same_text(&call.method.to_string()) => inner(&call.receiver),
        Expr::Binary(binary) if matches!(binary.op, BinOp::Add(_)) => inner(&binary.left),
        Expr::Macro(call) if ["concat", "format"].iter().any(|name| call.mac.path.is_ident(name)) => {
            let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated).ok()?;
            parts.first().and_then(inner)
        }
        Expr::Path(path) => {
            let name = path.path.segments.last()?.ident.to_string();
            match locals.get(&name).filter(|_| path.path.segments.len() == 1) {
                Some(values) => values.first().and_then(inner),
                None => constants.get(&name).and_then(inner),
            }
        }
        _ => None,
    }
}

fn is_same_text(method: &str) -> bool {
    ["to_string", "to_owned", "as_str", "as_ref", "into", "clone"].contains(&method)
}

fn in_macro(call: &Macro, inner: &dyn Fn(&Expr) -> Vec<String>) -> Vec<String> {
    let Some(name) = call.path.segments.last().map(|segment| segment.ident.to_string()) else {
        return Vec::new();
    };
    let Ok(parts) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else {
        return Vec::new();
    };
    match name.as_str() {
        "concat" => joined(parts.iter().map(inner)),
        "format" if parts.len() == 1 => {
            parts.iter().flat_map(inner).filter(|text| !text.contains(['{', '}'])).collect()
        }
        _ => Vec::new(),
    }
}

/// The texts one behind the other, if each part is known and is one text.
fn joined(parts: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    let text: Option<String> = parts
        .into_iter()
        .map(|part| match part.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
        .collect();
    text.into_iter().collect()
}

/// The elements of a list that is written in the source.
pub(super) fn elements(expr: &Expr, locals: &Locals, constants: &Constants) -> Vec<Expr> {
    list(expr, locals, constants, STEPS)
}

fn list(expr: &Expr, locals: &Locals, constants: &Constants, steps: usize) -> Vec<Expr> {
    let Some(steps) = steps.checked_sub(1) else { return Vec::new() };
    let inner = |expr: &Expr| list(expr, locals, constants, steps);
    match expr {
        Expr::Array(array) => array.elems.iter().cloned().collect(),
        Expr::Reference(reference) => inner(&reference.expr),
        Expr::Paren(paren) => inner(&paren.expr),
        Expr::MethodCall(call)
            if ["iter", "into_iter", "as_slice"].contains(&call.method.to_string().as_str()) =>
        {
            inner(&call.receiver)
        }
        Expr::Macro(call) if call.mac.path.is_ident("vec") => {
            let parts = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
            parts.map(|parts| parts.into_iter().collect()).unwrap_or_default()
        }
        Expr::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            let name = last.ident.to_string();
            match locals.get(&name).filter(|_| path.path.segments.len() == 1) {
                Some([only]) => inner(only),
                Some(_) => Vec::new(),
                None => constants.get(&name).map(inner).unwrap_or_default(),
            }
        }
        _ => Vec::new(),
    }
}
