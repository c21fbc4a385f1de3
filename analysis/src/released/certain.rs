//! Whether new migrations only add what a released program cannot notice, whatever rows there are.
//!
//! What [`held`](super::held) says of a statement is what a database can show. This is stricter, for a program that starts on
//! nothing but this word: a trigger, a rebuilt table or an expression in an index may refuse or change what nobody has looked at.

use std::collections::HashSet;

use onward_core::kind::{Change, Kind, Name, ObjectKind};
use onward_core::name::Ident;
use onward_core::token::{Token, list, significant};
use onward_schema::{ForeignKey, Schema, Table};

use crate::folder::history::History;
use crate::folder::recorded::{By, Statement};

/// Whether what the migrations behind `last` do to the tables that these statements reach is of that kind.
pub(super) fn only_adds(
    history: &History,
    last: usize,
    schemas: (&Schema, &Schema),
    run: &[Statement],
) -> bool {
    let reached = Reached::of(schemas, run);
    history
        .statements()
        .filter(|at| at.migration > last)
        .all(|at| adds(&history.statement(at).kind, history.sql(at), &reached))
}

fn adds(kind: &Kind, sql: &str, reached: &Reached<'_>) -> bool {
    match kind {
        Kind::Create { object: ObjectKind::Index, on: Some(on), .. } => {
            !reached.has(on) || is_plain_index(sql)
        }
        // A trigger fires for what a foreign key does to its table as well.
        Kind::Create { object: ObjectKind::Trigger, on: Some(on), .. } => {
            !reached.has(on) && !reached.is_child(on)
        }
        Kind::Create { object: ObjectKind::Index | ObjectKind::Trigger, .. } => false,
        Kind::Create { name, .. } => !reached.has(name) && !reached.keeps_keys(name),
        Kind::Alter { table, change: Some(Change::Add(_)) } => !reached.has(table) || is_plain_column(sql),
        Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
            !reached.has(table) && !reached.has(to)
        }
        Kind::Alter { table, .. } => !reached.has(table),
        Kind::Drop { object: ObjectKind::Table | ObjectKind::View, name } => !reached.has(name),
        Kind::Drop { object: ObjectKind::Index, name } => !reached.needs_index(name),
        Kind::Drop { object: ObjectKind::Trigger, name } => !reached.fires(name),
        _ => true,
    }
}

/// Whether `ADD COLUMN` adds nothing that is worked out, checked, referred to or compared in a way of its own.
fn is_plain_column(sql: &str) -> bool {
    const WORDS: [&str; 5] = ["AS", "CHECK", "COLLATE", "GENERATED", "REFERENCES"];
    let tokens = list(sql);
    let is_worked_out = tokens.windows(2).any(|two| two[0].is("DEFAULT") && two[1].text == "(");
    !is_worked_out && !tokens.iter().any(|token| WORDS.iter().any(|word| token.is(word)))
}

/// Whether `CREATE INDEX` has columns alone: any row fits into it.
fn is_plain_index(sql: &str) -> bool {
    let mut tokens = significant(sql);
    let is_unique = significant(sql).nth(1).is_some_and(|token| token.is("UNIQUE"));
    let _ = tokens.find(|token| token.text == "(");
    let mut rest: Vec<Token<'_>> = tokens.collect();
    while rest.last().is_some_and(|token| token.text == ";") {
        rest.pop();
    }
    let is_closed = rest.pop().is_some_and(|token| token.text == ")");
    let is_column = |token: &Token<'_>| token.text == "," || (token.name().is_some() && !token.is("COLLATE"));
    !is_unique && is_closed && rest.iter().all(is_column)
}

/// Whether a statement may replace rows of a table, or set a column of a key of it.
fn gives_key(sql: &str, parent: &Table) -> bool {
    let tokens = list(sql);
    if !tokens.iter().any(|token| token.is_name(&parent.name)) {
        return false;
    }
    let unique = parent.indexes.iter().filter(|index| index.unique).flat_map(|index| &index.columns);
    let mut keys: Vec<&str> = unique.map(|column| column.name_or_expression.as_str()).collect();
    keys.extend(parent.rowid().map(|rowid| rowid.name.as_str()));
    let is_set = |two: &[Token<'_>]| two[1].text == "=" && keys.iter().any(|key| two[0].is_name(key));
    let start = tokens.iter().position(|token| token.is("SET")).unwrap_or(tokens.len());
    let end = tokens[start..].iter().position(|token| token.is("WHERE") || token.is("RETURNING"));
    let set = &tokens[start..end.map_or(tokens.len(), |end| start + end)];
    tokens.iter().any(|token| token.is("REPLACE")) || set.windows(2).any(is_set)
}

/// The tables and views that statements come to: those that they name, what views among these read, what triggers on them name, and
/// the parents and children of foreign keys.
struct Reached<'s> {
    run: &'s [Statement],
    names: HashSet<String>,
    then: &'s Schema,
    now: &'s Schema,
}

impl<'s> Reached<'s> {
    fn of((then, now): (&'s Schema, &'s Schema), run: &'s [Statement]) -> Reached<'s> {
        let mut reached = Reached { run, names: HashSet::new(), then, now };
        run.iter().for_each(|statement| reached.add_all(&statement.sql));
        reached
    }

    /// All that a text names.
    fn add_all(&mut self, text: &str) {
        significant(text).filter_map(|token| token.name()).for_each(|name| self.add(&name));
    }

    fn add(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let is_one = self.then.tables.contains_key(&name) || self.then.views.contains_key(&name);
        if !is_one || !self.names.insert(name.clone()) {
            return;
        }
        let then = self.then;
        if let Some(view) = then.views.get(&name) {
            self.add_all(&view.definition);
        }
        for trigger in then.triggers.values().filter(|trigger| Ident(&trigger.table) == name.as_str()) {
            self.add_all(&trigger.definition);
        }
        for table in then.tables.values() {
            let is_child = |key: &ForeignKey| Ident(&key.parent) == name.as_str();
            if table.foreign_keys.iter().any(is_child) {
                self.add(&table.name);
            }
            if Ident(&table.name) == name.as_str() {
                table.foreign_keys.iter().for_each(|key| self.add(&key.parent));
            }
        }
    }

    fn has(&self, name: &Name) -> bool {
        self.names.contains(&name.text.to_ascii_lowercase())
    }

    /// Whether a table refers to one of these.
    fn is_child(&self, name: &Name) -> bool {
        let table = self.now.tables.get(&name.text.to_ascii_lowercase());
        table.is_some_and(|table| {
            table.foreign_keys.iter().any(|key| self.names.contains(&key.parent.to_ascii_lowercase()))
        })
    }

    /// Whether a new table keeps rows of these from another key, which some statement gives them. Of those that are deleted the
    /// check tells.
    fn keeps_keys(&self, name: &Name) -> bool {
        let table = self.now.tables.get(&name.text.to_ascii_lowercase());
        let keys = table.into_iter().flat_map(|table| &table.foreign_keys);
        let parents = keys.filter_map(|key| self.then.tables.get(&key.parent.to_ascii_lowercase()));
        let texts =
            || self.run.iter().filter(|statement| statement.by != By::Struct).map(|found| found.sql.as_str());
        parents.into_iter().any(|parent| texts().any(|sql| gives_key(sql, parent)))
    }

    /// Whether an index of then keeps rows out of one of these.
    fn needs_index(&self, name: &Name) -> bool {
        self.then.tables.values().any(|table| {
            self.names.contains(&table.name.to_ascii_lowercase())
                && table.indexes.iter().any(|index| index.unique && name.is(&index.name))
        })
    }

    /// Whether a trigger of then is on one of these.
    fn fires(&self, name: &Name) -> bool {
        let trigger = self.then.triggers.get(&name.text.to_ascii_lowercase());
        trigger.is_none_or(|trigger| self.names.contains(&trigger.table.to_ascii_lowercase()))
    }
}
