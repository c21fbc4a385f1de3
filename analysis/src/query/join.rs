//! What a join does to the columns of its sides.
//!
//! The rows that an outer join makes up are NULL on one side. A side has a number, and what needs it to be there says so:
//! as soon as one column of it cannot be NULL, the side is there, and every column has its own nullability again.

use std::collections::BTreeSet;

use sqlite3_parser::ast::{JoinConstraint, JoinOperator, JoinType, JoinedSelectTable};

use super::context::Context;
use super::facts::Rule;
use super::proof::{Outcome, Proof};
use super::scope::Scope;
use super::syntax::plain;

/// Where the two sides begin: in the items, and in the rules.
#[derive(Clone, Copy)]
pub(super) struct Start {
    item: usize,
    rule: usize,
}

impl Start {
    /// What is added to the scope from now on.
    pub(super) fn now(scope: &Scope<'_>) -> Start {
        Start { item: scope.items.len(), rule: scope.rules.len() }
    }
}

/// Joins what has been added to the scope between `start` and `middle` with what has been added since.
pub(super) fn join(
    context: Context<'_>,
    scope: &mut Scope<'_>,
    start: Start,
    middle: Start,
    join: &JoinedSelectTable<'_>,
) {
    let kind = match join.operator {
        JoinOperator::TypedJoin(Some(kind)) => kind,
        JoinOperator::TypedJoin(None) | JoinOperator::Comma => JoinType::INNER,
    };
    let names = match &join.constraint {
        Some(JoinConstraint::Using(names)) => names.iter().map(plain).collect(),
        _ if kind.contains(JoinType::NATURAL) => scope.common(start.item, middle.item),
        _ => Vec::new(),
    };
    let (left, right) = (kind.contains(JoinType::LEFT), kind.contains(JoinType::RIGHT));
    let pairs = scope.pairs(start.item, middle.item, &names);
    let pairs: Vec<_> = pairs.into_iter().map(|pair| (scope.either(pair.first, pair.second), pair)).collect();

    // What is known of a row that both sides have made.
    let mut matched = scope.facts();
    for (_, pair) in &pairs {
        scope.prove_at(&mut matched, pair.first);
        scope.prove_at(&mut matched, pair.second);
    }
    if let Some(JoinConstraint::On(condition)) = &join.constraint {
        let proven = Proof::new(context, scope).assume(matched.clone(), condition, Outcome::True);
        matched = proven.unwrap_or(matched);
    }

    if left || right {
        let end = Start::now(scope);
        let mut sides = BTreeSet::new();
        if right {
            sides.insert(scope.make_outer(start.item..middle.item, start.rule..middle.rule));
        }
        if left {
            sides.insert(scope.make_outer(middle.item..end.item, middle.rule..end.rule));
        }
        scope.rules.push(Rule { sides, facts: matched });
    } else {
        scope.set_facts(matched);
    }
    for (both, pair) in pairs {
        scope.merge(middle.item, pair, left, right, both);
    }
}
