//! Reading one table from a live connection.

use std::collections::HashMap;

use onward_core::canonical::canonical;
use rusqlite::{Connection, ErrorCode, Result, Row};

use crate::catalog::{Entry, lines, pragma, text};
use crate::create::{self, IndexText, TableText};
use crate::{Action, Affinity, Column, ForeignKey, Index, IndexColumn, Origin, Table};

/// Reads tables.
pub(crate) struct Reader<'c> {
    conn: &'c Connection,
    /// The text of each `CREATE INDEX`, by the index's name in lower case.
    index_texts: HashMap<String, String>,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(conn: &'c Connection, index_texts: HashMap<String, String>) -> Reader<'c> {
        Reader { conn, index_texts }
    }

    pub(crate) fn table(&self, entry: &Entry) -> Result<Table> {
        let module = create::module(&entry.sql);
        let mut table = Table {
            name: entry.name.clone(),
            columns: Vec::new(),
            strict: false,
            without_rowid: false,
            autoincrement: false,
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            module,
            definition: canonical(&entry.sql),
        };
        if table.module.is_some() {
            match self.read_columns(&mut table, &TableText::default()) {
                // "no such module", or the module does not understand its arguments here.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => table.columns.clear(),
                result => result?,
            }
            return Ok(table);
        }
        let text = TableText::read(&entry.sql);
        table.strict = text.strict;
        table.without_rowid = text.without_rowid;
        table.autoincrement = text.autoincrement;
        self.read_columns(&mut table, &text)?;
        table.foreign_keys = self.foreign_keys(&table.name, &text)?;
        table.indexes = self.indexes(&table.name)?;
        table.checks = text.checks;
        Ok(table)
    }

    fn read_columns(&self, table: &mut Table, text: &TableText) -> Result<()> {
        let mut statement = pragma(self.conn, "table_xinfo", &table.name)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // A hidden column is an argument or a result of a virtual table, no part of its rows.
            if row.get::<_, i64>(6)? == 1 {
                continue;
            }
            table.columns.push(column(row, text, table.strict)?);
        }
        Ok(())
    }

    fn foreign_keys(&self, table: &str, text: &TableText) -> Result<Vec<ForeignKey>> {
        let mut keys: Vec<ForeignKey> = Vec::new();
        let mut last = None;
        let mut statement = pragma(self.conn, "foreign_key_list", table)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if last != Some(id) {
                last = Some(id);
                keys.push(ForeignKey {
                    columns: Vec::new(),
                    parent: self::text(row, 2)?,
                    parent_columns: Vec::new(),
                    on_update: Action::from_sql(&self::text(row, 5)?),
                    on_delete: Action::from_sql(&self::text(row, 6)?),
                    deferred: false,
                });
            }
            if let Some(key) = keys.last_mut() {
                key.columns.push(self::text(row, 3)?);
                key.parent_columns.extend(optional_text(row, 4)?);
            }
        }
        // The key written last has the id 0.
        keys.reverse();
        keys.iter_mut().zip(&text.deferred).for_each(|(key, &deferred)| key.deferred = deferred);
        Ok(keys)
    }

    fn indexes(&self, table: &str) -> Result<Vec<Index>> {
        let mut indexes: Vec<Index> = Vec::new();
        let mut statement = pragma(self.conn, "index_list", table)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let origin = match text(row, 3)?.as_str() {
                "u" => Origin::UniqueConstraint,
                "pk" => Origin::PrimaryKey,
                _ => Origin::Created,
            };
            let name = text(row, 1)?;
            let sql = self.index_texts.get(&name.to_ascii_lowercase());
            let written = sql.map(|sql| IndexText::read(sql)).unwrap_or_default();
            let definition = sql.map(|sql| canonical(sql));
            let columns = self.index_columns(&name, &written)?;
            let index =
                Index { name, origin, unique: row.get(2)?, columns, partial: written.partial, definition };
            let at = indexes.partition_point(|other| place(other) < place(&index));
            indexes.insert(at, index);
        }
        Ok(indexes)
    }

    fn index_columns(&self, index: &str, written: &IndexText) -> Result<Vec<IndexColumn>> {
        let mut columns = Vec::new();
        let mut statement = pragma(self.conn, "index_xinfo", index)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let is_key: bool = row.get(5)?;
            if !is_key {
                continue;
            }
            // -2 is an expression, -1 the rowid.
            let is_expression = row.get::<_, i64>(1)? == -2;
            let name_or_expression = match optional_text(row, 2)? {
                Some(name) => name,
                None if is_expression => written.columns.get(columns.len()).cloned().unwrap_or_default(),
                None => "rowid".to_owned(),
            };
            let collation = optional_text(row, 4)?.unwrap_or_else(|| "BINARY".to_owned());
            columns.push(IndexColumn {
                name_or_expression,
                is_expression,
                descending: row.get(3)?,
                collation,
            });
        }
        Ok(columns)
    }
}

/// By what the indexes of a table are in order: `…_10` was made after `…_9`.
fn place(index: &Index) -> (bool, usize, String) {
    let name = index.name.to_ascii_lowercase();
    match index.origin {
        Origin::Created => (true, 0, name),
        _ => (false, name.chars().count(), name),
    }
}

fn column(row: &Row<'_>, text: &TableText, strict: bool) -> Result<Column> {
    let name = self::text(row, 1)?;
    let declared_type = self::text(row, 2)?;
    let affinity = if strict { Affinity::of_strict(&declared_type) } else { Affinity::of(&declared_type) };
    let generated = match row.get(6)? {
        2 => Some(text.generated(&name, false)),
        3 => Some(text.generated(&name, true)),
        _ => None,
    };
    Ok(Column {
        collation: text.collation(&name).to_owned(),
        name,
        declared_type,
        affinity,
        not_null: row.get(3)?,
        default: optional_text(row, 4)?.map(|default| create::fold(&lines(default))),
        primary_key: Some(row.get(5)?).filter(|&position| position > 0),
        generated,
    })
}

fn optional_text(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    let null = matches!(row.get_ref(column)?, rusqlite::types::ValueRef::Null);
    if null { Ok(None) } else { text(row, column).map(Some) }
}
