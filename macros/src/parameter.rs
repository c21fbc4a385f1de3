//! The values of a statement's parameters.

use onward_analysis::Classes;
use onward_analysis::query::{Query, Takes};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;

use crate::column;
use crate::input::{Argument, SETTINGS};
use crate::list::Parameter;
use crate::mention;
use crate::record::identifier;
use crate::statement::Checked;
use crate::whole::Whole;

/// For each combination, the values in the order of the parameters' numbers, borrowed.
pub(crate) fn values(
    whole: &Whole<'_>,
    queries: &[Query],
    arguments: &[Argument],
) -> syn::Result<Vec<TokenStream>> {
    let positional: Vec<&Argument> = arguments.iter().filter(|argument| argument.name.is_none()).collect();
    let mut used = vec![false; positional.len()];
    let mut values = Vec::new();
    for (checked, query) in whole.all.iter().zip(queries) {
        let one = One { checked, query, places: checked.list.parameters(&query.parameters) };
        values.push(one.values(arguments, &positional, &mut used)?);
    }
    if let Some(place) = used.iter().position(|used| !used) {
        let value = &positional[place].value;
        let message = match value {
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("derive")) => {
                "`derive(…)` stands before the text, as in `query!(derive(Clone), \"SELECT …\")`"
            }
            _ => "the statement has no parameter for this value",
        };
        return Err(syn::Error::new_spanned(value, message));
    }
    let known: Vec<&String> = queries.iter().flat_map(|query| query.parameters.iter().flatten()).collect();
    let is_known = |name: &Ident| {
        known.iter().any(|parameter| parameter.get(1..).is_some_and(|known| name.unraw() == known))
    };
    let mut names = arguments.iter().filter_map(|argument| argument.name.as_ref());
    if let Some(name) = names.find(|name| !is_known(name)) {
        let shown = name.unraw().to_string();
        let message = match SETTINGS.contains(&shown.as_str()) {
            true => format!(
                "`{shown} = …` stands before the text; behind it are values, and the statement has no parameter `:{shown}`"
            ),
            false => format!("the statement has no parameter `:{shown}`"),
        };
        return Err(syn::Error::new(name.span(), message));
    }
    Ok(values)
}

/// One combination.
struct One<'c> {
    checked: &'c Checked,
    query: &'c Query,
    /// Where its parameters stand.
    places: Vec<Parameter>,
}

impl One<'_> {
    fn values(
        &self,
        arguments: &[Argument],
        positional: &[&Argument],
        used_in_any: &mut [bool],
    ) -> syn::Result<TokenStream> {
        let mut used = vec![false; positional.len()];
        let mut values: Vec<TokenStream> = Vec::new();
        for (index, parameter) in self.query.parameters.iter().enumerate() {
            let name = parameter.as_deref().and_then(|name| name.strip_prefix([':', '@', '$']));
            // To SQLite `$1` is a name; to whoever writes it, a number.
            let number = name.and_then(|name| name.parse::<usize>().ok());
            values.push(match name.filter(|_| number.is_none()) {
                Some(name) => self.named(index, name, arguments)?,
                None => {
                    let place = self.place(index, number, &used)?;
                    (used[place], used_in_any[place]) = (true, true);
                    self.given(index, &positional[place].value)?
                }
            });
        }
        Ok(quote!([#(#values),*]))
    }

    /// Which of the values in their order it is that a parameter without a name gets.
    fn place(&self, index: usize, number: Option<usize>, used: &[bool]) -> syn::Result<usize> {
        self.always(index)?;
        let place = match number {
            Some(number) => number.checked_sub(1).filter(|place| *place < used.len()),
            None => used.iter().position(|used| !used),
        };
        place.ok_or_else(|| {
            let message = format!(
                "no value for parameter {} of the statement: give it after the text, as in `query!(\"… ?\", value)`",
                number.unwrap_or(index + 1)
            );
            syn::Error::new(self.span(index), message)
        })
    }

    /// The value of a parameter with a name.
    fn named(&self, index: usize, name: &str, arguments: &[Argument]) -> syn::Result<TokenStream> {
        let is_it = |argument: &&Argument| argument.name.as_ref().is_some_and(|given| given.unraw() == name);
        if let Some(Argument { value, .. }) = arguments.iter().find(is_it) {
            return self.given(index, value);
        }
        // As in `format!`, a name without a value is a variable in scope.
        let span = self.span(index);
        let variable = identifier(name, span).ok_or_else(|| {
            let message = format!("no value for the parameter `{name}`, whose name cannot be a variable's");
            syn::Error::new(span, message)
        })?;
        self.in_sight(index, &[variable.unraw()])?;
        self.bound(index, span, &quote!(#variable))
    }

    /// Where a parameter stands.
    fn places(&self, index: usize) -> impl Iterator<Item = &Parameter> {
        self.places.iter().filter(move |place| place.index == index)
    }

    fn span(&self, index: usize) -> Span {
        let first = self.places(index).next();
        first.map_or(self.checked.span, |place| self.checked.at(place.range.clone()))
    }

    /// The choices around a place.
    fn inside(&self, place: &Parameter) -> &[usize] {
        let combination = self.checked.combination.as_ref();
        combination.map_or(&[], |combination| combination.literals.inside(place.range.clone()))
    }

    /// A value in its order has its place in every combination.
    fn always(&self, index: usize) -> syn::Result<()> {
        match self.places(index).find(|place| !self.inside(place).is_empty()) {
            Some(place) => {
                let message = "this part is not always there, so its values need names: write `:name` in it, and `name = value` \
                               behind the text, or have a variable of that name";
                Err(syn::Error::new(self.checked.at(place.range.clone()), message))
            }
            None => Ok(()),
        }
    }

    /// What a value is called is the same where its parameter stands, and behind all choices.
    fn in_sight(&self, index: usize, names: &[Ident]) -> syn::Result<()> {
        let Some(combination) = &self.checked.combination else { return Ok(()) };
        for place in self.places(index) {
            let inside = self.inside(place);
            if let Some((name, hiding)) =
                names.iter().find_map(|name| combination.hiding(name, inside).map(|hiding| (name, hiding)))
            {
                let message = format!(
                    "`{name}` is the variable of {}, and this parameter stands outside of it: give one of the two another name",
                    hiding.label
                );
                return Err(syn::Error::new(self.checked.at(place.range.clone()), message));
            }
        }
        Ok(())
    }

    fn given(&self, index: usize, value: &Expr) -> syn::Result<TokenStream> {
        self.in_sight(index, &mention::names(value.to_token_stream()))?;
        let span = syn::spanned::Spanned::span(value);
        self.bound(index, span, &quote_spanned!(span=> (#value)))
    }

    /// A value for the parameter of this index, held against the first column that takes not every value.
    fn bound(&self, index: usize, span: Span, value: &TokenStream) -> syn::Result<TokenStream> {
        if self.places(index).any(|place| place.is_list) {
            return match self.places(index).find(|place| !place.is_list) {
                Some(place) => {
                    let message =
                        "this parameter is a list elsewhere in the statement: give the two different names";
                    Err(syn::Error::new(self.checked.at(place.range.clone()), message))
                }
                None => Ok(list(span, value, Classes::NUMBER.or(Classes::TEXT), IN_LIST)),
            };
        }
        Ok(match self.query.takes.iter().find(|takes| takes.parameter == index) {
            None => quote_spanned!(span=> ::onward::__private::parameter(&#value)),
            Some(takes) => typed(span, value, takes.classes, &never(self.checked, takes)),
        })
    }
}

const IN_LIST: &str = "the values of this list go in as bytes, which cannot be in one: compare with one at a time, or \
                       give texts to `hex(…) IN (:ids...)`";

/// A value of which rustc is asked whether its type has one of these classes.
fn typed(span: Span, value: &TokenStream, classes: Classes, wrong: &str) -> TokenStream {
    let taken = taken(span, classes, wrong);
    // The value stands outside of the arm, and does not see it.
    let bound = Ident::new("__value", span);
    let call = quote_spanned!(span=> ::onward::__private::typed(#bound, ::onward::__private::tag(#bound).kind(), #taken));
    quote!(match &#value { #bound => #call })
}

/// A list of which rustc is asked the same of the type of what is in it.
fn list(span: Span, value: &TokenStream, classes: Classes, wrong: &str) -> TokenStream {
    let taken = taken(span, classes, wrong);
    let tag = Ident::new("tag", Span::mixed_site());
    quote_spanned!(span=> ::onward::__private::list(&#value, |#tag| #tag.kind(), #taken))
}

fn taken(span: Span, classes: Classes, wrong: &str) -> TokenStream {
    let classes = column::classes(classes);
    quote_spanned!(span=> const { ::onward::__private::taken(#classes, #wrong) })
}

/// What to say of a value that the column never takes, or never equals.
fn never(checked: &Checked, Takes { table, column, is, classes, is_written, .. }: &Takes) -> String {
    let place = checked.schema.place(table, column);
    let does = if *is_written { "takes" } else { "equals" };
    match *classes {
        Classes::BLOB => {
            format!(
                "this value does not go in as bytes, and `{table}.{column}` {does} nothing else: it is {is} ({place}); give it a \
                 `Vec<u8>` or a `&[u8]`"
            )
        }
        _ => format!(
            "this value goes in as bytes, which `{table}.{column}` never {does}: it is {is} ({place}); give it a number or a text, \
             and a list to `IN (:ids...)`"
        ),
    }
}
