//! What a condition proves of the values in it.
//!
//! SQLite's logic has three values, so that it matters how a condition has come out: that `x > 1` is false says that `x` is
//! not NULL; that it is not true says nothing.

use onward_core::name::Ident;
use sqlite3_parser::ast::{As, Expr, Literal, Operator, ResultColumn, UnaryOperator};

use super::context::Context;
use super::facts::Facts;
use super::scope::Scope;
use super::shape::{is_row, links};
use super::syntax::{is_stable, name_of, parts, plain};
use super::value::Null;

/// How a value has come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    True,
    False,
    /// Not NULL.
    Some,
    /// False or NULL.
    NotTrue,
    /// True or NULL: a CHECK that holds.
    NotFalse,
}

use Outcome::{False, NotFalse, NotTrue, True};

impl Outcome {
    fn negated(self) -> Outcome {
        match self {
            True => False,
            False => True,
            Outcome::Some => Outcome::Some,
            NotTrue => NotFalse,
            NotFalse => NotTrue,
        }
    }

    /// Of a value that is never NULL.
    pub(super) fn truth(self) -> Option<bool> {
        match self {
            True | NotFalse => Some(true),
            False | NotTrue => Some(false),
            Outcome::Some => None,
        }
    }
}

/// Where conditions stand.
#[derive(Clone, Copy)]
pub(super) struct Proof<'p> {
    pub(super) context: Context<'p>,
    pub(super) scope: &'p Scope<'p>,
    /// The results that WHERE and HAVING may call by their aliases.
    pub(super) results: &'p [ResultColumn<'p>],
}

impl<'p> Proof<'p> {
    pub(super) fn new(context: Context<'p>, scope: &'p Scope<'p>) -> Proof<'p> {
        Proof { context, scope, results: &[] }
    }

    /// What is known where a value has come out so; `None` if it cannot have.
    pub(super) fn assume(self, facts: Facts, value: &Expr<'_>, outcome: Outcome) -> Option<Facts> {
        if !self.context.effort.spend() {
            return Some(facts);
        }
        let before = facts.clone();
        self.context.effort.deeper(|| self.assumed(facts, value, outcome)).unwrap_or(Some(before))
    }

    fn assumed(self, facts: Facts, value: &Expr<'_>, outcome: Outcome) -> Option<Facts> {
        match value {
            Expr::Parenthesized(values) if values.len() == 1 => self.assume(facts, &values[0], outcome),
            Expr::Collate(value, _) => self.assume(facts, value, outcome),
            Expr::Unary(UnaryOperator::Not, value) => self.assume(facts, value, outcome.negated()),
            Expr::Binary(_, Operator::And, _) => self.both(facts, value, Operator::And, outcome, outcome),
            // `a OR b` is `NOT (NOT a AND NOT b)`.
            Expr::Binary(_, Operator::Or, _) => {
                self.both(facts, value, Operator::Or, outcome.negated(), outcome)
            }
            Expr::IsNull(value) => self.is_null(facts, value, outcome.truth()),
            Expr::NotNull(value) => self.is_null(facts, value, outcome.truth().map(|truth| !truth)),
            Expr::Binary(left, Operator::Is, right) => self.is(facts, left, right, outcome.truth()),
            Expr::Binary(left, Operator::IsNot, right) => {
                self.is(facts, left, right, outcome.truth().map(|truth| !truth))
            }
            _ => match outcome {
                True | False | Outcome::Some => self.some(facts, value, outcome),
                NotTrue | NotFalse if self.is_never_null(&facts, value) => {
                    self.some(facts, value, if outcome == NotTrue { False } else { True })
                }
                NotTrue | NotFalse => Some(facts),
            },
        }
    }

    /// `conjunction` is how a chain of AND has come out, or the negation of one of OR; `part` is how a link has that decides
    /// it.
    fn both(
        self,
        facts: Facts,
        chain: &Expr<'_>,
        operator: Operator,
        conjunction: Outcome,
        part: Outcome,
    ) -> Option<Facts> {
        let links = links(chain, operator);
        match conjunction {
            True | NotFalse => {
                links.into_iter().try_fold(facts, |facts, link| self.assume(facts, link, part))
            }
            False | NotTrue => self.any(facts, links.into_iter().map(|link| (link, part))),
            Outcome::Some => Some(facts),
        }
    }

    fn is_null(self, facts: Facts, value: &Expr<'_>, truth: Option<bool>) -> Option<Facts> {
        match truth {
            Some(true) if self.is_never_null(&facts, value) => None,
            Some(false) => self.assume(facts, value, Outcome::Some),
            _ => Some(facts),
        }
    }

    /// `left IS right`, which is never NULL.
    fn is(self, facts: Facts, left: &Expr<'_>, right: &Expr<'_>, truth: Option<bool>) -> Option<Facts> {
        let null = |value: &Expr<'_>| matches!(value, Expr::Literal(Literal::Null));
        match truth {
            _ if null(right) => self.is_null(facts, left, truth),
            _ if null(left) => self.is_null(facts, right, truth),
            Some(true) if self.is_never_null(&facts, right) => self.assume(facts, left, Outcome::Some),
            Some(true) if self.is_never_null(&facts, left) => self.assume(facts, right, Outcome::Some),
            _ => Some(facts),
        }
    }

    pub(super) fn is_never_null(self, facts: &Facts, value: &Expr<'_>) -> bool {
        // Elsewhere an alias may be the name of something else.
        if !self.results.is_empty()
            && (!is_stable(self.context.registered, value) || self.names_result(value))
        {
            return false;
        }
        let null = || self.context.value(self.scope, value).null;
        self.scope.with(facts.clone(), null) == Null::Never
    }

    /// The result that a name calls by its alias: columns come first.
    pub(super) fn alias(self, table: Option<&str>, name: &str) -> Option<&'p Expr<'p>> {
        let is_it = |given: &As<'_>| {
            let (As::As(alias) | As::Elided(alias)) = given;
            Ident(&plain(alias)) == *name
        };
        let mut results = self.results.iter().filter_map(|result| match result {
            ResultColumn::Expr(value, Some(alias)) if table.is_none() && is_it(alias) => Some(value),
            _ => None,
        });
        results.next().filter(|_| self.scope.has(None, name) == Some(false))
    }

    fn names_result(self, value: &Expr<'_>) -> bool {
        match name_of(value) {
            Some((table, name)) => self.alias(table.as_deref(), &name).is_some(),
            None => parts(value).into_iter().any(|part| self.names_result(part)),
        }
    }

    /// All of these are not NULL.
    pub(super) fn all<'e>(
        self,
        facts: Facts,
        values: impl IntoIterator<Item = &'e Expr<'e>>,
    ) -> Option<Facts> {
        values.into_iter().try_fold(facts, |facts, value| self.assume(facts, value, Outcome::Some))
    }

    /// One of these has come out so.
    pub(super) fn any<'e>(
        self,
        facts: Facts,
        values: impl Iterator<Item = (&'e Expr<'e>, Outcome)>,
    ) -> Option<Facts> {
        let ways = values.map(|(value, outcome)| self.assume(facts.clone(), value, outcome));
        ways.fold(None, either)
    }

    pub(super) fn case(
        self,
        facts: Facts,
        base: Option<&Expr<'_>>,
        pairs: &[(&Expr<'_>, &Expr<'_>)],
        otherwise: Option<&Expr<'_>>,
        outcome: Outcome,
    ) -> Option<Facts> {
        let mut found = None;
        let rest = self.branches(facts, base, pairs, &mut |facts, then| {
            found = either(found.take(), self.assume(facts, then, outcome));
        });
        let otherwise = otherwise.and_then(|value| self.assume(rest?, value, outcome));
        either(found, otherwise)
    }

    /// Calls with each result of a CASE that can be reached and with what is known there; gives what is known where no
    /// condition was true, if that can be.
    pub(super) fn branches(
        self,
        facts: Facts,
        base: Option<&Expr<'_>>,
        pairs: &[(&Expr<'_>, &Expr<'_>)],
        found: &mut dyn FnMut(Facts, &Expr<'_>),
    ) -> Option<Facts> {
        let mut rest = facts;
        for (when, then) in pairs {
            let here = match base {
                Some(base) if is_row(base) => Some(rest.clone()),
                Some(base) => self.all(rest.clone(), [base, *when]),
                None => self.assume(rest.clone(), when, True),
            };
            if let Some(here) = here {
                found(here, then);
            }
            if base.is_none() {
                rest = self.assume(rest, when, NotTrue)?;
            }
        }
        Some(rest)
    }
}

/// What is known where one of two ways was taken; `None` is one that cannot be.
fn either(first: Option<Facts>, second: Option<Facts>) -> Option<Facts> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.meet(&second)),
        (first, second) => first.or(second),
    }
}
