//! What a table asks of its rows, and another table of the same columns does not.

use std::fmt;

use onward_core::canonical::canonical;
use onward_core::token::significant;
use onward_schema::{Action, Column, ForeignKey, Index, Origin, Table};

/// What a table asks of its rows, or does for them. Names are as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Constraint {
    PrimaryKey(Vec<String>),
    Unique(Vec<String>),
    /// Its condition.
    Check(String),
    NotNull(String),
    Default {
        column: String,
        value: String,
    },
    Collate {
        column: String,
        collation: String,
    },
    Generated {
        column: String,
        expression: String,
    },
    /// What happens to the rows of a foreign key that is still there.
    Action(ForeignKey),
    Strict,
    WithoutRowid,
}

impl Constraint {
    /// The column whose definition it is a part of.
    pub(super) fn column(&self) -> Option<&str> {
        match self {
            Constraint::NotNull(column)
            | Constraint::Default { column, .. }
            | Constraint::Collate { column, .. }
            | Constraint::Generated { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The columns that it lists or stands at; none of a condition or of the whole table.
    pub(crate) fn columns(&self) -> Vec<&str> {
        match self {
            Constraint::PrimaryKey(columns) | Constraint::Unique(columns) => {
                columns.iter().map(String::as_str).collect()
            }
            Constraint::Action(key) => key.columns.iter().map(String::as_str).collect(),
            _ => self.column().into_iter().collect(),
        }
    }

    /// Takes it away from a table.
    pub(super) fn remove(&self, table: &mut Table, new: &Table) {
        let own = self.column().map(str::to_owned);
        let is_own = |column: &&mut Column| own.as_ref().is_some_and(|own| *own == column.name);
        let column = table.columns.iter_mut().find(is_own);
        match (self, column) {
            (Constraint::NotNull(_), Some(column)) => column.not_null = false,
            (Constraint::Default { .. }, Some(column)) => column.default = None,
            (Constraint::Collate { .. }, Some(column)) => "BINARY".clone_into(&mut column.collation),
            (Constraint::Generated { .. }, Some(column)) => column.generated = None,
            (Constraint::PrimaryKey(_), _) => {
                table.columns.iter_mut().for_each(|column| column.primary_key = None);
                table.autoincrement = false;
            }
            (Constraint::Unique(columns), _) => table
                .indexes
                .retain(|index| index.origin != Origin::UniqueConstraint || names(index) != lower(columns)),
            (Constraint::Check(condition), _) => table.checks.retain(|check| check != condition),
            (Constraint::Action(key), _) => {
                let Some(now) = new.foreign_keys.iter().find(|now| is_of(now, key)) else { return };
                let is_it = |old: &&mut ForeignKey| *old == key;
                table.foreign_keys.iter_mut().filter(is_it).for_each(|old| old.clone_from(now));
            }
            (Constraint::Strict, _) => table.strict = false,
            (Constraint::WithoutRowid, _) => table.without_rowid = false,
            _ => {}
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constraint::PrimaryKey(columns) => write!(f, "PRIMARY KEY ({})", columns.join(", ")),
            Constraint::Unique(columns) => write!(f, "UNIQUE ({})", columns.join(", ")),
            Constraint::Check(condition) => write!(f, "CHECK ({condition})"),
            Constraint::NotNull(column) => write!(f, "{column} NOT NULL"),
            Constraint::Default { column, value } => write!(f, "{column} DEFAULT {value}"),
            Constraint::Collate { column, collation } => write!(f, "{column} COLLATE {collation}"),
            Constraint::Generated { column, expression } => {
                write!(f, "{column} GENERATED ALWAYS AS ({expression})")
            }
            Constraint::Action(key) => write!(f, "FOREIGN KEY ({}) {key}", key.columns.join(", ")),
            Constraint::Strict => f.write_str("STRICT"),
            Constraint::WithoutRowid => f.write_str("WITHOUT ROWID"),
        }
    }
}

/// What the new table lacks of the old one, though it has the columns, and has nothing else in its place.
pub(super) fn lost(old: &Table, new: &Table) -> Vec<Constraint> {
    let mut found = Vec::new();
    found.extend(primary_key(old, new));
    let asks = |index: &&Index| index.origin == Origin::UniqueConstraint || is_relaxed(new, index);
    for index in old.indexes.iter().filter(asks) {
        if has_all(new, &names(index)) && !stands_in(new, index) && !is_replaced(old, new, index) {
            let columns = index.columns.iter().map(|column| column.name_or_expression.clone());
            found.push(Constraint::Unique(columns.collect()));
        }
    }
    let checks = old.checks.iter().filter(|check| lacks(old, new, check));
    found.extend(checks.map(|check| Constraint::Check(check.clone())));
    for column in &old.columns {
        if let Some(now) = new.column(&column.name) {
            of_column(old, new, column, now, &mut found);
        }
    }
    for key in &old.foreign_keys {
        let weaker = |now: &&ForeignKey| {
            is_of(now, key)
                && (is_weaker(key.on_delete, now.on_delete)
                    || is_weaker(key.on_update, now.on_update)
                    || key.deferred && !now.deferred)
        };
        if new.foreign_keys.iter().any(|now| weaker(&now)) && !new.foreign_keys.contains(key) {
            found.push(Constraint::Action(key.clone()));
        }
    }
    if old.strict && !new.strict {
        found.push(Constraint::Strict);
    }
    if old.without_rowid && !new.without_rowid {
        found.push(Constraint::WithoutRowid);
    }
    found
}

fn primary_key(old: &Table, new: &Table) -> Option<Constraint> {
    let written: Vec<String> = old.primary_key().iter().map(|column| column.name.clone()).collect();
    let key = lower(&written);
    let now: Vec<String> = new.primary_key().iter().map(|column| column.name.to_ascii_lowercase()).collect();
    // One that shares a column is another key, and meant.
    let is_another = now.iter().any(|name| key.contains(name));
    let unique = || {
        let is_within = |index: &Index| names(index).iter().all(|name| key.contains(name));
        new.indexes.iter().any(|index| index.unique && index.partial.is_none() && is_within(index))
    };
    let is_lost = !key.is_empty() && has_all(new, &key) && !is_another && !unique();
    is_lost.then_some(Constraint::PrimaryKey(written))
}

fn of_column(old: &Table, new: &Table, was: &Column, now: &Column, found: &mut Vec<Constraint>) {
    let column = was.name.clone();
    if let Some(generated) = &was.generated {
        if now.generated.is_none() {
            found.push(Constraint::Generated { column, expression: generated.expression.clone() });
        }
        return;
    }
    if now.generated.is_some() {
        return;
    }
    // That a key takes NULL has a code of its own.
    let is_key = now.primary_key.is_some() && was.primary_key.is_some();
    let is_rowid = |table: &Table| table.rowid().is_some_and(|rowid| rowid.name == was.name);
    if was.not_null && new.is_nullable(now) && !is_key && !is_rowid(old) {
        found.push(Constraint::NotNull(column.clone()));
    }
    if let Some(value) = &was.default
        && now.default.is_none()
        && !value.eq_ignore_ascii_case("null")
        && !is_rowid(old)
    {
        found.push(Constraint::Default { column: column.clone(), value: value.clone() });
    }
    let is_binary = |column: &Column| column.collation.eq_ignore_ascii_case("binary");
    if !is_binary(was) && is_binary(now) {
        found.push(Constraint::Collate { column, collation: was.collation.clone() });
    }
}

/// Whether a CHECK is gone, and none that is new is about the same columns.
fn lacks(old: &Table, new: &Table, check: &str) -> bool {
    let is_in =
        |table: &Table, check: &str| table.checks.iter().any(|other| canonical(other) == canonical(check));
    let columns = |check: &str| -> Vec<String> {
        let names = significant(check).filter_map(|token| token.name());
        names.filter(|name| old.column(name).is_some()).map(|name| name.to_ascii_lowercase()).collect()
    };
    let own = columns(check);
    let shares = |other: &String| columns(other).iter().any(|name| own.contains(name));
    let is_replaced = new.checks.iter().any(|other| !is_in(old, other) && shares(other));
    let has_type = |name: &String| {
        let types = old.column(name).zip(new.column(name));
        types.is_some_and(|(old, new)| old.declared_type.eq_ignore_ascii_case(&new.declared_type))
    };
    // A STRICT table looks at the types itself.
    let is_type = new.strict && !old.strict && significant(check).any(|token| token.is("typeof"));
    !is_in(new, check) && !is_replaced && !is_type && own.iter().all(has_type)
}

/// Whether a UNIQUE that is new is on some of the same columns, on an expression of them, or on some of the rows.
fn is_replaced(old: &Table, new: &Table, index: &Index) -> bool {
    type Unique = (Vec<String>, Option<String>);
    let own = names(index);
    let unique = |table: &Table| -> Vec<Unique> {
        let unique = table.indexes.iter().filter(|index| index.unique);
        let key = table.primary_key().iter().map(|column| column.name.to_ascii_lowercase()).collect();
        unique.map(|index| (names(index), index.partial.clone())).chain([(key, None)]).collect()
    };
    let before = unique(old);
    let is_own = |name: &String| own.contains(&name.to_ascii_lowercase());
    let speaks_of = |part: &String| {
        is_own(part) || significant(part).filter_map(|token| token.name()).any(|name| is_own(&name))
    };
    unique(new).iter().any(|other| !before.contains(other) && other.0.iter().any(speaks_of))
}

/// Whether an index of this name is made again, and lets repetitions pass.
fn is_relaxed(new: &Table, index: &Index) -> bool {
    let same = new.indexes.iter().find(|other| other.name.eq_ignore_ascii_case(&index.name));
    index.unique && index.origin == Origin::Created && same.is_some_and(|other| !other.unique)
}

fn has_all(table: &Table, names: &[String]) -> bool {
    names.iter().all(|name| table.column(name).is_some())
}

fn names(index: &Index) -> Vec<String> {
    index.columns.iter().map(|column| column.name_or_expression.to_ascii_lowercase()).collect()
}

fn lower(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name.to_ascii_lowercase()).collect()
}

/// Whether two foreign keys are on the same columns, and to the same table.
fn is_of(key: &ForeignKey, other: &ForeignKey) -> bool {
    same(&key.columns, &other.columns) && key.parent.eq_ignore_ascii_case(&other.parent)
}

/// NO ACTION refuses what RESTRICT refuses.
fn is_weaker(was: Action, now: Action) -> bool {
    now == Action::NoAction && !matches!(was, Action::NoAction | Action::Restrict)
}

/// Whether the table has an index, a constraint or a key that does what this index did.
pub(super) fn stands_in(table: &Table, index: &Index) -> bool {
    let names = |index: &Index| -> Vec<String> {
        index.columns.iter().map(|column| column.name_or_expression.to_ascii_lowercase()).collect()
    };
    let wanted = names(index);
    // In whatever order: what is asked for by all of them is found, and what is unique is unique.
    let begins = |has: &[String]| {
        let first = &has[..wanted.len().min(has.len())];
        first.len() == wanted.len() && wanted.iter().all(|name| first.contains(name))
    };
    let within = |has: &[String]| has.iter().all(|name| wanted.contains(name));
    let key: Vec<String> =
        table.primary_key().iter().map(|column| column.name.to_ascii_lowercase()).collect();
    if index.partial.is_none() && begins(&key) && (!index.unique || within(&key)) {
        return true;
    }
    table.indexes.iter().any(|other| {
        let has = names(other);
        match index.unique {
            true => {
                other.unique && within(&has) && (other.partial.is_none() || other.partial == index.partial)
            }
            false => begins(&has) && (other.partial.is_none() || other.partial == index.partial),
        }
    })
}

/// Whether a foreign key still asks for what another did: it is on the same columns, or on more of them and to the same
/// table.
pub(super) fn keeps(key: &ForeignKey, was: &ForeignKey) -> bool {
    let has = |column: &String| key.columns.iter().any(|other| other.eq_ignore_ascii_case(column));
    same(&key.columns, &was.columns)
        || key.parent.eq_ignore_ascii_case(&was.parent) && was.columns.iter().all(has)
}

pub(super) fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
}
