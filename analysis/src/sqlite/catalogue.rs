//! What a database says of its tables, asked once for many questions while the schema stays as it is.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use onward_core::kind::ObjectKind;
use rusqlite::{Connection, Result, params_from_iter};

use super::table::TableModel;
use super::table::read::{self, Column, ForeignKey};

/// What there is of one name. What is not asked for is not read.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The name and the text of the ordinary table.
    pub(crate) table: Option<(String, String)>,
    /// The texts of its triggers.
    pub(crate) triggers: Vec<String>,
    /// The texts of its indexes, without those that a constraint makes.
    pub(crate) indexes: Vec<String>,
    model: OnceLock<Option<Arc<TableModel>>>,
}

/// Whether the same is there, however much of it was read.
impl PartialEq for Known {
    fn eq(&self, other: &Known) -> bool {
        (&self.table, &self.triggers, &self.indexes) == (&other.table, &other.triggers, &other.indexes)
    }
}

/// From so many tables on, all are read at once.
const MANY: usize = 4;

/// The tables of a database while they stay as they are, each read when somebody asks for it.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// By the names of the tables in lower case.
    known: HashMap<String, Arc<Known>>,
    /// By the names of tables and views in lower case: many ask for these and for no text.
    columns: HashMap<String, Arc<[Column]>>,
    foreign_keys: HashMap<String, Arc<[ForeignKey]>>,
    /// The names of all ordinary tables in lower case, in SQLite's order; `None` until all are read.
    all: Option<Vec<String>>,
}

impl Catalogue {
    /// What there is of a table.
    pub(crate) fn known(&mut self, conn: &Connection, name: &str) -> Result<Arc<Known>> {
        let name = name.to_ascii_lowercase();
        if let Some(known) = self.known.get(&name) {
            return Ok(Arc::clone(known));
        }
        if self.all.is_none() && self.known.len() >= MANY {
            self.read_all(conn)?;
        }
        let found = match self.all {
            // What is not among all of them is not there.
            Some(_) => self.known.get(&name).cloned().unwrap_or_default(),
            None => Arc::new(read(conn, Some(&name))?.known.remove(&name).unwrap_or_default()),
        };
        Ok(Arc::clone(self.known.entry(name).or_insert(found)))
    }

    /// The ordinary tables that have a word in their texts, in whatever case, by their names in lower case, in SQLite's order.
    pub(crate) fn tables(&mut self, conn: &Connection, word: &str) -> Result<Vec<String>> {
        let word = word.to_ascii_lowercase();
        let Some(all) = &self.all else {
            // SQLite looks through the texts faster than they are copied.
            let mut query = conn.prepare(
                "SELECT name FROM main.sqlite_schema
                 WHERE type = 'table' AND rootpage > 0 AND instr(lower(sql), ?1) ORDER BY rowid",
            )?;
            let names = query.query_map([word], |row| Ok(row.get::<_, String>(0)?.to_ascii_lowercase()))?;
            return names.collect();
        };
        let has_word = |name: &&String| {
            let known = self.known.get(*name).and_then(|known| known.table.as_ref());
            known.is_some_and(|(_, sql)| sql.to_ascii_lowercase().contains(&word))
        };
        Ok(all.iter().filter(has_word).cloned().collect())
    }

    /// The columns of a table or view.
    pub(crate) fn columns(&mut self, conn: &Connection, name: &str) -> Result<Arc<[Column]>> {
        once(&mut self.columns, name, || Ok(read::columns(conn, name)?.into()))
    }

    /// The foreign keys of a table, the one written last first.
    pub(crate) fn foreign_keys(&mut self, conn: &Connection, name: &str) -> Result<Arc<[ForeignKey]>> {
        once(&mut self.foreign_keys, name, || Ok(read::foreign_keys(conn, name)?.into()))
    }

    /// A table as those see it who put rows into it; `None` for one that is virtual or not there.
    pub(crate) fn model(&mut self, conn: &Connection, name: &str) -> Result<Option<Arc<TableModel>>> {
        let known = self.known(conn, name)?;
        let Some(table) = &known.table else { return Ok(None) };
        if let Some(model) = known.model.get() {
            return Ok(model.clone());
        }
        let (columns, keys) = (self.columns(conn, name)?, self.foreign_keys(conn, name)?);
        let model = TableModel::read(conn, table, &columns, &keys, &known.triggers)?.map(Arc::new);
        Ok(known.model.get_or_init(|| model).clone())
    }

    fn read_all(&mut self, conn: &Connection) -> Result<()> {
        let Read { known, tables } = read(conn, None)?;
        for (name, known) in known {
            self.known.entry(name).or_insert(Arc::new(known));
        }
        self.all = Some(tables);
        Ok(())
    }
}

/// What was read of the schema.
#[derive(Default)]
struct Read {
    /// By the names of the tables in lower case.
    known: HashMap<String, Known>,
    /// The ordinary tables among them, in SQLite's order.
    tables: Vec<String>,
}

/// Reads the texts of one table, or of all.
fn read(conn: &Connection, name: Option<&String>) -> Result<Read> {
    // What is wanted of one is sorted out here: each condition more takes SQLite longer to prepare than these rows to read.
    let which = if name.is_some() { "WHERE ?1 COLLATE NOCASE IN (name, tbl_name)" } else { "" };
    let mut query = conn.prepare(&format!(
        "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema {which} ORDER BY rowid"
    ))?;
    let mut rows = query.query(params_from_iter(name))?;
    let mut read = Read::default();
    while let Some(row) = rows.next()? {
        let Some(kind) = ObjectKind::from_sql(&row.get::<_, String>(0)?) else { continue };
        let Some(sql) = row.get::<_, Option<String>>(3)? else { continue };
        let name: String = row.get(1)?;
        let table = match kind {
            // One that is virtual has no pages.
            ObjectKind::Table if row.get::<_, Option<i64>>(4)?.is_none_or(|page| page <= 0) => continue,
            ObjectKind::View => continue,
            ObjectKind::Table => name.to_ascii_lowercase(),
            ObjectKind::Index | ObjectKind::Trigger => row.get::<_, String>(2)?.to_ascii_lowercase(),
        };
        let known = read.known.entry(table.clone()).or_default();
        match kind {
            ObjectKind::Table => {
                known.table = Some((name, sql));
                read.tables.push(table);
            }
            ObjectKind::Index => known.indexes.push(sql),
            _ => known.triggers.push(sql),
        }
    }
    Ok(read)
}

/// What is kept of this name, made if it is not there.
fn once<T: Clone>(kept: &mut HashMap<String, T>, name: &str, make: impl FnOnce() -> Result<T>) -> Result<T> {
    let name = name.to_ascii_lowercase();
    if let Some(kept) = kept.get(&name) {
        return Ok(kept.clone());
    }
    let made = make()?;
    kept.insert(name, made.clone());
    Ok(made)
}

#[cfg(test)]
mod tests;
