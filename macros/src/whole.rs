//! A statement in all its combinations: each is checked, and what is wrong with several is told once.

use std::collections::HashMap;
use std::rc::Rc;

use onward_analysis::Diagnostic;
use onward_analysis::application::{Error, Refused};
use onward_analysis::query::Query;
use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::combination::{Chosen, Tree, combinations, labels};
use crate::fault;
use crate::input::{Statement, Text};
use crate::schema::Schema;
use crate::statement::Checked;
use crate::text::Piece;
use crate::warning;

pub(crate) struct Whole<'s> {
    pub(crate) tree: Tree<'s>,
    pub(crate) all: Vec<Checked>,
}

/// What makes two faults of two combinations one: the words, and the place in the literal that both have.
type Key = (String, Option<(*const Piece, usize)>);

/// What is told once, with the combinations that have it.
struct Told<T>(Vec<(Key, T, Vec<usize>)>);

impl<T> Told<T> {
    fn new() -> Told<T> {
        Told(Vec::new())
    }

    fn add(&mut self, key: Key, what: T, index: usize) {
        match self.0.iter_mut().find(|(known, ..)| *known == key) {
            Some((.., among)) => among.push(index),
            None => self.0.push((key, what, vec![index])),
        }
    }
}

impl<'s> Whole<'s> {
    pub(crate) fn read(statement: &'s Statement) -> syn::Result<Whole<'s>> {
        let schema = Rc::new(Schema::find_at(statement.folder.as_ref(), statement.at.as_ref())?);
        let parts = match &statement.text {
            Text::Inline(parts) => parts,
            Text::File(literal) => {
                return Ok(Whole { tree: Tree::Leaf(0), all: vec![Checked::file(schema, literal)?] });
            }
        };
        let (tree, found) = combinations(parts)?;
        let checked = |combination| Checked::inline(Rc::clone(&schema), combination);
        Ok(Whole { tree, all: found.into_iter().map(checked).collect::<syn::Result<_>>()? })
    }

    /// The only combination, if the text has no choice.
    pub(crate) fn single(&self) -> Option<&Checked> {
        match self.tree {
            Tree::Leaf(at) => self.all.get(at),
            Tree::Choice(..) => None,
        }
    }

    pub(crate) fn schema(&self) -> &Schema {
        // There is one combination at least.
        &self.all[0].schema
    }

    /// Where the statement begins.
    pub(crate) fn span(&self) -> Span {
        self.all[0].span
    }

    /// Checks each combination as a statement with rows and parameters.
    pub(crate) fn queries(&self) -> syn::Result<Vec<Query>> {
        self.each(|checked| checked.schema.analysis.query(checked.source()))
    }

    /// Does the same with each combination.
    ///
    /// # Errors
    /// All faults, each once.
    pub(crate) fn each<T: Clone>(&self, check: impl Fn(&Checked) -> Result<T, Error>) -> syn::Result<Vec<T>> {
        let mut faults = Told::new();
        let mut checks = Vec::new();
        for (index, checked, found) in self.found(check) {
            match found {
                Ok(value) => checks.push(value),
                Err(error) => {
                    let error = checked.fault(error);
                    if checked.is_for_history(&error) {
                        return Err(checked.error(error, None));
                    }
                    faults.add(key_of(checked, &error), error, index);
                }
            }
        }
        fault::collect(|all| {
            for (_, error, among) in faults.0 {
                all.add(self.all[among[0]].error(error, self.among(&among)));
            }
            Ok(checks)
        })
    }

    /// What is found of each combination: of the same text it is the same.
    fn found<T: Clone>(&self, find: impl Fn(&Checked) -> T) -> impl Iterator<Item = (usize, &Checked, T)> {
        let mut known: HashMap<&str, T> = HashMap::new();
        self.all.iter().enumerate().map(move |(index, checked)| {
            let found = known.entry(checked.source().text).or_insert_with(|| find(checked));
            (index, checked, found.clone())
        })
    }

    /// What every expansion has in it.
    pub(crate) fn once(&self) -> TokenStream {
        let once = self.schema().once();
        let track = self.all.iter().map(Checked::track);
        let plans = self.plans();
        quote!(#once #(#track)* #plans)
    }

    /// What is said of how the combinations find their rows, once of those that have it.
    fn plans(&self) -> TokenStream {
        let mut told = Told::new();
        for (index, checked, found) in self.found(Checked::plans) {
            for found in checked.refused(found) {
                told.add(key(checked, &found.diagnostic), found, index);
            }
        }
        // A directive has its use if one combination that has it needs it.
        told.0.retain(|((_, place), found, among)| {
            found.diagnostic.rule.code != "unused_allow" || among.len() == self.with(*place)
        });
        let shown = told.0.into_iter().map(|(_, Refused { mut diagnostic, files }, among)| {
            let checked = &self.all[among[0]];
            diagnostic.notes.extend(self.among(&among));
            let span = checked.at(diagnostic.place.range.clone());
            let message = checked.schema.message(&diagnostic, &files);
            match diagnostic.is_error() {
                true => {
                    let error = syn::Error::new(span, message).into_compile_error();
                    quote!(const _: () = { #error };)
                }
                false => warning::of(&diagnostic, &message, span),
            }
        });
        shown.collect()
    }

    /// How many combinations have the literal of a place.
    fn with(&self, place: Option<(*const Piece, usize)>) -> usize {
        let has = |checked: &&Checked| {
            let literals = checked.combination.as_ref().map(|combination| &combination.literals);
            literals.zip(place).is_none_or(|(literals, (piece, _))| literals.has(piece))
        };
        self.all.iter().filter(has).count()
    }

    /// Which combinations these are, if they are not all.
    fn among(&self, indexes: &[usize]) -> Option<String> {
        if indexes.len() == self.all.len() {
            return None;
        }
        let mut chosen = indexes.iter().filter_map(|at| self.all[*at].combination.as_ref());
        let first = chosen.next()?;
        let mut common = first.chosen.clone();
        chosen.for_each(|other| common.retain(|chosen| other.chosen.contains(chosen)));
        let labels = if common.is_empty() { labels(&first.chosen) } else { labels(&common) };
        Some(format!("in the statement with {labels}"))
    }

    /// What a combination has that another one has not.
    pub(crate) fn against(&self, index: usize, other: usize) -> String {
        let chosen = |index: usize| self.all[index].combination.iter().flat_map(|found| &found.chosen);
        let alone: Vec<Chosen> =
            chosen(index).filter(|arm| !chosen(other).any(|known| known == *arm)).cloned().collect();
        labels(&alone)
    }

    /// Where a combination is another than the first.
    pub(crate) fn other(&self, index: usize) -> Span {
        let literals = |index: usize| self.all[index].combination.as_ref().map(|found| &found.literals);
        let other = literals(index).zip(literals(0)).and_then(|(other, first)| other.not_in(first));
        other.unwrap_or_else(|| self.span())
    }
}

fn key_of(checked: &Checked, error: &Error) -> Key {
    match error {
        Error::Refused(refused) => key(checked, &refused.diagnostic),
        Error::Several(range) => (String::new(), place(checked, range)),
        Error::Empty | Error::NoSchema => (String::new(), None),
    }
}

fn key(checked: &Checked, diagnostic: &Diagnostic) -> Key {
    let words = format!("{}: {}", diagnostic.rule.code, diagnostic.message);
    (words, place(checked, &diagnostic.place.range))
}

fn place(checked: &Checked, range: &std::ops::Range<usize>) -> Option<(*const Piece, usize)> {
    let (piece, range) = checked.combination.as_ref()?.literals.place(range.clone())?;
    Some((piece, range.start))
}
