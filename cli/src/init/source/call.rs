//! The calls that take SQL.

use onward_core::kind::Kind;
use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{
    Visit, visit_block, visit_expr_call, visit_expr_for_loop, visit_expr_method_call, visit_impl_item_fn,
    visit_item_fn, visit_item_mod, visit_local, visit_macro,
};
use syn::{
    Attribute, Block, Expr, ExprAwait, ExprCall, ExprField, ExprForLoop, ExprMethodCall, ExprParen,
    ExprReference, ExprTry, ExprUnary, ImplItemFn, ItemFn, ItemMod, Local, Macro, Member, Token,
};

use super::bound::{Constants, Locals};
use super::found::{Source, Spot};
use super::text::{beginning, elements, texts};

/// Methods whose first argument is SQL, and how many arguments they have at least: a statement's methods of the same name have
/// one less.
const METHODS: [(&str, usize); 9] = [
    ("execute", 2),
    ("execute_batch", 1),
    ("prepare", 1),
    ("prepare_cached", 1),
    ("prepare_with_flags", 2),
    ("query_row", 3),
    ("query_row_and_then", 3),
    ("query_one", 3),
    ("batch_execute", 1),
];
/// Functions of sqlx and diesel that take SQL first.
const FUNCTIONS: [&str; 6] = ["query", "query_as", "query_scalar", "query_with", "raw_sql", "sql_query"];

/// Collects what the calls of one file are given.
pub(super) struct Calls<'a> {
    path: &'a str,
    constants: &'a Constants,
    source: &'a mut Source,
    locals: Locals,
}

impl<'a> Calls<'a> {
    pub(super) fn new(path: &'a str, constants: &'a Constants, source: &'a mut Source) -> Calls<'a> {
        Calls { path, constants, source, locals: Locals::default() }
    }

    fn spot(&self, span: Span) -> Spot {
        let start = span.start();
        Spot { file: self.path.to_owned(), line: start.line, column: start.column + 1 }
    }

    /// Takes the SQL of a call, or notes that it is not to be read here; `is_certain` if it can be nothing but SQL,
    /// however it begins.
    fn take(&mut self, sql: &Expr, at: Span, is_certain: bool) {
        let found = texts(sql, &self.locals, self.constants);
        let spot = self.spot(at);
        if found.is_empty() {
            let beginning = beginning(sql, &self.locals, self.constants);
            if is_certain || beginning.as_deref().is_some_and(is_sql) {
                self.source.unread.push((spot, beginning));
            }
            return;
        }
        self.source.texts.extend(found.into_iter().map(|text| (spot.clone(), text)));
    }
}

/// Whether a text begins as a statement of SQLite does.
fn is_sql(text: &str) -> bool {
    Kind::of(text) != Kind::Other
}

/// Whether the receiver of a call is called as one calls what runs SQL: other objects have methods of these names as well.
fn runs_sql(receiver: &Expr) -> bool {
    let name = match receiver {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Expr::Field(ExprField { member: Member::Named(name), .. }) => Some(name.to_string()),
        Expr::MethodCall(call) => Some(call.method.to_string()),
        Expr::Call(call) => return runs_sql(&call.func),
        Expr::Reference(ExprReference { expr, .. })
        | Expr::Try(ExprTry { expr, .. })
        | Expr::Await(ExprAwait { base: expr, .. })
        | Expr::Paren(ExprParen { expr, .. })
        | Expr::Unary(ExprUnary { expr, .. }) => return runs_sql(expr),
        _ => None,
    };
    let name = name.unwrap_or_default().to_lowercase();
    matches!(name.as_str(), "c" | "t" | "lock" | "unwrap" | "get" | "borrow_mut")
        || ["conn", "db", "tx", "transaction", "sqlite", "pool"].iter().any(|part| name.contains(part))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_cfg = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
        is_cfg || attribute.path().segments.last().is_some_and(|last| last.ident == "test")
    })
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_test(&item.attrs) {
            visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_test(&item.attrs) {
            visit_impl_item_fn(self, item);
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.locals.enter();
        visit_block(self, block);
        self.locals.leave();
    }

    fn visit_local(&mut self, local: &'ast Local) {
        visit_local(self, local);
        if let Some(init) = &local.init {
            self.locals.bind(&local.pat, std::slice::from_ref(&*init.expr));
        }
    }

    fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
        self.locals.enter();
        let found = elements(&each.expr, &self.locals, self.constants);
        self.locals.bind(&each.pat, &found);
        visit_expr_for_loop(self, each);
        self.locals.leave();
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        visit_expr_method_call(self, call);
        let name = call.method.to_string();
        let Some((_, least)) = METHODS.iter().find(|(method, _)| *method == name) else { return };
        if let Some(sql) = call.args.first() {
            let is_certain = call.args.len() >= *least && runs_sql(&call.receiver);
            self.take(sql, call.method.span(), is_certain);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        visit_expr_call(self, call);
        let (Expr::Path(path), Some(sql)) = (&*call.func, call.args.first()) else { return };
        let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names.as_slice() {
            // rusqlite_migration's.
            ["M", "up" | "up_with_hook"] | [.., "M", "up"] => self.take(sql, path.span(), true),
            [.., last] if FUNCTIONS.contains(last) => {
                let of_sqlx = names.first().is_some_and(|first| ["sqlx", "diesel"].contains(first));
                self.take(sql, path.span(), of_sqlx);
            }
            _ => {}
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        visit_macro(self, call);
        let Ok(parts) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else { return };
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let is_query = name == "sql" || name.starts_with("query");
        for part in &parts {
            match is_query && !texts(part, &self.locals, self.constants).is_empty() {
                true => {
                    self.take(part, part.span(), false);
                    break;
                }
                // The arguments of any other macro may hold calls, as those of `vec!` do.
                false => self.visit_expr(part),
            }
        }
    }
}
