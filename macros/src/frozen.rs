//! `#[onward::at(3)]`: everything in an item is held against the schema behind a migration.
//!
//! Each call of our macros in it, and each struct that names a table, is given the version in words of its own, with which
//! the macro finds out whether it has one already. Only tokens are looked at: what comes from elsewhere is not seen.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::input;

/// The macros that hold a statement against a schema.
const MACROS: [&str; 4] = ["query", "query_as", "query_scalar", "sql"];

pub(crate) fn expand(version: TokenStream, item: TokenStream) -> TokenStream {
    let error = |error: syn::Error| {
        let error = error.into_compile_error();
        quote!(#error #item)
    };
    let at = match syn::parse2::<Whole>(version.clone()) {
        Ok(Whole(at)) => at,
        Err(found) => return error(found),
    };
    let mut frozen = Frozen { version: version.clone(), found: false, fault: None };
    let tokens = frozen.stream(item.clone());
    if is_behind_its_derive(&item) {
        let message = "the derive above has read the struct without this: put `#[onward::at(…)]` above it";
        return error(syn::Error::new(at.span, message));
    }
    match frozen {
        Frozen { fault: Some(fault), .. } => error(fault),
        Frozen { found: false, .. } if is_elsewhere(&item) => {
            let message = format!(
                "the module is in a file of its own, of which nothing is seen from here: write `#[onward::at({version})]` at its \
                 functions and structs, or its content here in braces"
            );
            error(syn::Error::new(at.span, message))
        }
        Frozen { found: false, .. } => {
            let message = "nothing in here is held against the schema behind a migration: there is no `query!`, `query_as!`, \
                           `query_scalar!` or `sql!`, and no struct with `#[onward(table = \"…\")]`";
            error(syn::Error::new(at.span, message))
        }
        _ => tokens,
    }
}

/// Whether it is a module in another file: `mod backfill;`.
fn is_elsewhere(item: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    matches!(&tokens[..], [.., word, _, end] if is_word(word, "mod") && is_sign(end, ';'))
}

/// Whether it is a struct that a derive has read already: rustc takes the derive away then, and expands what stands above first.
fn is_behind_its_derive(item: &TokenStream) -> bool {
    let Ok(found) = syn::parse2::<syn::ItemStruct>(item.clone()) else { return false };
    let is = |name: &str| found.attrs.iter().any(|attribute| attribute.path().is_ident(name));
    is("onward") && !is("derive")
}

/// The version, and nothing behind it.
struct Whole(input::Version);

impl syn::parse::Parse for Whole {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Whole> {
        let version = input::version(input, "expected the version of a migration, as in `#[onward::at(3)]`")?;
        match input.is_empty() {
            true => Ok(Whole(version)),
            false => Err(input.error("nothing else can follow the version of the migration")),
        }
    }
}

struct Frozen {
    version: TokenStream,
    /// Whether anything was given the version.
    found: bool,
    fault: Option<syn::Error>,
}

impl Frozen {
    fn stream(&mut self, tokens: TokenStream) -> TokenStream {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        self.renames(&tokens);
        let mut done = TokenStream::new();
        for (index, token) in tokens.iter().enumerate() {
            let before = &tokens[..index];
            match token {
                TokenTree::Group(group) => done.extend([self.group(group, before)]),
                other => done.extend([other.clone()]),
            }
        }
        done
    }

    /// What stands in brackets, behind these.
    fn group(&mut self, group: &Group, before: &[TokenTree]) -> TokenTree {
        let version = self.version.clone();
        let mut inner = self.stream(group.stream());
        if is_call(before) {
            self.found = true;
            inner = quote!(#[at(#version)] #inner);
        } else if names_table(group, before) {
            self.found = true;
            inner = quote!(around = #version, #inner);
        }
        let mut made = Group::new(group.delimiter(), inner);
        made.set_span(group.span());
        made.into()
    }

    /// A macro under another name would not be found, and its statement be held against the newest schema.
    fn renames(&mut self, tokens: &[TokenTree]) {
        let mut rest = tokens;
        while let Some(start) = rest.iter().position(|token| is_word(token, "use")) {
            let end = rest[start..].iter().position(|token| is_sign(token, ';'));
            let end = end.map_or(rest.len(), |end| start + end);
            self.renamed(&rest[start + 1..end]);
            rest = &rest[end..];
        }
    }

    fn renamed(&mut self, tree: &[TokenTree]) {
        for (index, token) in tree.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    self.renamed(&group.stream().into_iter().collect::<Vec<_>>());
                }
                TokenTree::Ident(name)
                    if MACROS.iter().any(|known| name == known)
                        && tree.get(index + 1).is_some_and(|next| is_word(next, "as"))
                        && !is_of_others(&tree[..index]) =>
                {
                    let message = format!(
                        "under another name, `{name}!` is not found by the `#[onward::at({})]` around it: use it under its own",
                        self.version
                    );
                    self.fault.get_or_insert(syn::Error::new(name.span(), message));
                }
                _ => {}
            }
        }
    }
}

/// Whether these end in a call of one of our macros. One of another crate by the same name is its own affair.
fn is_call(before: &[TokenTree]) -> bool {
    let [path @ .., TokenTree::Ident(name), bang] = before else { return false };
    is_sign(bang, '!') && MACROS.iter().any(|known| name == known) && !is_of_others(path)
}

/// Whether these end in the path of a crate that has macros of the same names.
fn is_of_others(path: &[TokenTree]) -> bool {
    matches!(path, [.., of, first, second] if is_word(of, "sqlx") && is_sign(first, ':') && is_sign(second, ':'))
}

/// Whether these are the brackets of `#[onward(table = "…")]`.
fn names_table(group: &Group, before: &[TokenTree]) -> bool {
    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
    group.delimiter() == Delimiter::Parenthesis
        && before.last().is_some_and(|last| is_word(last, "onward"))
        && inner.windows(2).any(|pair| is_word(&pair[0], "table") && is_sign(&pair[1], '='))
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
