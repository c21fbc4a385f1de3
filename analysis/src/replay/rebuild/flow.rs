//! Which values each column holds at the end of a migration, as its statements say it.

use std::collections::{BTreeMap, BTreeSet};

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::token::significant;
use onward_schema::Schema;

use crate::folder::history::{At, History};
use crate::replay::plan::Plan;
use crate::replay::write::{Copy, Item, Write, before_where, created};

/// A table and its column before the migration, in lower case.
type Source = (String, String);

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// Its default in every row: no statement gives it anything.
    Default,
    /// NULL in every row, in so many words.
    Null,
    /// The values that a column had before.
    Values(Source),
    /// Anything else: whoever wrote it meant something by it.
    Other,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    held: Held,
    is_generated: bool,
}

/// A table in the course of the migration.
#[derive(Debug, Clone, Default)]
struct Content {
    columns: Vec<Column>,
    /// The tables whose rows it has, by their names before, and the statement that put them there.
    rows: BTreeMap<String, Option<At>>,
}

/// What the columns of all tables hold. All names are in lower case.
#[derive(Debug, Default)]
pub(super) struct Flow {
    tables: BTreeMap<String, Content>,
    /// Columns whose values a statement puts where they are not followed, or throws away in so many words.
    taken: BTreeSet<Source>,
    /// Columns that a copy names.
    named: BTreeSet<Source>,
}

/// The names of the rowid.
const ROWID: [&str; 3] = ["rowid", "_rowid_", "oid"];

impl Flow {
    /// Follows the values through a migration that starts with this schema.
    pub(super) fn read(history: &History, before: &Schema, plan: &Plan) -> Flow {
        let mut flow = Flow::default();
        for (name, table) in before.tables.iter().filter(|(_, table)| table.module.is_none()) {
            let column = |column: &onward_schema::Column| {
                let key = column.name.to_ascii_lowercase();
                let is_generated = column.generated.is_some();
                let held = match is_generated {
                    true => Held::Other,
                    false => Held::Values((name.clone(), key.clone())),
                };
                Column { name: key, held, is_generated }
            };
            let columns = table.columns.iter().map(column).collect();
            flow.tables.insert(name.clone(), Content { columns, rows: [(name.clone(), None)].into() });
        }
        let writes: BTreeMap<At, &Write> = plan.writes.iter().map(|(at, write)| (*at, write)).collect();
        for step in &plan.steps {
            let sql = history.sql(step.at);
            flow.alter(&history.statement(step.at).kind, sql);
            match writes.get(&step.at) {
                Some(write) => flow.write(step.at, write, sql),
                None if history.statement(step.at).kind == Kind::Other => flow.take(&names(sql), ""),
                None => {}
            }
        }
        flow
    }

    /// What a column holds at the end.
    pub(super) fn held(&self, table: &str, column: &str) -> Option<&Held> {
        let content = self.tables.get(table)?;
        content.columns.iter().find(|found| found.name == column).map(|column| &column.held)
    }

    /// The copy that puts the rows which a table had before into the one that has its name at the end.
    pub(super) fn copied(&self, table: &str) -> Option<At> {
        *self.tables.get(table)?.rows.get(table)?
    }

    /// Whether the rows of a table come from several copies: they may have had the same numbers.
    pub(super) fn is_merged(&self, table: &str) -> bool {
        let content = self.tables.get(table);
        let copies: BTreeSet<At> =
            content.iter().flat_map(|found| found.rows.values()).flatten().copied().collect();
        copies.len() > 1
    }

    /// Whether the values of a column are not found anywhere at the end, and no statement says a word of them.
    pub(super) fn is_forgotten(&self, table: &str, column: &str) -> bool {
        let source = (table.to_owned(), column.to_owned());
        let is_there = self.tables.keys().any(|name| self.columns(name, &source).next().is_some());
        !self.taken.contains(&source) && !self.named.contains(&source) && !is_there
    }

    /// Whether the rows get new rowids, be it in so many words, and neither the table nor an UPDATE knows the ones of before.
    pub(super) fn is_renumbered(&self, table: &str, key: &str) -> bool {
        let source = (table.to_owned(), key.to_owned());
        let is_default =
            |name: &str| matches!(self.held(table, name), None | Some(Held::Default | Held::Null));
        is_default(key)
            && ROWID.iter().all(|name| is_default(name))
            && !self.taken.contains(&source)
            && self.columns(table, &source).next().is_none()
    }

    /// The columns of a table that hold these values at the end.
    pub(super) fn columns<'f>(&'f self, table: &str, source: &'f Source) -> impl Iterator<Item = &'f str> {
        let columns = self.tables.get(table).into_iter().flat_map(|content| &content.columns);
        let is_it = move |column: &&Column| matches!(&column.held, Held::Values(held) if held == source);
        columns.filter(is_it).map(|column| column.name.as_str())
    }

    fn alter(&mut self, kind: &Kind, sql: &str) {
        let lower = |name: &str| name.to_ascii_lowercase();
        match kind {
            Kind::Create { object: ObjectKind::Table, name, .. } => {
                let columns = created(sql).into_iter().map(|(name, is_generated)| {
                    let held = if is_generated { Held::Other } else { Held::Default };
                    Column { name, held, is_generated }
                });
                let content = Content { columns: columns.collect(), rows: BTreeMap::new() };
                self.tables.entry(lower(&name.text)).or_insert(content);
            }
            Kind::Drop { object: ObjectKind::Table, name } => drop(self.tables.remove(&lower(&name.text))),
            Kind::Alter { table, change: Some(Change::RenameTable(to)) } => {
                if let Some(content) = self.tables.remove(&lower(&table.text)) {
                    self.tables.insert(lower(&to.text), content);
                }
            }
            Kind::Alter { table, change: Some(change) } => {
                let Some(content) = self.tables.get_mut(&lower(&table.text)) else { return };
                match change {
                    Change::Add(name) => {
                        let name = lower(&name.text);
                        content.columns.push(Column { name, held: Held::Default, is_generated: false });
                    }
                    Change::Drop(name) => content.columns.retain(|column| !name.is(&column.name)),
                    Change::Rename(from, to) => {
                        let column = content.columns.iter_mut().find(|column| from.is(&column.name));
                        column.into_iter().for_each(|column| column.name = lower(&to.text));
                    }
                    Change::RenameTable(_) => {}
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, at: At, write: &Write, sql: &str) {
        match write {
            Write::Copy(copy) => self.copy(at, copy, sql),
            Write::Insert { table } => self.take(&names(sql), table),
            Write::Delete { table, all: true } => {
                let Some(content) = self.tables.get_mut(table) else { return };
                content.rows.clear();
                for column in content.columns.iter_mut().filter(|column| !column.is_generated) {
                    if let Held::Values(source) = std::mem::replace(&mut column.held, Held::Default) {
                        self.taken.insert(source);
                    }
                }
            }
            Write::Delete { .. } => {}
            Write::Update { table, columns } => {
                self.take(&names(before_where(sql)), "");
                let Some(content) = self.tables.get_mut(table) else { return };
                let set = content.columns.iter_mut().filter(|column| columns.contains(&column.name));
                set.for_each(|column| column.held = Held::Other);
            }
        }
    }

    fn copy(&mut self, at: At, copy: &Copy, sql: &str) {
        let named = self.mentioned(&names(sql), "");
        self.named.extend(named);
        let sources: Vec<Content> =
            copy.sources.iter().filter_map(|source| self.tables.get(source).cloned()).collect();
        let columns = |content: &Content, all: bool| -> Vec<String> {
            let columns = content.columns.iter().filter(|column| all || !column.is_generated);
            columns.map(|column| column.name.clone()).collect()
        };
        let from = match &sources[..] {
            [one] if copy.source.is_some() => columns(one, true),
            _ => Vec::new(),
        };
        let mut into = self.tables.remove(&copy.table).unwrap_or_default();
        // CREATE TABLE … AS SELECT gives the columns their names.
        if into.columns.is_empty() {
            let names = copy.items.iter().flat_map(|item| match item {
                Item::Star => from.clone(),
                Item::Column(name) => vec![name.clone()],
                _ => vec![String::new()],
            });
            let column = |name| Column { name, held: Held::Default, is_generated: false };
            into.columns = names.map(column).collect();
        }
        let order = columns(&into, false);
        match copy.pairs(&order, &from) {
            Some(pairs) => {
                for (name, item) in pairs {
                    let held = match &item {
                        Item::Column(column) => self.found(&sources, column),
                        Item::Null => Held::Null,
                        _ => Held::Other,
                    };
                    into.give(name, held);
                }
            }
            // What goes where cannot be told.
            None => into.columns.iter_mut().for_each(|column| column.held = Held::Other),
        }
        let rows = sources.iter().flat_map(|source| source.rows.keys().cloned());
        into.rows.extend(rows.map(|table| (table, Some(at))));
        self.tables.insert(copy.table.clone(), into);
    }

    /// What a column of one of these tables holds.
    fn found(&mut self, sources: &[Content], name: &str) -> Held {
        let columns = sources.iter().flat_map(|source| &source.columns).filter(|column| column.name == name);
        let found: Vec<&Held> = columns.map(|column| &column.held).collect();
        match found[..] {
            [held] => match held {
                Held::Values(_) => held.clone(),
                _ => Held::Other,
            },
            _ => {
                let sources = found.into_iter().filter_map(|held| match held {
                    Held::Values(source) => Some(source.clone()),
                    _ => None,
                });
                self.taken.extend(sources);
                Held::Other
            }
        }
    }

    /// Notes that a statement with these names may put elsewhere what is in the columns it names, but those of its own
    /// table.
    fn take(&mut self, names: &BTreeSet<String>, own: &str) {
        let taken = self.mentioned(names, own);
        self.taken.extend(taken);
    }

    /// The columns that are named together with their tables.
    fn mentioned(&self, names: &BTreeSet<String>, own: &str) -> Vec<Source> {
        let tables = self.tables.iter().filter(|(table, _)| *table != own && names.contains(*table));
        let columns = tables.flat_map(|(_, content)| &content.columns);
        let sources =
            columns.filter(|column| names.contains(&column.name)).filter_map(|column| match &column.held {
                Held::Values(source) => Some(source.clone()),
                _ => None,
            });
        sources.collect()
    }
}

impl Content {
    fn give(&mut self, name: &str, held: Held) {
        match self.columns.iter_mut().find(|column| column.name == name) {
            Some(column) if column.held == Held::Default => column.held = held,
            Some(column) if column.held != held => column.held = Held::Other,
            Some(_) => {}
            // The rowid of a table whose key has a name of its own.
            None => self.columns.push(Column { name: name.to_owned(), held, is_generated: true }),
        }
    }
}

fn names(sql: &str) -> BTreeSet<String> {
    significant(sql).filter_map(|token| token.name()).map(|name| name.to_ascii_lowercase()).collect()
}
