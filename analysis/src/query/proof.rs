//! What a condition proves of the values in it.
//!
//! SQLite's logic has three values, so that it matters how a condition has come out: that `x > 1` is false says that `x` is
//! not NULL; that it is not true says nothing.

use onward_core::token::unquoted;
use sqlite3_parser::ast::{
    As, Expr, FunctionTail, LikeOperator, Literal, Operator, ResultColumn, UnaryOperator,
};

use super::context::Context;
use super::expression::expression;
use super::facts::Facts;
use super::function;
use super::scope::Scope;
use super::syntax::{is_opaque, is_stable, links, name_of, plain};
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
    fn truth(self) -> Option<bool> {
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

    fn is_never_null(self, facts: &Facts, value: &Expr<'_>) -> bool {
        let null = || expression(self.context, self.scope, value).null;
        self.scope.with(facts.clone(), null) == Null::Never
    }

    /// All of these are not NULL.
    fn all<'e>(self, facts: Facts, values: impl IntoIterator<Item = &'e Expr<'e>>) -> Option<Facts> {
        values.into_iter().try_fold(facts, |facts, value| self.assume(facts, value, Outcome::Some))
    }

    /// What is known where a value is not NULL.
    fn some(self, facts: Facts, value: &Expr<'_>, outcome: Outcome) -> Option<Facts> {
        use Operator::*;
        let mut facts = match value {
            Expr::Id(_) | Expr::Name(_) | Expr::Qualified(..) | Expr::DoublyQualified(..) => {
                return self.column(facts, value, outcome);
            }
            Expr::Literal(literal) => return can_be(literal, outcome).then_some(facts),
            Expr::Unary(_, value) | Expr::Cast { expr: value, .. } => {
                return self.assume(facts, value, Outcome::Some);
            }
            Expr::Binary(left, Equals | NotEquals | Less | LessEquals | Greater | GreaterEquals, right)
                if is_row(left) || is_row(right) =>
            {
                match (value, outcome) {
                    (Expr::Binary(_, Equals, _), True) => self.all(facts, row(left).chain(row(right)))?,
                    _ => facts,
                }
            }
            Expr::Binary(left, operator, right) => {
                let facts = self.all(facts, [*left, *right])?;
                self.compared(facts, left, *operator, right, outcome)?
            }
            Expr::Between { lhs, .. } if is_row(lhs) => facts,
            Expr::Between { lhs, not, start, end } => match outcome {
                // `x BETWEEN NULL AND 1` is false for 2.
                True if !not => self.all(facts, [*lhs, *start, *end])?,
                False if *not => self.all(facts, [*lhs, *start, *end])?,
                _ => self.all(facts, [*lhs])?,
            },
            Expr::Like { op: LikeOperator::Like | LikeOperator::Glob, lhs, rhs, escape, .. } => {
                self.all(facts, [*lhs, *rhs].into_iter().chain(*escape))?
            }
            Expr::InList { lhs, not, rhs } => {
                self.in_list(facts, lhs, rhs.unwrap_or_default(), outcome.truth().map(|truth| truth != *not))?
            }
            // NULL is in no set; it is also not in an empty one.
            Expr::InSelect { lhs, not, .. } | Expr::InTable { lhs, not, .. }
                if outcome.truth().is_some_and(|truth| truth != *not) =>
            {
                self.all(facts, row(lhs))?
            }
            Expr::Case { base, when_then_pairs, else_expr } => {
                let pairs: Vec<_> = when_then_pairs.iter().map(|(when, then)| (when, then)).collect();
                self.case(facts, *base, &pairs, *else_expr, outcome)?
            }
            Expr::FunctionCall { name, args, filter_over, .. } => {
                let name = unquoted(name.0).to_ascii_lowercase();
                self.call(facts, &name, args.unwrap_or_default(), filter_over.as_ref(), outcome)?
            }
            _ => facts,
        };
        if is_opaque(value) && is_stable(value) {
            facts.insert(value);
        }
        Some(facts)
    }

    fn column(self, mut facts: Facts, value: &Expr<'_>, outcome: Outcome) -> Option<Facts> {
        let Some((table, name)) = name_of(value) else { return Some(facts) };
        if self.scope.prove(&mut facts, table.as_deref(), &name) {
            if self.scope.is_unknown(table.as_deref(), &name) {
                facts.insert(value);
            }
            return Some(facts);
        }
        let is_alias = |given: &As<'_>| {
            let (As::As(alias) | As::Elided(alias)) = given;
            onward_core::name::Ident(&plain(alias)) == *name
        };
        let mut aliases = self.results.iter().filter_map(|result| match result {
            ResultColumn::Expr(value, Some(alias)) if table.is_none() && is_alias(alias) => Some(value),
            _ => None,
        });
        match aliases.next().filter(|_| self.scope.has(None, &name) == Some(false)) {
            // An alias means nothing inside of another.
            Some(value) => Proof { results: &[], ..self }.assume(facts, value, outcome),
            None => Some(facts),
        }
    }

    /// What more is known of the sides of a comparison.
    fn compared(
        self,
        facts: Facts,
        left: &Expr<'_>,
        operator: Operator,
        right: &Expr<'_>,
        outcome: Outcome,
    ) -> Option<Facts> {
        let (is_equal, differs) = match (operator, outcome) {
            (Operator::Equals, True) | (Operator::NotEquals, False) => (true, false),
            (Operator::NotEquals | Operator::Less | Operator::Greater, True) | (Operator::Equals, False) => {
                (false, true)
            }
            _ => (false, false),
        };
        for (value, other) in [(left, right), (right, left)] {
            let Expr::Literal(literal @ (Literal::String(_) | Literal::Numeric(_))) = other else { continue };
            if let Some(typed) = typeof_argument(value)
                && (is_equal && !is_null_name(literal) || differs && is_null_name(literal))
            {
                return self.assume(facts, typed, Outcome::Some);
            }
            // `coalesce(x, 0) > 0` is not for the zero.
            if let (true, Some((last, values))) = (differs, coalesced(value))
                && matches!(last, Expr::Literal(last) if last == literal)
            {
                return self.any(facts, values.iter().map(|value| (value, Outcome::Some)));
            }
        }
        Some(facts)
    }

    /// `found` is whether the value is in the list.
    fn in_list(
        self,
        facts: Facts,
        value: &Expr<'_>,
        list: &[Expr<'_>],
        found: Option<bool>,
    ) -> Option<Facts> {
        if list.is_empty() {
            // Nothing is in it, and that includes NULL.
            return (found != Some(true)).then_some(facts);
        }
        if is_row(value) {
            return Some(facts);
        }
        let facts = self.assume(facts, value, Outcome::Some)?;
        match (found, typeof_argument(value)) {
            (Some(true), Some(typed)) if list.iter().all(|name| matches!(name, Expr::Literal(literal @ Literal::String(_)) if !is_null_name(literal))) => {
                self.assume(facts, typed, Outcome::Some)
            }
            (Some(true), _) if list.len() == 1 => self.all(facts, list),
            // With a NULL in the list, what is not found is NULL.
            (Some(false), _) => self.all(facts, list),
            _ => Some(facts),
        }
    }

    /// One of these has come out so.
    fn any<'e>(self, facts: Facts, values: impl Iterator<Item = (&'e Expr<'e>, Outcome)>) -> Option<Facts> {
        let ways = values.map(|(value, outcome)| self.assume(facts.clone(), value, outcome));
        ways.fold(None, either)
    }

    fn case(
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

    fn call(
        self,
        facts: Facts,
        name: &str,
        arguments: &[Expr<'_>],
        tail: Option<&FunctionTail<'_>>,
        outcome: Outcome,
    ) -> Option<Facts> {
        // What is calculated from several rows says nothing of this one.
        if tail.is_some() || function::is_aggregate(name, arguments.len()) {
            return Some(facts);
        }
        match (name, arguments) {
            ("coalesce" | "ifnull", [_, _, ..]) => {
                self.any(facts, arguments.iter().map(|value| (value, outcome)))
            }
            ("iif" | "if", [_, _, ..]) => {
                let (pairs, otherwise) = conditional(arguments);
                self.case(facts, None, &pairs, otherwise, outcome)
            }
            ("nullif", [value, _]) | ("likely" | "unlikely", [value]) | ("likelihood", [value, _]) => {
                self.assume(facts, value, outcome)
            }
            ("printf" | "format" | "concat_ws", [first, ..]) => self.all(facts, [first]),
            // Where there is nothing to replace, it does not matter with what.
            ("replace", [text, from, _]) => self.all(facts, [text, from]),
            _ if function::is_strict(name, arguments.len()) => self.all(facts, arguments),
            _ => Some(facts),
        }
    }
}

/// What is known where one of two ways was taken; `None` is one that cannot be.
fn either(first: Option<Facts>, second: Option<Facts>) -> Option<Facts> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.meet(&second)),
        (first, second) => first.or(second),
    }
}

/// Whether a literal can have come out so.
fn can_be(literal: &Literal<'_>, outcome: Outcome) -> bool {
    match (literal, outcome) {
        (Literal::Null, True | False | Outcome::Some) => false,
        (Literal::Numeric(number), True) => number.parse() != Ok(0.0),
        (Literal::Numeric(number), False) => number.parse::<f64>().is_ok_and(|number| number.abs() < 1.0),
        _ => true,
    }
}

/// `(a, b)`
fn is_row(value: &Expr<'_>) -> bool {
    matches!(value, Expr::Parenthesized(values) if values.len() > 1)
}

fn row<'e>(value: &'e Expr<'e>) -> impl Iterator<Item = &'e Expr<'e>> {
    match value {
        Expr::Parenthesized(values) => values.iter(),
        value => std::slice::from_ref(value).iter(),
    }
}

/// What `typeof` is asked of.
fn typeof_argument<'e>(value: &'e Expr<'e>) -> Option<&'e Expr<'e>> {
    match value {
        Expr::FunctionCall { name, args: Some([argument]), filter_over: None, .. }
            if unquoted(name.0).eq_ignore_ascii_case("typeof") =>
        {
            Some(argument)
        }
        _ => None,
    }
}

/// What `typeof` says of NULL.
fn is_null_name(literal: &Literal<'_>) -> bool {
    matches!(literal, Literal::String("'null'"))
}

/// The last argument of a `coalesce`, and the others.
fn coalesced<'e>(value: &'e Expr<'e>) -> Option<(&'e Expr<'e>, &'e [Expr<'e>])> {
    match value {
        Expr::FunctionCall { name, args: Some(arguments), filter_over: None, .. }
            if ["coalesce", "ifnull"].contains(&&*unquoted(name.0).to_ascii_lowercase()) =>
        {
            arguments.split_last().filter(|(_, others)| !others.is_empty())
        }
        _ => None,
    }
}

/// The pairs of an `iif`, and what it gives otherwise.
pub(super) fn conditional<'e>(
    arguments: &'e [Expr<'e>],
) -> (Vec<(&'e Expr<'e>, &'e Expr<'e>)>, Option<&'e Expr<'e>>) {
    let mut pairs = arguments.chunks_exact(2);
    let found = pairs.by_ref().map(|pair| (&pair[0], &pair[1])).collect();
    (found, pairs.remainder().first())
}
