//! What is known of an expression's value.

use onward_core::token::unquoted;
use onward_schema::{Affinity, Classes};
use sqlite3_parser::ast::{Expr, FunctionTail, LikeOperator, Literal, Operator, UnaryOperator};

use super::context::Context;
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::shape::{conditional, is_registered};
use super::syntax::{name_of, plain};
use super::value::{Null, Value, any_null};
use super::{aggregate, builtin, date, function, window};

impl Context<'_> {
    /// What is known of an expression's value where these names are in scope.
    pub(super) fn value(self, scope: &Scope<'_>, value: &Expr<'_>) -> Value {
        let found = self.effort.deeper(|| evaluated(self, scope, value)).unwrap_or(Value::UNKNOWN);
        if found.null != Null::Never && scope.knows(value) {
            return Value { null: Null::Never, ..found };
        }
        found
    }
}

fn evaluated(context: Context<'_>, scope: &Scope<'_>, value: &Expr<'_>) -> Value {
    let of = |value: &Expr<'_>| context.value(scope, value);
    let all = |values: &[&Expr<'_>]| values.iter().map(|value| of(value)).collect::<Vec<_>>();
    // A truth value, NULL as soon as one of these is.
    let truth = |values: &[&Expr<'_>]| Value::new(Classes::INTEGER, any_null(&all(values)));
    match value {
        Expr::Id(name) => {
            let name = unquoted(name.0);
            scope.find(None, &name).or_else(|| constant(&name)).unwrap_or(Value::UNKNOWN)
        }
        Expr::Name(name) => scope.find(None, &plain(name)).unwrap_or(Value::UNKNOWN),
        Expr::Qualified(table, name) | Expr::DoublyQualified(_, table, name) => {
            scope.find(Some(&plain(table)), &plain(name)).unwrap_or(Value::UNKNOWN)
        }
        Expr::Parenthesized(values) if values.len() == 1 => of(&values[0]),
        Expr::Collate(value, _) => of(value),
        Expr::Literal(literal) => self::literal(literal),
        Expr::Cast { expr, type_name } => {
            let declared = type_name.as_ref().map(|declared| declared.name).unwrap_or_default();
            Value::new(cast(declared), of(expr).null)
        }
        Expr::Unary(operator, value) => {
            let value = of(value);
            match operator {
                UnaryOperator::Positive => Value { source: None, ..value },
                UnaryOperator::Negative => Value::new(function::number(value.classes), value.null),
                UnaryOperator::BitwiseNot | UnaryOperator::Not => Value::new(Classes::INTEGER, value.null),
            }
        }
        Expr::Binary(left, operator @ (Operator::And | Operator::Or), right) => {
            // FALSE AND NULL is false: a NULL on one side counts only where the other does not settle it.
            let open = if *operator == Operator::And { Outcome::NotFalse } else { Outcome::NotTrue };
            let null = |value: &Expr<'_>, other: &Expr<'_>| {
                let facts = Proof::new(context, scope).assume(scope.facts(), other, open);
                facts.map_or(Null::Never, |facts| scope.with(facts, || of(value).null))
            };
            Value::new(Classes::INTEGER, null(left, right).max(null(right, left)))
        }
        Expr::Binary(left, operator, right) => binary(of(left), *operator, of(right), right),
        Expr::Between { lhs, start, end, .. } => truth(&[lhs, start, end]),
        Expr::Like { op: op @ (LikeOperator::Like | LikeOperator::Glob), lhs, rhs, escape, .. }
            if !is_registered(context.registered, *op, escape.is_some()) =>
        {
            let values: Vec<&Expr<'_>> = [*lhs, *rhs].into_iter().chain(*escape).collect();
            truth(&values)
        }
        Expr::IsNull(_) | Expr::NotNull(_) | Expr::Exists(_) => Value::some(Classes::INTEGER),
        Expr::InList { lhs, rhs, .. } => {
            let values: Vec<&Expr<'_>> = rhs.unwrap_or_default().iter().chain([*lhs]).collect();
            truth(&values)
        }
        Expr::InSelect { lhs, rhs, .. } => {
            let found = context.select(rhs, Some(scope)).unwrap_or_default();
            let null = found.iter().map(|column| column.value.null).max().unwrap_or(Null::Unknown);
            Value::new(Classes::INTEGER, null.max(of(lhs).null))
        }
        Expr::Case { base, when_then_pairs, else_expr } => {
            let pairs: Vec<_> = when_then_pairs.iter().map(|(when, then)| (when, then)).collect();
            case(context, scope, *base, &pairs, *else_expr)
        }
        Expr::Subquery(select) => context.scalar(select, scope),
        Expr::FunctionCall { name, args, filter_over, .. } => {
            let arguments = args.unwrap_or_default();
            let name = context.registered.name(name, arguments.len());
            call(context, scope, &name, arguments, filter_over.as_ref())
        }
        Expr::FunctionCallStar { name, filter_over } => {
            let name = context.registered.name(name, 0);
            call(context, scope, &name, &[], filter_over.as_ref())
        }
        Expr::Parenthesized(_)
        | Expr::Like { .. }
        | Expr::InTable { .. }
        | Expr::Raise(..)
        | Expr::Variable(_) => Value::UNKNOWN,
    }
}

fn literal(literal: &Literal<'_>) -> Value {
    let is_whole = |number: &str| {
        let number = number.replace('_', "");
        number.parse::<i64>().is_ok() || number.starts_with("0x") || number.starts_with("0X")
    };
    Value::some(match literal {
        Literal::Numeric(number) if is_whole(number) => Classes::INTEGER,
        Literal::Numeric(_) => Classes::REAL,
        Literal::String(_) | Literal::CurrentDate | Literal::CurrentTime | Literal::CurrentTimestamp => {
            Classes::TEXT
        }
        Literal::Blob(_) => Classes::BLOB,
        Literal::Null => return Value::new(Classes::NONE, Null::Possible),
        Literal::Keyword(_) => return Value::UNKNOWN,
    })
}

/// CAST goes by the affinity of the type's name, by <https://www.sqlite.org/lang_expr.html#castexpr>.
fn cast(declared: &str) -> Classes {
    match Affinity::of(declared) {
        Affinity::Integer => Classes::INTEGER,
        Affinity::Real => Classes::REAL,
        Affinity::Text => Classes::TEXT,
        Affinity::Blob => Classes::BLOB,
        Affinity::Numeric => Classes::NUMBER,
    }
}

fn binary(left: Value, operator: Operator, right: Value, written: &Expr<'_>) -> Value {
    use Operator::*;
    let null = left.null.max(right.null);
    match operator {
        Is | IsNot => Value::some(Classes::INTEGER),
        And | Or => Value::UNKNOWN,
        Equals | NotEquals | Less | LessEquals | Greater | GreaterEquals | BitwiseAnd | BitwiseOr
        | LeftShift | RightShift => Value::new(Classes::INTEGER, null),
        Add | Subtract | Multiply => Value::new(arithmetic(&left, &right), null),
        Divide | Modulus => {
            // Nothing divides by zero: that is NULL.
            let zero = if is_nonzero(written) { Null::Never } else { Null::Unknown };
            Value::new(arithmetic(&left, &right), null.max(zero))
        }
        Concat => Value::new(Classes::TEXT, null),
        ArrowRight => Value::new(Classes::TEXT, null.max(Null::Unknown)),
        ArrowRightShift => Value::new(Classes::ANY, null.max(Null::Unknown)),
    }
}

/// Whole numbers stay whole, unless they become too large; with a fraction on either side, the result is one.
fn arithmetic(left: &Value, right: &Value) -> Classes {
    match (function::number(left.classes), function::number(right.classes)) {
        (Classes::INTEGER, Classes::INTEGER) => Classes::INTEGER,
        (Classes::REAL, Classes::INTEGER | Classes::REAL) | (Classes::INTEGER, Classes::REAL) => {
            Classes::REAL
        }
        _ => Classes::NUMBER,
    }
}

fn is_nonzero(value: &Expr<'_>) -> bool {
    match value {
        Expr::Literal(Literal::Numeric(number)) => {
            number.parse::<f64>().is_ok_and(|number| number.abs() >= 1.0)
        }
        Expr::Parenthesized(values) if values.len() == 1 => is_nonzero(&values[0]),
        _ => false,
    }
}

/// One of the results that can be reached.
fn case(
    context: Context<'_>,
    scope: &Scope<'_>,
    base: Option<&Expr<'_>>,
    pairs: &[(&Expr<'_>, &Expr<'_>)],
    otherwise: Option<&Expr<'_>>,
) -> Value {
    let mut results = Vec::new();
    let mut reach = |facts, value: &Expr<'_>| {
        results.push(scope.with(facts, || context.value(scope, value)));
    };
    let proof = Proof::new(context, scope);
    let rest = proof.branches(scope.facts(), base, pairs, &mut reach);
    match (rest, otherwise) {
        (Some(rest), Some(value)) => reach(rest, value),
        (Some(_), None) => results.push(Value::new(Classes::NONE, Null::Possible)),
        (None, _) => {}
    }
    results.into_iter().reduce(Value::or).unwrap_or(Value::UNKNOWN)
}

fn call(
    context: Context<'_>,
    scope: &Scope<'_>,
    name: &str,
    arguments: &[Expr<'_>],
    tail: Option<&FunctionTail<'_>>,
) -> Value {
    let filter = tail.is_some_and(|tail| tail.filter_clause.is_some());
    let over = tail.and_then(|tail| tail.over_clause);
    let is_aggregate = function::is_aggregate(name, arguments.len());
    let values = || arguments.iter().map(|value| context.value(scope, value)).collect::<Vec<_>>();
    match over {
        None if is_aggregate => {
            // Inside an aggregate the columns are those of a row; around it, those of the group.
            let empty = scope.is_empty() || filter || !aggregate::is_own(scope, arguments);
            function::aggregate(name, &scope.in_rows(values), empty).unwrap_or(Value::UNKNOWN)
        }
        None if ["iif", "if"].contains(&name) && arguments.len() > 1 => {
            let (pairs, otherwise) = conditional(arguments);
            case(context, scope, None, &pairs, otherwise)
        }
        None if is_search(scope, arguments) => builtin::search_function(name).unwrap_or(Value::UNKNOWN),
        None => date::certain(context.registered, name, arguments)
            .or_else(|| function::scalar(name, &values()))
            .unwrap_or(Value::UNKNOWN),
        Some(over) if is_aggregate => {
            let empty = filter || !window::is_over_current_row(scope, over);
            function::aggregate(name, &scope.in_groups(values), empty).unwrap_or(Value::UNKNOWN)
        }
        Some(over) => {
            function::window(name, &scope.in_groups(values), window::is_over_current_row(scope, over))
        }
    }
}

/// Whether the first argument is a full-text index.
fn is_search(scope: &Scope<'_>, arguments: &[Expr<'_>]) -> bool {
    let name = arguments.first().and_then(name_of);
    name.is_some_and(|(table, name)| table.is_none() && scope.is_search(&name))
}

/// A constant that the parser takes for a name.
fn constant(name: &str) -> Option<Value> {
    let is = |word: &str| name.eq_ignore_ascii_case(word);
    (is("true") || is("false")).then(|| Value::new(Classes::INTEGER, Null::Never))
}
