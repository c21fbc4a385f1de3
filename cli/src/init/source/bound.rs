//! What names stand for: constants of the program, and `let` and `for` within a function.

use std::collections::HashMap;

use syn::visit::{Visit, visit_item_const, visit_item_static};
use syn::{Expr, ItemConst, ItemStatic, Pat};

/// The constants of all files by their last name.
#[derive(Default)]
pub(super) struct Constants(HashMap<String, Vec<Expr>>);

impl Constants {
    /// The value, if there is only one of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Expr> {
        match self.0.get(name)?.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl<'ast> Visit<'ast> for Constants {
    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        self.0.entry(item.ident.to_string()).or_default().push((*item.expr).clone());
        visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        self.0.entry(item.ident.to_string()).or_default().push((*item.expr).clone());
        visit_item_static(self, item);
    }
}

/// The names of the blocks around a place, with everything that each may stand for.
#[derive(Default)]
pub(super) struct Locals(Vec<HashMap<String, Vec<Expr>>>);

impl Locals {
    pub(super) fn enter(&mut self) {
        self.0.push(HashMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    pub(super) fn get(&self, name: &str) -> Option<&[Expr]> {
        self.0.iter().rev().find_map(|block| block.get(name)).map(Vec::as_slice)
    }

    fn set(&mut self, name: String, values: Vec<Expr>) {
        if let Some(block) = self.0.last_mut() {
            block.insert(name, values);
        }
    }

    /// `let pat = value`, or `for pat in values`
    pub(super) fn bind(&mut self, pat: &Pat, values: &[Expr]) {
        match pat {
            Pat::Ident(name) => self.set(name.ident.to_string(), values.to_vec()),
            Pat::Type(typed) => self.bind(&typed.pat, values),
            Pat::Reference(reference) => self.bind(&reference.pat, values),
            Pat::Tuple(tuple) => {
                for (at, part) in tuple.elems.iter().enumerate() {
                    let parts = values.iter().filter_map(|value| match value {
                        Expr::Tuple(value) => value.elems.get(at).cloned(),
                        _ => None,
                    });
                    self.bind(part, &parts.collect::<Vec<_>>());
                }
            }
            _ => {}
        }
    }
}
