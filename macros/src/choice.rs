//! A text of which parts are chosen while the program runs: `"…" + if … { "…" } + match … { … => "…" }`.

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::token::{Brace, Paren};
use syn::{Expr, Ident, LitStr, Pat, Token};

use crate::mention;
use crate::text::{self, Piece};

/// A text as it is written.
pub(crate) struct Parts(pub(crate) Vec<Part>);

pub(crate) enum Part {
    /// It is always there.
    Literal(Rc<Piece>),
    Choice(Box<Choice>),
}

/// One of several texts.
pub(crate) struct Choice {
    head: Head,
    /// Another one is the same choice if this is the same: they ask the same, and have as many arms.
    pub(crate) key: Rc<str>,
    /// The variables that are asked for, and that it does not bring itself.
    pub(crate) asked: Vec<Ident>,
    /// Of an `if`, what follows it and its `else`.
    pub(crate) arms: Vec<Arm>,
}

enum Head {
    If(Expr),
    /// With the patterns, each with its guard.
    Match(Expr, Vec<TokenStream>),
}

pub(crate) struct Arm {
    pub(crate) parts: Parts,
    /// What messages call it.
    pub(crate) label: Rc<str>,
    /// The variables that it brings.
    pub(crate) binds: Rc<[Ident]>,
}

impl Parts {
    /// Whether a text begins here.
    pub(crate) fn peek(input: ParseStream<'_>) -> bool {
        input.peek(LitStr)
            || input.peek(Token![if])
            || input.peek(Token![match])
            || input.peek(Paren)
            || text::is_concat(input)
    }
}

impl Parse for Parts {
    fn parse(input: ParseStream<'_>) -> syn::Result<Parts> {
        let mut parts = Vec::new();
        part(input, &mut parts)?;
        while input.peek(Token![+]) {
            input.parse::<Token![+]>()?;
            part(input, &mut parts)?;
        }
        Ok(Parts(parts))
    }
}

fn part(input: ParseStream<'_>, parts: &mut Vec<Part>) -> syn::Result<()> {
    if input.peek(Token![if]) {
        parts.push(Part::Choice(Box::new(choice_of_if(input)?)));
    } else if input.peek(Token![match]) {
        parts.push(Part::Choice(Box::new(choice_of_match(input)?)));
    } else if input.peek(Paren) {
        let inner;
        syn::parenthesized!(inner in input);
        parts.extend(whole(&inner)?.0);
    } else {
        parts.extend(text::pieces(input)?.into_iter().map(|piece| Part::Literal(Rc::new(piece))));
    }
    Ok(())
}

/// A text up to the end of the brackets that it stands in.
fn whole(input: ParseStream<'_>) -> syn::Result<Parts> {
    let parts = input.parse()?;
    match input.is_empty() {
        true => Ok(parts),
        false => Err(input.error("expected `+` and another piece of the text, or its end")),
    }
}

fn block(input: ParseStream<'_>) -> syn::Result<Parts> {
    let inner;
    syn::braced!(inner in input);
    if inner.is_empty() { Ok(Parts(Vec::new())) } else { whole(&inner) }
}

fn choice_of_if(input: ParseStream<'_>) -> syn::Result<Choice> {
    input.parse::<Token![if]>()?;
    let condition = Expr::parse_without_eager_brace(input)?;
    let then = block(input)?;
    let other = match input.parse::<Option<Token![else]>>()? {
        Some(_) if input.peek(Token![if]) => Parts(vec![Part::Choice(Box::new(choice_of_if(input)?))]),
        Some(_) => block(input)?,
        None => Parts(Vec::new()),
    };
    let shown = mention::shown(condition.to_token_stream());
    let binds = mention::let_bound(&condition).into();
    let arms = vec![
        Arm { parts: then, label: format!("`if {shown}`").into(), binds },
        Arm { parts: other, label: format!("`else` of `if {shown}`").into(), binds: Rc::default() },
    ];
    let asked = mention::asked(&condition);
    Ok(Choice { key: key(&quote!(if #condition)), asked, head: Head::If(condition), arms })
}

fn choice_of_match(input: ParseStream<'_>) -> syn::Result<Choice> {
    input.parse::<Token![match]>()?;
    let value = Expr::parse_without_eager_brace(input)?;
    let inner;
    let braces = syn::braced!(inner in input);
    let shown = mention::shown(value.to_token_stream());
    let mut asked = mention::names(value.to_token_stream());
    let (mut patterns, mut arms) = (Vec::new(), Vec::new());
    while !inner.is_empty() {
        let (pattern, guard) = pattern(&inner)?;
        inner.parse::<Token![=>]>()?;
        let parts = parts_of_arm(&inner)?;
        let binds = mention::bound(pattern.to_token_stream());
        let of_guard = guard.as_ref().map(mention::asked).unwrap_or_default();
        asked.extend(of_guard.into_iter().filter(|name| !binds.contains(name)));
        let guard = guard.iter();
        let pattern = quote!(#pattern #(if #guard)*);
        let label = format!("`{}` of `match {shown}`", mention::shown(pattern.clone()));
        patterns.push(pattern);
        arms.push(Arm { parts, label: label.into(), binds: binds.into() });
    }
    if arms.is_empty() {
        return Err(syn::Error::new(braces.span.join(), "there is no text to choose here"));
    }
    let key = key(&quote!(match #value { #(#patterns)=>* }));
    Ok(Choice { key, asked, head: Head::Match(value, patterns), arms })
}

/// A pattern and its guard, `if …` behind it.
fn pattern(input: ParseStream<'_>) -> syn::Result<(Pat, Option<Expr>)> {
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok((pattern, guard))
}

/// The text behind `=>`, and the comma after it.
fn parts_of_arm(input: ParseStream<'_>) -> syn::Result<Parts> {
    let is_block = input.peek(Brace);
    let parts = if is_block { block(input)? } else { input.parse()? };
    if is_block || input.is_empty() {
        input.parse::<Option<Token![,]>>()?;
    } else {
        input.parse::<Token![,]>()?;
    }
    Ok(parts)
}

fn key(tokens: &TokenStream) -> Rc<str> {
    format!("{tokens} {}", mention::contexts(tokens.clone())).into()
}

impl Choice {
    /// The choice as Rust, with this behind each arm.
    pub(crate) fn expand(&self, arms: Vec<TokenStream>) -> TokenStream {
        match &self.head {
            Head::If(condition) => quote!(if #condition #({ #arms })else*),
            Head::Match(value, patterns) => quote!(match #value { #(#patterns => { #arms })* }),
        }
    }
}
