//! Reading one table from a live connection.

use std::collections::HashMap;

use onward_core::canonical::canonical;
use rusqlite::{Connection, ErrorCode, Result, Row, Statement};

use crate::catalog::{Entry, text};
use crate::create::{self, IndexText, TableText};
use crate::{Action, Affinity, Column, ForeignKey, Index, IndexColumn, Origin, Table};

/// The statements that reading a table takes, prepared once for all tables.
pub(crate) struct Reader<'c> {
    conn: &'c Connection,
    columns: Statement<'c>,
    foreign_keys: Statement<'c>,
    indexes: Statement<'c>,
    index_columns: Statement<'c>,
    /// What follows a table's bracket, by its name in lower case.
    options: HashMap<String, Options>,
    /// The text of each `CREATE INDEX`, by the index's name in lower case.
    index_texts: HashMap<String, String>,
}

#[derive(Default, Clone, Copy)]
struct Options {
    without_rowid: bool,
    strict: bool,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(conn: &'c Connection, index_texts: HashMap<String, String>) -> Result<Reader<'c>> {
        Ok(Reader {
            conn,
            // A hidden column is an argument or a result of a virtual table, no part of its rows.
            columns: conn.prepare(
                "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main')
                 WHERE hidden <> 1 ORDER BY cid",
            )?,
            // The key written last has the id 0.
            foreign_keys: conn.prepare(
                "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete
                 FROM pragma_foreign_key_list(?1, 'main') ORDER BY id DESC, seq",
            )?,
            // `…_10` was made after `…_9`.
            indexes: conn.prepare(
                "SELECT name, \"unique\", origin FROM pragma_index_list(?1, 'main')
                 ORDER BY origin = 'c', CASE origin WHEN 'c' THEN 0 ELSE length(name) END, lower(name)",
            )?,
            index_columns: conn.prepare(
                "SELECT cid, name, \"desc\", coll FROM pragma_index_xinfo(?1, 'main') WHERE key ORDER BY seqno",
            )?,
            options: options(conn)?,
            index_texts,
        })
    }

    pub(crate) fn table(&mut self, entry: &Entry) -> Result<Table> {
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
        let options = self.options.get(&entry.name.to_ascii_lowercase()).copied().unwrap_or_default();
        table.strict = options.strict;
        table.without_rowid = options.without_rowid;
        self.read_columns(&mut table, &text)?;
        table.foreign_keys = self.foreign_keys(&table.name, &text)?;
        table.indexes = self.indexes(&table.name)?;
        table.checks = text.checks;
        Ok(table)
    }

    fn read_columns(&mut self, table: &mut Table, text: &TableText) -> Result<()> {
        let mut rows = self.columns.query([&table.name])?;
        while let Some(row) = rows.next()? {
            let mut column = column(row, text, table.strict)?;
            if table.module.is_none() {
                let (_, collation, _, _, autoincrement) =
                    self.conn.column_metadata(Some("main"), table.name.as_str(), column.name.as_str())?;
                if let Some(collation) = collation {
                    column.collation = collation.to_string_lossy().into_owned();
                }
                table.autoincrement |= autoincrement;
            }
            table.columns.push(column);
        }
        Ok(())
    }

    fn foreign_keys(&mut self, table: &str, text: &TableText) -> Result<Vec<ForeignKey>> {
        let mut keys: Vec<ForeignKey> = Vec::new();
        let mut last = None;
        let mut rows = self.foreign_keys.query([table])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if last != Some(id) {
                last = Some(id);
                keys.push(ForeignKey {
                    columns: Vec::new(),
                    parent: self::text(row, 1)?,
                    parent_columns: Vec::new(),
                    on_update: Action::from_sql(&self::text(row, 4)?),
                    on_delete: Action::from_sql(&self::text(row, 5)?),
                    deferred: text.deferred.get(keys.len()).copied().unwrap_or_default(),
                });
            }
            if let Some(key) = keys.last_mut() {
                key.columns.push(self::text(row, 2)?);
                key.parent_columns.extend(optional_text(row, 3)?);
            }
        }
        Ok(keys)
    }

    fn indexes(&mut self, table: &str) -> Result<Vec<Index>> {
        let mut indexes = Vec::new();
        let mut rows = self.indexes.query([table])?;
        while let Some(row) = rows.next()? {
            let origin = match text(row, 2)?.as_str() {
                "u" => Origin::UniqueConstraint,
                "pk" => Origin::PrimaryKey,
                _ => Origin::Created,
            };
            let name = text(row, 0)?;
            let sql = self.index_texts.get(&name.to_ascii_lowercase());
            let written = sql.map(|sql| IndexText::read(sql)).unwrap_or_default();
            let definition = sql.map(|sql| canonical(sql));
            let columns = index_columns(&mut self.index_columns, &name, &written)?;
            indexes.push(Index {
                name,
                origin,
                unique: row.get(1)?,
                columns,
                partial: written.partial,
                definition,
            });
        }
        Ok(indexes)
    }
}

fn options(conn: &Connection) -> Result<HashMap<String, Options>> {
    let mut statement =
        conn.prepare("SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main'")?;
    let tables = statement.query_map([], |row| {
        let options = Options { without_rowid: row.get(1)?, strict: row.get(2)? };
        Ok((text(row, 0)?.to_ascii_lowercase(), options))
    })?;
    tables.collect()
}

fn column(row: &Row<'_>, text: &TableText, strict: bool) -> Result<Column> {
    let name = self::text(row, 0)?;
    let declared_type = self::text(row, 1)?;
    let affinity = if strict { Affinity::of_strict(&declared_type) } else { Affinity::of(&declared_type) };
    let generated = match row.get(5)? {
        2 => Some(text.generated(&name, false)),
        3 => Some(text.generated(&name, true)),
        _ => None,
    };
    Ok(Column {
        name,
        declared_type,
        affinity,
        not_null: row.get(2)?,
        default: optional_text(row, 3)?.map(|default| create::fold(&default)),
        primary_key: Some(row.get(4)?).filter(|&position| position > 0),
        generated,
        collation: "BINARY".to_owned(),
    })
}

fn index_columns(
    statement: &mut Statement<'_>,
    index: &str,
    written: &IndexText,
) -> Result<Vec<IndexColumn>> {
    let mut columns = Vec::new();
    let mut rows = statement.query([index])?;
    while let Some(row) = rows.next()? {
        // -2 is an expression, -1 the rowid.
        let is_expression = row.get::<_, i64>(0)? == -2;
        let name_or_expression = match optional_text(row, 1)? {
            Some(name) => name,
            None if is_expression => written.columns.get(columns.len()).cloned().unwrap_or_default(),
            None => "rowid".to_owned(),
        };
        let collation = optional_text(row, 3)?.unwrap_or_else(|| "BINARY".to_owned());
        columns.push(IndexColumn { name_or_expression, is_expression, descending: row.get(2)?, collation });
    }
    Ok(columns)
}

fn optional_text(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    let null = matches!(row.get_ref(column)?, rusqlite::types::ValueRef::Null);
    if null { Ok(None) } else { text(row, column).map(Some) }
}
