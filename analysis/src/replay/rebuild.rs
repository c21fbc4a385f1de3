//! What a migration takes away from the tables it keeps without naming it, and which data it drops.
//!
//! SQLite changes a table by building it anew, and what belonged to the old one goes with it: indexes, triggers, the
//! target of foreign keys. Whatever a later migration makes again is no loss.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use onward_core::kind::{Change, Kind, Name, ObjectKind};
use onward_core::name::quoted;
use onward_schema::{Affinity, Classes, ForeignKey, Index, Schema, Table};
use rusqlite::Result;

use super::constraint::{self, Constraint, keeps, same, stands_in};
use super::flow::{Flow, before_where};
use super::plan::Plan;
use super::write::{Copy, Item, Write};
use super::{left, lifted, moved};
use crate::history::{At, History};
use crate::sandbox::Sandbox;

/// Something that is gone, or other than it was.
#[derive(Debug, Clone)]
pub(crate) struct Loss {
    /// The statement that takes it away, or makes the table without it.
    pub(crate) at: At,
    /// The table it belongs to, as written.
    pub(crate) table: String,
    pub(crate) what: Part,
}

#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// With the statement that makes it again.
    Index {
        name: String,
        sql: String,
        unique: bool,
    },
    Trigger {
        name: String,
        sql: String,
    },
    View {
        name: String,
        sql: String,
    },
    ForeignKey(ForeignKey),
    Autoincrement,
    /// With the table as it was.
    Constraints {
        lost: Vec<Constraint>,
        was: Box<Table>,
    },
    /// The column of the primary key, which may be NULL now.
    NotNull(String),
    /// Text in the column is turned into numbers.
    Affinity {
        column: String,
        from: String,
        to: String,
    },
    /// The foreign key refers to a table that is gone; it was the first of the two before.
    Parent {
        key: ForeignKey,
        was: String,
    },
    /// The rows of the table.
    Rows,
    /// What is in some columns, and whether somebody has said so.
    Values {
        columns: Vec<String>,
        said: bool,
    },
    /// The same, of columns that the table keeps: the copy leaves them out.
    LeftOut(Vec<String>),
    /// A column gets the values of another one that the table keeps as well.
    Moved {
        column: String,
        other: String,
    },
    /// The rowids of the rows, by the column that has them; with the tables whose foreign keys refer to it.
    Ids {
        key: String,
        children: Vec<String>,
    },
}

/// The schema before a migration that may lose something of it.
pub(super) struct Before {
    pub(super) schema: Schema,
    /// The statements that made indexes, triggers and views: kind, name, text.
    texts: Vec<(String, String, String)>,
}

impl Before {
    /// Reads the schema, if these migrations drop or rename anything of tables.
    pub(super) fn read(
        history: &History,
        migrations: Range<usize>,
        sandbox: &Sandbox,
    ) -> Result<Option<Before>> {
        let takes = |kind: &Kind| match kind {
            Kind::Drop { object, .. } => *object == ObjectKind::Table,
            Kind::Alter { change, .. } => matches!(change, Some(Change::RenameTable(_) | Change::Drop(_))),
            _ => false,
        };
        let mut statements = history.migrations[migrations].iter().flat_map(|found| &found.statements);
        if !statements.any(|statement| takes(&statement.kind)) {
            return Ok(None);
        }
        let mut query = sandbox.conn().prepare(
            "SELECT type, lower(name), sql FROM main.sqlite_schema
             WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL",
        )?;
        let texts = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Some(Before { texts: texts.collect::<Result<_>>()?, schema: sandbox.schema()? }))
    }

    fn text(&self, kind: ObjectKind, name: &str) -> Option<String> {
        let is_it = |(found, other, _): &&(String, String, String)| {
            found == kind.as_str() && other.eq_ignore_ascii_case(name)
        };
        self.texts.iter().find(is_it).map(|(_, _, sql)| onward_schema::fold(sql))
    }

    /// Holds the schema after the migration against the one before.
    pub(super) fn losses(&self, history: &History, plan: &Plan, sandbox: &Sandbox) -> Result<Vec<Loss>> {
        let after = sandbox.schema()?;
        let mut found = Vec::new();
        let flow = Flow::read(history, &self.schema, plan);
        for (key, old) in &self.schema.tables {
            let rebuild = Rebuild { history, plan, before: self, flow: &flow, key, old };
            if let Some(new) = after.tables.get(key) {
                rebuild.compare(new, &after, &mut found);
                moved::find(&rebuild, new, &after, &mut found);
            }
            rebuild.data(after.tables.get(key), &mut found);
        }
        self.views(history, plan, &after, &mut found);
        Ok(found)
    }

    /// Views that are dropped for the sake of a rebuild, and not made again.
    fn views(&self, history: &History, plan: &Plan, after: &Schema, found: &mut Vec<Loss>) {
        for step in &plan.steps {
            let Kind::Drop { object: ObjectKind::View, name } = &history.statement(step.at).kind else {
                continue;
            };
            let key = name.text.to_ascii_lowercase();
            if after.views.contains_key(&key) {
                continue;
            }
            let Some(sql) = self.text(ObjectKind::View, &key) else { continue };
            let reads = |table: &str| {
                let mut tokens = onward_core::token::significant(&sql);
                tokens.any(|token| token.name().is_some_and(|name| name.eq_ignore_ascii_case(table)))
            };
            let later = plan.drops.iter().filter(|(at, _)| *at > step.at);
            let rebuilt =
                later.map(|(_, table)| table).find(|table| reads(table) && after.tables.contains_key(*table));
            if let Some(table) = rebuilt {
                let what = Part::View { name: name.text.clone(), sql };
                found.push(Loss { at: step.at, table: table.clone(), what });
            }
        }
    }
}

/// A table before and after a migration.
pub(super) struct Rebuild<'r> {
    pub(super) history: &'r History,
    pub(super) plan: &'r Plan,
    pub(super) before: &'r Before,
    /// Which values each column holds at the end.
    pub(super) flow: &'r Flow,
    /// Its name in lower case.
    pub(super) key: &'r str,
    pub(super) old: &'r Table,
}

impl Rebuild<'_> {
    fn compare(&self, new: &Table, after: &Schema, found: &mut Vec<Loss>) {
        let mut lose = |at, what| found.push(Loss { at, table: self.old.name.clone(), what });
        for key in &new.foreign_keys {
            let is_there = |schema: &Schema, parent: &str| {
                schema.table(parent).is_some() || schema.views.contains_key(&parent.to_ascii_lowercase())
            };
            let was = self.old.foreign_keys.iter().find(|old| same(&old.columns, &key.columns));
            if let Some(was) = was.filter(|was| is_there(&self.before.schema, &was.parent))
                && !is_there(after, &key.parent)
                && !key.parent.eq_ignore_ascii_case(&was.parent)
            {
                let at = self.last(|kind| renames(kind, &key.parent)).unwrap_or(self.end());
                lose(at, Part::Parent { key: key.clone(), was: was.parent.clone() });
            }
        }
        if !self.is_rebuilt() || self.old.module.is_some() || new.module.is_some() {
            return;
        }
        let taken = self.taken();
        for index in &self.old.indexes {
            let has_columns = index
                .columns
                .iter()
                .all(|column| column.is_expression || new.column(&column.name_or_expression).is_some());
            if let Some(sql) =
                self.before.text(ObjectKind::Index, &index.name).filter(|_| index.definition.is_some())
                && has_columns
                && !self.drops(ObjectKind::Index, &index.name)
                && !stands_in(new, index)
                && after.index(&index.name).is_none()
            {
                lose(taken, Part::Index { name: index.name.clone(), sql, unique: index.unique });
            }
        }
        for trigger in self.before.schema.triggers.values() {
            if trigger.table.eq_ignore_ascii_case(&self.old.name)
                && !after.triggers.contains_key(&trigger.name.to_ascii_lowercase())
                && !self.drops(ObjectKind::Trigger, &trigger.name)
                && let Some(sql) = self.before.text(ObjectKind::Trigger, &trigger.name)
            {
                lose(taken, Part::Trigger { name: trigger.name.clone(), sql });
            }
        }
        let made = self.last(|kind| self.makes(kind)).unwrap_or(taken);
        lifted::find(self, new, after).into_iter().for_each(|what| lose(made, what));
        if let ([old], [column]) = (&self.old.primary_key()[..], &new.primary_key()[..])
            && old.name.eq_ignore_ascii_case(&column.name)
            && !self.old.is_nullable(old)
            && new.is_nullable(column)
        {
            lose(made, Part::NotNull(column.name.clone()));
        }
        for column in &self.old.columns {
            if let Some(other) = new.column(&column.name)
                && column.generated.is_none()
                && column.affinity == Affinity::Text
                && matches!(other.affinity, Affinity::Integer | Affinity::Real | Affinity::Numeric)
                && !other.classes().meets(Classes::TEXT)
                && !new.strict
                && self.copies_as_is(&column.name, new)
            {
                let (from, to) = (column.declared_type.clone(), other.declared_type.clone());
                lose(made, Part::Affinity { column: column.name.clone(), from, to });
            }
        }
    }

    /// Data that is dropped on purpose.
    fn data(&self, new: Option<&Table>, found: &mut Vec<Loss>) {
        // The index of an external-content table holds nothing of its own.
        let is_index = |table: &Table| {
            table.module.as_ref().is_some_and(|module| {
                module.arguments.iter().any(|argument| argument.to_ascii_lowercase().starts_with("content"))
            })
        };
        if is_index(self.old) {
            return;
        }
        let mut lose = |at, what| found.push(Loss { at, table: self.old.name.clone(), what });
        let copied = self.copies().next().is_some();
        let gone = new.is_none() || self.is_rebuilt();
        if let Some(at) = self.dropped().filter(|_| gone && !copied) {
            if !self.is_read(at) && !self.is_emptied(at) {
                lose(at, Part::Rows);
            }
            return;
        }
        let Some(new) = new else { return };
        let mut taken: BTreeMap<At, Vec<String>> = BTreeMap::new();
        for column in self.old.columns.iter().filter(|column| column.generated.is_none()) {
            let name = &column.name;
            let moves = self.plan.steps.iter().any(|step| {
                let kind = &self.history.statement(step.at).kind;
                let reads = matches!(kind, Kind::Other | Kind::Create { object: ObjectKind::Table, .. });
                let renames = matches!(kind, Kind::Alter { change: Some(Change::Rename(from, _)), .. } if from.is(name));
                (reads || renames) && !self.history.named(step.at, name).is_empty()
            });
            if new.column(name).is_some() || moves || left::is_kept_elsewhere(self, name) {
                continue;
            }
            let is_it = |kind: &Kind| matches!(kind, Kind::Alter { change: Some(Change::Drop(dropped)), .. } if dropped.is(name));
            let at =
                self.last(is_it).or_else(|| self.last(|kind| self.makes(kind)).filter(|_| self.is_rebuilt()));
            if let Some(at) = at {
                taken.entry(at).or_default().push(name.clone());
            }
        }
        for (at, columns) in taken {
            let said = left::is_said(self, new, &columns);
            lose(at, Part::Values { columns, said });
        }
    }

    /// The statement that drops the old table, whatever it is called by then.
    fn dropped(&self) -> Option<At> {
        let mut name = self.key.to_owned();
        for step in &self.plan.steps {
            match &self.history.statement(step.at).kind {
                Kind::Alter { table, change: Some(Change::RenameTable(to)) } if table.is(&name) => {
                    name = to.text.to_ascii_lowercase();
                }
                Kind::Drop { object: ObjectKind::Table, name: dropped } if dropped.is(&name) => {
                    return Some(step.at);
                }
                _ => {}
            }
        }
        None
    }

    /// Whether an UPDATE of another table, or a row that is put into one, takes values out of the old table before.
    fn is_read(&self, before: At) -> bool {
        let names = self.names();
        self.plan.writes.iter().filter(|(at, _)| *at < before).any(|(at, write)| {
            matches!(write, Write::Update { .. } | Write::Insert { .. })
                && !names.contains(write.table())
                && takes_from(self.history.sql(*at), &names)
        })
    }

    /// Whether all its rows are deleted before, in so many words.
    fn is_emptied(&self, before: At) -> bool {
        let names = self.names();
        self.plan.writes.iter().any(|(at, write)| {
            matches!(write, Write::Delete { table, all: true } if *at < before && names.contains(table))
        })
    }

    /// What the old table is called in the course of the migration.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let renamed = self.plan.renames.iter().filter(|(from, _)| from == self.key).map(|(_, to)| to.clone());
        renamed.chain([self.key.to_owned()]).collect()
    }

    fn is_rebuilt(&self) -> bool {
        self.is_replaced() && self.dropped().is_some()
    }

    /// Whether another table has its name at the end.
    pub(super) fn is_replaced(&self) -> bool {
        self.plan.made.contains(self.key) || self.plan.renames.iter().any(|(_, to)| to == self.key)
    }

    pub(super) fn copies(&self) -> impl Iterator<Item = &Copy> {
        let names = self.names();
        let reads = move |at: At, copy: &Copy| {
            copy.sources.iter().any(|source| names.contains(source))
                || copy.source.is_none() && names.iter().any(|name| !self.history.named(at, name).is_empty())
        };
        self.plan.copies().filter(move |(at, copy)| reads(*at, copy)).map(|(_, copy)| copy)
    }

    /// Whether the rebuild takes a column over without an expression around it.
    fn copies_as_is(&self, column: &str, new: &Table) -> bool {
        let lower = |table: &Table| {
            let columns = table.columns.iter().filter(|column| column.generated.is_none());
            columns.map(|column| column.name.to_ascii_lowercase()).collect::<Vec<_>>()
        };
        let column = column.to_ascii_lowercase();
        let (into, from) = (lower(new), lower(self.old));
        self.copies().any(|copy| {
            let pairs = copy.pairs(&into, &from);
            let is_it =
                |(into, item): &(&str, Item)| *into == column && *item == Item::Column(column.clone());
            pairs.is_some_and(|pairs| pairs.iter().any(is_it))
        })
    }

    fn drops(&self, object: ObjectKind, name: &str) -> bool {
        self.last(|kind| matches!(kind, Kind::Drop { object: dropped, name: found } if *dropped == object && found.is(name)))
            .is_some()
    }

    /// The statement that takes the old table away.
    fn taken(&self) -> At {
        self.dropped().unwrap_or(self.end())
    }

    pub(super) fn makes(&self, kind: &Kind) -> bool {
        let is_it = |name: &Name| {
            let key = name.text.to_ascii_lowercase();
            key == self.key || self.plan.renames.iter().any(|(from, to)| to == self.key && *from == key)
        };
        matches!(kind, Kind::Create { object: ObjectKind::Table, name, .. } if is_it(name))
    }

    fn last(&self, is_it: impl Fn(&Kind) -> bool) -> Option<At> {
        self.plan.steps.iter().map(|step| step.at).rfind(|&at| is_it(&self.history.statement(at).kind))
    }

    fn end(&self) -> At {
        self.plan.steps.last().map_or(At { migration: 0, statement: 0 }, |step| step.at)
    }
}

fn renames(kind: &Kind, name: &str) -> bool {
    matches!(kind, Kind::Alter { change: Some(Change::RenameTable(to)), .. } if to.is(name))
}

/// Whether a statement names one of these tables before its WHERE, where the values come from.
pub(super) fn takes_from(sql: &str, names: &BTreeSet<String>) -> bool {
    let mut tokens = onward_core::token::significant(before_where(sql));
    tokens.any(|token| token.name().is_some_and(|name| names.contains(&name.to_ascii_lowercase())))
}

/// What of it is still gone at the end of the history.
pub(super) fn lasting(mut loss: Loss, end: &Schema, sandbox: &Sandbox) -> Option<Loss> {
    if let Part::Constraints { lost, was } = &mut loss.what {
        let now = constraint::lost(was, end.table(&loss.table)?);
        lost.retain(|constraint| now.contains(constraint));
    }
    lasts(&loss, end, sandbox).then_some(loss)
}

fn lasts(loss: &Loss, end: &Schema, sandbox: &Sandbox) -> bool {
    let table = end.table(&loss.table);
    match &loss.what {
        Part::Rows | Part::Values { .. } | Part::LeftOut(_) | Part::Moved { .. } | Part::Ids { .. } => true,
        // What is there again, or without its table, cannot be made.
        Part::Index { sql, .. } => {
            works(sandbox, sql, None) && !index_stands_in(end, &loss.table, sql, sandbox)
        }
        Part::Trigger { sql, .. } => works(sandbox, sql, None),
        Part::View { name, sql } => works(sandbox, sql, Some(&format!("SELECT * FROM {}", quoted(name)))),
        Part::ForeignKey(key) => table.is_some_and(|table| {
            key.columns.iter().all(|column| table.column(column).is_some())
                && !table.foreign_keys.iter().any(|other| keeps(other, key))
                && end.table(&key.parent).is_some()
        }),
        Part::Constraints { lost, .. } => !lost.is_empty(),
        Part::Autoincrement => table.is_some_and(|table| !table.autoincrement && table.rowid().is_some()),
        Part::NotNull(name) => {
            table.is_some_and(|table| table.column(name).is_some_and(|column| table.is_nullable(column)))
        }
        Part::Affinity { .. } => true,
        Part::Parent { key, .. } => table.is_some_and(|table| {
            let is_it = |other: &&ForeignKey| other.parent.eq_ignore_ascii_case(&key.parent);
            table.foreign_keys.iter().any(|other| is_it(&other)) && end.table(&key.parent).is_none()
        }),
    }
}

/// Whether the statement can be run again at the end of the history, and what it makes be used.
fn works(sandbox: &Sandbox, sql: &str, probe: Option<&str>) -> bool {
    let result = sandbox.conn().execute_batch("SAVEPOINT again").and_then(|()| {
        let result =
            sandbox.run(sql, true).and_then(|()| probe.map_or(Ok(()), |probe| sandbox.prepare(probe, true)));
        sandbox.conn().execute_batch("ROLLBACK TO again; RELEASE again")?;
        result
    });
    result.is_ok()
}

/// Whether another index of the table has come to do the same.
fn index_stands_in(end: &Schema, table: &str, sql: &str, sandbox: &Sandbox) -> bool {
    let read = || -> Result<Option<Schema>> {
        sandbox.conn().execute_batch("SAVEPOINT again")?;
        let schema = match sandbox.run(sql, true) {
            Ok(()) => Some(sandbox.schema()?),
            Err(_) => None,
        };
        sandbox.conn().execute_batch("ROLLBACK TO again; RELEASE again")?;
        Ok(schema)
    };
    let Ok(Some(with)) = read() else { return false };
    let (Some(now), Some(then)) = (end.table(table), with.table(table)) else { return false };
    let is_new =
        |index: &&Index| !now.indexes.iter().any(|other| other.name.eq_ignore_ascii_case(&index.name));
    then.indexes.iter().find(is_new).is_some_and(|index| stands_in(now, index))
}
