//! What a value proves of its parts by not being NULL.

use sqlite3_parser::ast::{Expr, FunctionTail, LikeOperator, Literal, Operator};

use super::facts::Facts;
use super::function;
use super::proof::Outcome::{self, False, True};
use super::proof::Proof;
use super::shape::{
    coalesced, conditional, is_null_name, is_opaque, is_registered, is_row, row, typeof_argument,
};
use super::syntax::{is_stable, name_of};

impl Proof<'_> {
    /// What is known where a value is not NULL.
    pub(super) fn some(self, facts: Facts, value: &Expr<'_>, outcome: Outcome) -> Option<Facts> {
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
            Expr::Like { op: op @ (LikeOperator::Like | LikeOperator::Glob), lhs, rhs, escape, .. }
                if !is_registered(self.context.registered, *op, escape.is_some()) =>
            {
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
                let name = self.context.registered.name(name, args.map_or(0, <[_]>::len));
                self.call(facts, &name, args.unwrap_or_default(), filter_over.as_ref(), outcome)?
            }
            _ => facts,
        };
        if is_opaque(value) && is_stable(self.context.registered, value) {
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
        match self.alias(table.as_deref(), &name) {
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
            if let Some(typed) = typeof_argument(self.context.registered, value)
                && (is_equal && !is_null_name(literal) || differs && is_null_name(literal))
            {
                return self.assume(facts, typed, Outcome::Some);
            }
            // `coalesce(x, 0) > 0` is not for the zero.
            if let (true, Some((last, values))) = (differs, coalesced(self.context.registered, value))
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
        match (found, typeof_argument(self.context.registered, value)) {
            (Some(true), Some(typed)) if list.iter().all(|name| matches!(name, Expr::Literal(literal @ Literal::String(_)) if !is_null_name(literal))) => {
                self.assume(facts, typed, Outcome::Some)
            }
            (Some(true), _) if list.len() == 1 => self.all(facts, list),
            // With a NULL in the list, what is not found is NULL.
            (Some(false), _) => self.all(facts, list),
            _ => Some(facts),
        }
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

/// Whether a literal can have come out so.
fn can_be(literal: &Literal<'_>, outcome: Outcome) -> bool {
    match (literal, outcome) {
        (Literal::Null, True | False | Outcome::Some) => false,
        (Literal::Numeric(number), True) => number.parse() != Ok(0.0),
        (Literal::Numeric(number), False) => number.parse::<f64>().is_ok_and(|number| number.abs() < 1.0),
        _ => true,
    }
}
