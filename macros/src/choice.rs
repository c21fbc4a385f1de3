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
    Choice(Choice),
}

/// One of several texts.
pub(crate) struct Choice {
    pub(crate) head: Head,
    /// Of an `if`, what follows it and its `else`.
    pub(crate) arms: Vec<Arm>,
}

pub(crate) enum Head {
    If(Expr),
    Match(Expr),
}

pub(crate) struct Arm {
    /// An `if` has none.
    pattern: Option<Pat>,
    /// `if …` behind the pattern.
    guard: Option<Expr>,
    pub(crate) parts: Parts,
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
        parts.push(Part::Choice(choice_of_if(input)?));
    } else if input.peek(Token![match]) {
        parts.push(Part::Choice(choice_of_match(input)?));
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
    let head = Head::If(Expr::parse_without_eager_brace(input)?);
    let then = block(input)?;
    let other = match input.parse::<Option<Token![else]>>()? {
        Some(_) if input.peek(Token![if]) => Parts(vec![Part::Choice(choice_of_if(input)?)]),
        Some(_) => block(input)?,
        None => Parts(Vec::new()),
    };
    let arms = [then, other].map(|parts| Arm { pattern: None, guard: None, parts });
    Ok(Choice { head, arms: arms.into() })
}

fn choice_of_match(input: ParseStream<'_>) -> syn::Result<Choice> {
    input.parse::<Token![match]>()?;
    let value = Expr::parse_without_eager_brace(input)?;
    let inner;
    let braces = syn::braced!(inner in input);
    let mut arms = Vec::new();
    while !inner.is_empty() {
        let pattern = Some(Pat::parse_multi_with_leading_vert(&inner)?);
        let guard = match inner.parse::<Option<Token![if]>>()? {
            Some(_) => Some(inner.parse()?),
            None => None,
        };
        inner.parse::<Token![=>]>()?;
        let is_block = inner.peek(Brace);
        let parts = if is_block { block(&inner)? } else { inner.parse()? };
        arms.push(Arm { pattern, guard, parts });
        if !is_block && !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        } else {
            inner.parse::<Option<Token![,]>>()?;
        }
    }
    match arms.is_empty() {
        true => Err(syn::Error::new(braces.span.join(), "there is no text to choose here")),
        false => Ok(Choice { head: Head::Match(value), arms }),
    }
}

impl Arm {
    /// As it is written, with its guard.
    fn pattern(&self) -> TokenStream {
        let (pattern, guard) = (&self.pattern, self.guard.iter());
        quote!(#pattern #(if #guard)*)
    }
}

impl Choice {
    /// Whether another one is the same choice: they ask the same.
    pub(crate) fn key(&self) -> String {
        let patterns = self.arms.iter().map(Arm::pattern);
        let tokens = match &self.head {
            Head::If(condition) => quote!(#condition),
            Head::Match(value) => quote!(match #value { #(#patterns)=>* }),
        };
        format!("{tokens} {}", mention::contexts(tokens.clone()))
    }

    /// The variables that are asked for, and that it does not bring itself.
    pub(crate) fn asked(&self) -> Vec<Ident> {
        let value = match &self.head {
            Head::If(condition) => mention::asked(condition),
            Head::Match(value) => mention::names(value.to_token_stream()),
        };
        let guards = self.arms.iter().enumerate().flat_map(|(at, arm)| {
            let (known, guard) = (self.binds(at), arm.guard.as_ref());
            guard
                .map(mention::asked)
                .unwrap_or_default()
                .into_iter()
                .filter(move |name| !known.contains(name))
        });
        value.into_iter().chain(guards).collect()
    }

    /// What messages call an arm.
    pub(crate) fn label(&self, arm: usize) -> String {
        match &self.head {
            Head::If(condition) => {
                let condition = mention::shown(condition.to_token_stream());
                if arm == 0 { format!("`if {condition}`") } else { format!("`else` of `if {condition}`") }
            }
            Head::Match(value) => {
                let pattern = mention::shown(self.arms[arm].pattern());
                format!("`{pattern}` of `match {}`", mention::shown(value.to_token_stream()))
            }
        }
    }

    /// The variables that an arm brings.
    pub(crate) fn binds(&self, arm: usize) -> Vec<Ident> {
        match (&self.head, &self.arms[arm].pattern) {
            (Head::If(condition), _) if arm == 0 => mention::let_bound(condition),
            (Head::Match(_), Some(pattern)) => mention::bound(pattern.to_token_stream()),
            _ => Vec::new(),
        }
    }

    /// The choice as Rust, with this behind each arm.
    pub(crate) fn expand(&self, arms: Vec<TokenStream>) -> TokenStream {
        match &self.head {
            Head::If(condition) => {
                let [then, other] = &arms[..] else { return TokenStream::new() };
                quote!(if #condition { #then } else { #other })
            }
            Head::Match(value) => {
                let patterns = self.arms.iter().map(Arm::pattern);
                quote!(match #value { #(#patterns => { #arms })* })
            }
        }
    }
}
