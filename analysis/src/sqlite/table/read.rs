//! What SQLite says of one table: the only place that asks for its columns, foreign keys and indexes to put rows into it.

use onward_core::token::list;
use onward_schema::{Affinity, pragma};
use rusqlite::{Connection, Result};

use super::{Field, Holds, Key, Made, TableModel};

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    declared_type: String,
    pub(crate) not_null: bool,
    default: Option<String>,
    /// Its place in the primary key, from one; zero if it is not in it.
    pub(crate) key: i64,
    /// Whether it is computed, or an argument of a virtual table.
    pub(crate) is_hidden: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<String>,
    /// As written.
    pub(crate) parent: String,
    /// Empty for the parent's primary key.
    parent_columns: Vec<String>,
    /// In SQLite's words.
    pub(crate) on_update: String,
    pub(crate) on_delete: String,
}

/// All columns of a table or view; none of one that is not there.
pub(in crate::sqlite) fn columns(conn: &Connection, table: &str) -> Result<Vec<Column>> {
    let mut info = pragma(conn, "table_xinfo", table)?;
    let columns = info.query_map([], |row| {
        Ok(Column {
            name: row.get(1)?,
            declared_type: row.get(2)?,
            not_null: row.get(3)?,
            default: row.get(4)?,
            key: row.get(5)?,
            is_hidden: row.get::<_, i64>(6)? != 0,
        })
    })?;
    columns.collect()
}

/// The foreign keys of a table, the one written last first.
pub(in crate::sqlite) fn foreign_keys(conn: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    let mut list = pragma(conn, "foreign_key_list", table)?;
    let mut rows = list.query([])?;
    let (mut keys, mut last) = (Vec::<ForeignKey>::new(), None);
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if last.replace(id) != Some(id) {
            keys.push(ForeignKey {
                columns: Vec::new(),
                parent: row.get(2)?,
                parent_columns: Vec::new(),
                on_update: row.get(5)?,
                on_delete: row.get(6)?,
            });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.get(3)?);
            key.parent_columns.extend(row.get::<_, Option<String>>(4)?);
        }
    }
    Ok(keys)
}

impl TableModel {
    /// A table that is made by a text, of what SQLite says of it; `None` for one that rows cannot be put into.
    pub(in crate::sqlite) fn read(
        conn: &Connection,
        (name, sql): &(String, String),
        columns: &[Column],
        keys: &[ForeignKey],
        triggers: &[String],
    ) -> Result<Option<TableModel>> {
        let tokens = list(sql);
        let options = tokens.rsplit(|token| token.is(")")).next().unwrap_or_default();
        let without_rowid = options.iter().any(|token| token.is("WITHOUT"));
        let written: Vec<&Column> = columns.iter().filter(|column| !column.is_hidden).collect();
        if written.is_empty() {
            return Ok(None);
        }
        let field = |(column, place): (&&Column, i64)| Field {
            affinity: Affinity::of(&column.declared_type),
            name: column.name.clone(),
            declared_type: column.declared_type.clone(),
            nullable: !column.not_null,
            is_rowid: false,
            place,
            default: column.default.clone(),
            literals: Vec::new(),
            checked: false,
            holds: Holds::of(&column.name, &column.declared_type),
        };
        let mut model = TableModel {
            name: name.clone(),
            sql: sql.clone(),
            columns: written.iter().zip(1..).map(field).collect(),
            keys: Vec::new(),
            has_rowid: !without_rowid,
            unique: Vec::new(),
            null_key: None,
            insert: Made::default(),
        };
        model.unique = model.read_unique(conn)?;
        let key: Vec<usize> = (0..written.len()).filter(|&at| written[at].key > 0).collect();
        if let [only] = key[..]
            && !without_rowid
        {
            if model.columns[only].declared_type.eq_ignore_ascii_case("integer")
                && !model.unique.contains(&key)
            {
                model.columns[only].is_rowid = true;
                model.has_rowid = false;
            } else if model.columns[only].nullable {
                model.null_key = Some(only);
            }
        }
        // SQLite lets a key be NULL for the sake of old databases; no application means to.
        key.into_iter().for_each(|column| model.columns[column].nullable = false);
        model.keys = keys.iter().rev().map(|key| model.key(key)).collect();
        model.conditions(&tokens, "CHECK");
        triggers.iter().for_each(|text| model.trigger(text));
        Ok(Some(model))
    }

    fn read_unique(&self, conn: &Connection) -> Result<Vec<Vec<usize>>> {
        let mut list = pragma(conn, "index_list", &self.name)?;
        let indexes = list.query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))?;
        let mut unique = Vec::new();
        for index in indexes {
            let (index, is_unique) = index?;
            if !is_unique {
                continue;
            }
            let mut info = pragma(conn, "index_info", &index)?;
            let names = info.query_map([], |row| row.get::<_, Option<String>>(2))?;
            let names = names.collect::<Result<Vec<_>>>()?;
            unique.push(names.into_iter().filter_map(|name| self.column(&name?)).collect());
        }
        Ok(unique)
    }

    fn key(&self, key: &ForeignKey) -> Key {
        Key {
            columns: key.columns.iter().filter_map(|name| self.column(name)).collect(),
            parent: key.parent.clone(),
            parent_columns: key.parent_columns.clone(),
        }
    }
}
