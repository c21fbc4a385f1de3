//! Expressions of a certain form, and what they are made of.

use sqlite3_parser::ast::{Expr, LikeOperator, Literal, Operator};

use super::registered::Registered;

/// `(a, b)`
pub(super) fn is_row(value: &Expr<'_>) -> bool {
    matches!(value, Expr::Parenthesized(values) if values.len() > 1)
}

pub(super) fn row<'e>(value: &'e Expr<'e>) -> impl Iterator<Item = &'e Expr<'e>> {
    match value {
        Expr::Parenthesized(values) => values.iter(),
        value => std::slice::from_ref(value).iter(),
    }
}

/// What `typeof` is asked of.
pub(super) fn typeof_argument<'e>(registered: Registered<'_>, value: &'e Expr<'e>) -> Option<&'e Expr<'e>> {
    match value {
        Expr::FunctionCall { name, args: Some([argument]), filter_over: None, .. }
            if registered.name(name, 1) == "typeof" =>
        {
            Some(argument)
        }
        _ => None,
    }
}

/// Whether it is the application that says what is LIKE something.
pub(super) fn is_registered(registered: Registered<'_>, operator: LikeOperator, has_escape: bool) -> bool {
    let name = if operator == LikeOperator::Glob { "glob" } else { "like" };
    registered.has(name, 2 + usize::from(has_escape))
}

/// What `typeof` says of NULL.
pub(super) fn is_null_name(literal: &Literal<'_>) -> bool {
    matches!(literal, Literal::String("'null'"))
}

/// The last argument of a `coalesce`, and the others.
pub(super) fn coalesced<'e>(
    registered: Registered<'_>,
    value: &'e Expr<'e>,
) -> Option<(&'e Expr<'e>, &'e [Expr<'e>])> {
    match value {
        Expr::FunctionCall { name, args: Some(arguments), filter_over: None, .. }
            if ["coalesce", "ifnull"].contains(&&*registered.name(name, arguments.len())) =>
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

/// What a chain of one operator is made of: `a AND b AND c`, which is `(a AND b) AND c`.
pub(super) fn links<'e>(mut chain: &'e Expr<'e>, operator: Operator) -> Vec<&'e Expr<'e>> {
    let mut links = Vec::new();
    while let Expr::Binary(left, found, right) = chain
        && *found == operator
    {
        links.push(*right);
        chain = left;
    }
    links.push(chain);
    links.reverse();
    links
}

/// Whether it is a value whose parts do not say whether it is NULL.
pub(super) fn is_opaque(value: &Expr<'_>) -> bool {
    use Operator::{ArrowRight, ArrowRightShift, Divide, Modulus};
    match value {
        Expr::Binary(_, operator, _) => matches!(operator, Divide | Modulus | ArrowRight | ArrowRightShift),
        Expr::FunctionCall { .. } | Expr::FunctionCallStar { .. } | Expr::Variable(_) | Expr::Case { .. } => {
            true
        }
        _ => false,
    }
}
