//! What a row of a table must look like, as far as the schema says.

use std::cell::OnceCell;

use onward_core::name::quoted;
use onward_core::token::{Kind, Token, significant};
use onward_schema::{Affinity, pragma};
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use crate::sqlite::sandbox::Sandbox;

/// More literals than these are not tried for a column.
const MOST: usize = 40;

/// A table that rows can be put into.
#[derive(Debug)]
pub(super) struct TableModel {
    pub(super) name: String,
    /// The statement that makes it.
    pub(super) sql: String,
    /// Without those that are computed.
    pub(super) columns: Vec<Field>,
    pub(super) keys: Vec<Key>,
    /// Whether it has rowids that no column is another name for.
    pub(super) has_rowid: bool,
    /// Which columns no two rows may have the same values in.
    pub(super) unique: Vec<Vec<usize>>,
    /// A column that is the key and no rowid, and in which SQLite takes NULL.
    pub(super) null_key: Option<usize>,
    insert: OnceCell<Insert>,
}

/// A statement that puts in a row.
#[derive(Debug)]
pub(super) struct Insert {
    /// The columns, quoted; the last is the rowid, if no column is another name for it.
    pub(super) columns: String,
    /// With a parameter for each.
    pub(super) sql: String,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) declared_type: String,
    pub(super) affinity: Affinity,
    pub(super) nullable: bool,
    /// Whether it is another name for the rowid.
    pub(super) is_rowid: bool,
    /// Its number in the table, from one.
    pub(super) place: i64,
    /// What a CHECK that names it compares with, or a trigger.
    pub(super) literals: Vec<Value>,
    /// Whether its default is JSON, so that an application finds JSON there.
    pub(super) is_json: bool,
    /// Whether a CHECK or a trigger names it at all.
    pub(super) checked: bool,
}

/// A foreign key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) columns: Vec<usize>,
    pub(super) parent: String,
    /// Empty for the parent's primary key.
    pub(super) parent_columns: Vec<String>,
}

impl TableModel {
    /// Reads a table; `None` for one that is virtual or not there.
    pub(super) fn read(sandbox: &Sandbox, table: &str) -> Result<Option<TableModel>> {
        let conn = sandbox.conn();
        let Some((name, sql)) = sandbox.table(table)? else { return Ok(None) };
        let tokens: Vec<Token<'_>> = significant(&sql).collect();
        let options = tokens.rsplit(|token| token.is(")")).next().unwrap_or_default();
        let without_rowid = options.iter().any(|token| token.is("WITHOUT"));
        let mut model = TableModel {
            name,
            sql: String::new(),
            columns: Vec::new(),
            keys: Vec::new(),
            has_rowid: !without_rowid,
            unique: Vec::new(),
            null_key: None,
            insert: OnceCell::new(),
        };
        let mut key = Vec::new();
        let mut columns = pragma(conn, "table_xinfo", table)?;
        let mut rows = columns.query([])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(6)? != 0 {
                continue;
            }
            let (name, declared_type): (String, String) = (row.get(1)?, row.get(2)?);
            if row.get::<_, i64>(5)? > 0 {
                key.push(model.columns.len());
            }
            let default: Option<String> = row.get(4)?;
            model.columns.push(Field {
                affinity: Affinity::of(&declared_type),
                name,
                declared_type,
                nullable: !row.get::<_, bool>(3)?,
                is_rowid: false,
                place: model.columns.len() as i64 + 1,
                is_json: matches!(default.as_deref(), Some("'[]'" | "'{}'")),
                literals: Vec::new(),
                checked: false,
            });
        }
        if model.columns.is_empty() {
            return Ok(None);
        }
        model.indexes(conn, table)?;
        if let [only] = key[..]
            && !without_rowid
            && model.columns[only].declared_type.eq_ignore_ascii_case("integer")
            && !model.unique.contains(&key)
        {
            model.columns[only].is_rowid = true;
            model.has_rowid = false;
        }
        if let [only] = key[..]
            && !without_rowid
            && model.columns[only].nullable
            && !model.columns[only].is_rowid
        {
            model.null_key = Some(only);
        }
        // SQLite lets a key be NULL for the sake of old databases; no application means to.
        key.into_iter().for_each(|column| model.columns[column].nullable = false);
        model.foreign_keys(conn, table)?;
        model.conditions(&tokens, "CHECK");
        model.triggers(sandbox, table)?;
        model.sql = sql;
        Ok(Some(model))
    }

    /// What puts a row into it.
    pub(super) fn insert(&self) -> &Insert {
        self.insert.get_or_init(|| {
            let mut names: Vec<String> = self.columns.iter().map(|field| quoted(&field.name)).collect();
            names.extend(self.has_rowid.then(|| "_rowid_".to_owned()));
            let marks: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
            let (table, columns, marks) = (quoted(&self.name), names.join(", "), marks.join(", "));
            let sql = format!("INSERT INTO main.{table}({columns}) VALUES ({marks})");
            Insert { columns, sql }
        })
    }

    /// Whether its rows have numbers, under whatever name.
    pub(super) fn has_rowids(&self) -> bool {
        self.has_rowid || self.columns.iter().any(|field| field.is_rowid)
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }

    fn indexes(&mut self, conn: &Connection, table: &str) -> Result<()> {
        let mut list = pragma(conn, "index_list", table)?;
        let indexes = list.query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))?;
        for index in indexes {
            let (index, is_unique) = index?;
            if !is_unique {
                continue;
            }
            let mut info = pragma(conn, "index_info", &index)?;
            let names = info.query_map([], |row| row.get::<_, Option<String>>(2))?;
            let names = names.collect::<Result<Vec<_>>>()?;
            let columns = names.into_iter().filter_map(|name| self.column(&name?)).collect();
            self.unique.push(columns);
        }
        Ok(())
    }

    fn foreign_keys(&mut self, conn: &Connection, table: &str) -> Result<()> {
        let mut list = pragma(conn, "foreign_key_list", table)?;
        let mut rows = list.query([])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let (id, parent, from, to): (i64, String, String, Option<String>) =
                (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
            if last.replace(id) != Some(id) {
                self.keys.push(Key { columns: Vec::new(), parent, parent_columns: Vec::new() });
            }
            let column = self.column(&from);
            if let Some(key) = self.keys.last_mut() {
                key.columns.extend(column);
                key.parent_columns.extend(to);
            }
        }
        // The key written last has the id 0.
        self.keys.reverse();
        Ok(())
    }

    /// Notes which columns the brackets after `word` name, and the literals beside them.
    fn conditions(&mut self, tokens: &[Token<'_>], word: &str) {
        for condition in brackets(tokens, word) {
            self.condition(condition, |_, _| true);
        }
    }

    fn condition<'t>(&mut self, tokens: &'t [Token<'t>], is_column: impl Fn(&'t [Token<'t>], usize) -> bool) {
        let literals: Vec<Value> = tokens.iter().filter_map(literal).collect();
        for at in 0..tokens.len() {
            let Some(name) = tokens[at].name().filter(|_| is_column(tokens, at)) else { continue };
            // A string that happens to be spelled as a column is none.
            if tokens[at].kind != Kind::String
                && let Some(column) = self.column(&name)
            {
                let field = &mut self.columns[column];
                field.checked = true;
                let new = literals.iter().filter(|value| !field.literals.contains(value)).cloned();
                let new: Vec<Value> = new.take(MOST).collect();
                field.literals.extend(new);
            }
        }
    }

    /// A trigger that raises an error is a condition as well.
    fn triggers(&mut self, sandbox: &Sandbox, table: &str) -> Result<()> {
        for text in sandbox.triggers(table)? {
            let tokens: Vec<Token<'_>> = significant(&text).collect();
            if tokens.iter().any(|token| token.is("RAISE")) {
                self.condition(&tokens, |tokens, at| {
                    at > 1 && tokens[at - 1].is(".") && tokens[at - 2].is("NEW")
                });
            }
        }
        Ok(())
    }
}

/// What stands in brackets behind this word, without the last one.
pub(super) fn brackets<'t>(tokens: &'t [Token<'t>], word: &'t str) -> impl Iterator<Item = &'t [Token<'t>]> {
    let places = tokens.iter().enumerate().filter(move |(_, token)| token.is(word));
    places.map(|(at, _)| {
        let mut depth = 0;
        let end = tokens[at + 1..].iter().position(|token| {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            depth <= 0
        });
        &tokens[at + 1..at + 1 + end.unwrap_or(0)]
    })
}

/// A number or string of SQL as a value.
pub(super) fn literal(token: &Token<'_>) -> Option<Value> {
    match token.kind {
        Kind::String => token.name().map(Value::Text),
        Kind::Number => {
            let integer = token.text.parse().ok().map(Value::Integer);
            integer.or_else(|| token.text.parse().ok().map(Value::Real))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// The table `t`.
    fn model(sql: &str) -> TableModel {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox.conn().execute_batch(sql).unwrap();
        TableModel::read(&sandbox, "t").unwrap().unwrap()
    }

    /// What each column is compared with; `None` for those of which no condition says anything.
    fn literals(sql: &str) -> Vec<Option<Vec<Value>>> {
        model(sql).columns.into_iter().map(|field| field.checked.then_some(field.literals)).collect()
    }

    #[test]
    fn conditions_are_what_stands_in_their_brackets() {
        let text = |text: &str| Value::Text(text.into());
        let (one, three) = (Value::Integer(1), Value::Integer(3));
        assert_eq!(
            literals(
                "CREATE TABLE t(a CHECK (b > 1 AND (b < 3)), b DEFAULT 7, c DEFAULT 9 CHECK (c <> 'b'))"
            ),
            [None, Some(vec![one.clone(), three]), Some(vec![text("b")])]
        );
        assert_eq!(
            literals("CREATE TABLE t(a, b CHECK (b = 1.5), c)"),
            [None, Some(vec![Value::Real(1.5)]), None]
        );
        let trigger = |text: &str| {
            format!(
                "CREATE TABLE t(a, b); CREATE TRIGGER g BEFORE UPDATE ON t WHEN new.a = 1 AND old.b = 2 BEGIN SELECT {text}; END"
            )
        };
        assert_eq!(
            literals(&trigger("raise(ABORT, 'no')")),
            [Some(vec![one, Value::Integer(2), text("no")]), None]
        );
        assert_eq!(literals(&trigger("2")), [None, None]);
    }

    #[test]
    fn a_rowid_has_at_most_one_other_name() {
        for (sql, is_rowid, has_rowid) in [
            ("id INTEGER PRIMARY KEY", true, false),
            ("id integer, PRIMARY KEY (id)", true, false),
            ("id INTEGER PRIMARY KEY DESC", false, true),
            ("id INT PRIMARY KEY", false, true),
            ("id INTEGER, a, PRIMARY KEY (id, a)", false, true),
            ("id INTEGER", false, true),
        ] {
            let model = model(&format!("CREATE TABLE t({sql})"));
            assert_eq!((model.columns[0].is_rowid, model.has_rowid), (is_rowid, has_rowid), "{sql}");
        }
        let without = model("CREATE TABLE t(id INTEGER PRIMARY KEY, a CHECK (a > 1)) WITHOUT ROWID");
        assert!(!without.columns[0].is_rowid && !without.has_rowid);
    }

    #[test]
    fn a_key_may_be_null_in_an_ordinary_table() {
        for (sql, null_key) in [
            ("a, id TEXT PRIMARY KEY)", Some(1)),
            ("id INT PRIMARY KEY)", Some(0)),
            ("id INTEGER PRIMARY KEY DESC)", Some(0)),
            ("id INTEGER PRIMARY KEY)", None),
            ("id TEXT NOT NULL PRIMARY KEY)", None),
            ("id TEXT PRIMARY KEY) WITHOUT ROWID", None),
            ("id TEXT PRIMARY KEY) STRICT", None),
            ("id TEXT UNIQUE)", None),
        ] {
            assert_eq!(model(&format!("CREATE TABLE t({sql}")).null_key, null_key, "{sql}");
        }
    }

    #[test]
    fn keys_and_what_is_unique() {
        let model = model(
            "CREATE TABLE t(a, b, c UNIQUE, FOREIGN KEY (b, a) REFERENCES p(x, y), FOREIGN KEY (c) REFERENCES q);
             CREATE UNIQUE INDEX i ON t(b, a); CREATE INDEX j ON t(a)",
        );
        let mut unique = model.unique.clone();
        unique.sort();
        assert_eq!(unique, [vec![1, 0], vec![2]]);
        let keys: Vec<_> = model.keys.iter().map(|key| (&*key.parent, &key.columns[..])).collect();
        assert_eq!(keys, [("p", &[1, 0][..]), ("q", &[2])]);
        assert_eq!((model.keys[0].parent_columns.len(), model.keys[1].parent_columns.len()), (2, 0));
    }
}
