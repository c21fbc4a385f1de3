//! The schema of a database.

use std::collections::BTreeMap;

use onward_core::canonical::canonical;
use onward_core::name::Ident;
use rusqlite::{Connection, Result};

use crate::catalog::Entry;
use crate::read::Reader;
use crate::{Index, ObjectKind, Table, catalog};

/// The schema of a database; the keys are the names in lower case (of ASCII, as SQLite compares them).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables with their indexes, virtual tables among them.
    pub tables: BTreeMap<String, Table>,
    /// The views.
    pub views: BTreeMap<String, View>,
    /// The triggers, on views too.
    pub triggers: BTreeMap<String, Trigger>,
}

/// A view. What it refers to need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name as written.
    pub name: String,
    /// Its canonical text (see [`canonical`](mod@onward_core::canonical)).
    pub definition: String,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name as written.
    pub name: String,
    /// The table or view it watches.
    pub table: String,
    /// Its canonical text (see [`canonical`](mod@onward_core::canonical)).
    pub definition: String,
}

impl Schema {
    /// Reads the main database of a connection, and writes nothing.
    ///
    /// It takes many small queries: where others may change the schema meanwhile, start a transaction first.
    /// A view that does not resolve and a virtual table whose module is not there are listed with what is known. The
    /// shadow tables of such a virtual table pass for ordinary ones: only the module knows them.
    ///
    /// ```
    /// use onward_schema::Schema;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let schema = Schema::read(&conn)?;
    /// assert_eq!(schema.tables["jobs"].columns.len(), 3);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn read(conn: &Connection) -> Result<Schema> {
        Schema::of(conn, catalog::entries(conn)?, |_| None)
    }

    /// Of these entries; `known` gives a table that need not be read.
    pub(crate) fn of(
        conn: &Connection,
        entries: Vec<Entry>,
        mut known: impl FnMut(&Entry) -> Option<Table>,
    ) -> Result<Schema> {
        let indexes = entries.iter().filter(|entry| entry.kind == ObjectKind::Index);
        let index_texts = indexes.map(|entry| (entry.name.to_ascii_lowercase(), entry.sql.clone())).collect();
        let reader = Reader::new(conn, index_texts);
        let mut schema = Schema::default();
        for entry in entries {
            let key = entry.name.to_ascii_lowercase();
            match entry.kind {
                ObjectKind::Table => {
                    let table = known(&entry).map_or_else(|| reader.table(&entry), Ok)?;
                    schema.tables.insert(key, table);
                }
                // With their tables.
                ObjectKind::Index => {}
                ObjectKind::View => {
                    let definition = canonical(&entry.sql);
                    schema.views.insert(key, View { name: entry.name, definition });
                }
                ObjectKind::Trigger => {
                    let definition = canonical(&entry.sql);
                    schema.triggers.insert(key, Trigger { name: entry.name, table: entry.table, definition });
                }
            }
        }
        Ok(schema)
    }

    /// The table of this name, in any case.
    ///
    /// ```
    /// use onward_schema::Schema;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let schema = Schema::read(&conn)?;
    /// assert!(schema.table("JOBS").is_some() && schema.table("queues").is_none());
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&name.to_ascii_lowercase())
    }

    /// The index of this name, in any case, with its table.
    ///
    /// ```
    /// use onward_schema::Schema;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// conn.execute_batch("CREATE INDEX by_state ON jobs(state)")?;
    /// let schema = Schema::read(&conn)?;
    /// assert!(schema.index("by_state").is_some());
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn index(&self, name: &str) -> Option<(&Table, &Index)> {
        let pairs =
            self.tables.values().flat_map(|table| table.indexes.iter().map(move |index| (table, index)));
        pairs.into_iter().find(|(_, index)| Ident(&index.name) == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Affinity, Fingerprint, Generated, IndexColumn, Origin};

    fn schema(sql: &str) -> Result<Schema> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(sql)?;
        Schema::read(&conn)
    }

    #[test]
    fn a_table_is_read_whole() -> Result<()> {
        let schema = schema(
            "CREATE TABLE Jobs(
                 Id INTEGER PRIMARY KEY AUTOINCREMENT,
                 state VARCHAR(9) NOT NULL DEFAULT ( 'a' -- why
                     || 'b'),
                 name TEXT COLLATE NOCASE UNIQUE,
                 twice INT GENERATED ALWAYS AS (id * 2) VIRTUAL,
                 loud AS (upper(name)) STORED,
                 CHECK (state <> ''),
                 UNIQUE (state, name)
             )",
        )?;
        let table = schema.table("JOBS").unwrap();
        assert_eq!(table.name, "Jobs");
        assert!(table.autoincrement && !table.strict && !table.without_rowid);
        assert_eq!(table.checks, ["state <> ''"]);
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["Id", "state", "name", "twice", "loud"]);
        let id = table.column("ID").unwrap();
        assert_eq!((id.primary_key, id.affinity, id.not_null), (Some(1), Affinity::Integer, false));
        let state = table.column("state").unwrap();
        assert_eq!(
            (state.declared_type.as_str(), state.not_null, state.primary_key),
            ("VARCHAR(9)", true, None)
        );
        assert_eq!(state.default.as_deref(), Some("'a' || 'b'"));
        assert_eq!(table.column("name").unwrap().collation, "NOCASE");
        let generated =
            |stored, expression: &str| Some(Generated { stored, expression: expression.to_owned() });
        assert_eq!(table.column("twice").unwrap().generated, generated(false, "id * 2"));
        assert_eq!(table.column("loud").unwrap().generated, generated(true, "upper(name)"));
        let indexes: Vec<(&str, Origin)> =
            table.indexes.iter().map(|index| (index.name.as_str(), index.origin)).collect();
        let unique = Origin::UniqueConstraint;
        assert_eq!(indexes, [("sqlite_autoindex_Jobs_1", unique), ("sqlite_autoindex_Jobs_2", unique)]);
        assert_eq!(table.indexes[0].columns[0].collation, "NOCASE");
        Ok(())
    }

    #[test]
    fn options_and_composite_keys() -> Result<()> {
        let schema =
            schema("CREATE TABLE t(a ANY, b INT, c TEXT, PRIMARY KEY (c, a DESC)) STRICT, WITHOUT ROWID")?;
        let table = schema.table("t").unwrap();
        assert!(table.strict && table.without_rowid);
        assert_eq!(table.column("a").unwrap().affinity, Affinity::Blob);
        let key: Vec<&str> = table.primary_key().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(key, ["c", "a"]);
        assert!(table.column("a").unwrap().not_null);
        assert_eq!(table.indexes[0].origin, Origin::PrimaryKey);
        assert!(table.indexes[0].columns[1].descending);
        Ok(())
    }

    #[test]
    fn indexes_with_expressions_and_conditions() -> Result<()> {
        let schema = schema(
            "CREATE TABLE t(a, b);
             CREATE UNIQUE INDEX J ON t(b COLLATE rtrim DESC, lower(a) || ',' COLLATE nocase, lower(b) COLLATE nocase) WHERE a > 0;
             CREATE INDEX i ON t(a)",
        )?;
        let (table, index) = schema.index("j").unwrap();
        assert_eq!(table.indexes.iter().map(|index| index.name.as_str()).collect::<Vec<_>>(), ["i", "J"]);
        assert!(index.unique && index.origin == Origin::Created);
        assert_eq!(index.partial.as_deref(), Some("a > 0"));
        let column = |text: &str, is_expression, descending, collation: &str| IndexColumn {
            name_or_expression: text.to_owned(),
            is_expression,
            descending,
            collation: collation.to_owned(),
        };
        assert_eq!(
            index.columns,
            [
                column("b", false, true, "rtrim"),
                // COLLATE binds more tightly than any operator.
                column("lower(a) || ',' COLLATE nocase", true, false, "BINARY"),
                column("lower(b) COLLATE nocase", true, false, "nocase"),
            ]
        );
        Ok(())
    }

    #[test]
    fn foreign_keys_in_the_order_written() -> Result<()> {
        let schema = schema(
            "CREATE TABLE t(a REFERENCES Parent ON DELETE CASCADE, b, c REFERENCES p(x) DEFERRABLE INITIALLY DEFERRED,
             FOREIGN KEY (a, b) REFERENCES q(x, y) ON UPDATE SET NULL ON DELETE RESTRICT)",
        )?;
        let keys = &schema.table("t").unwrap().foreign_keys;
        let written: Vec<String> = keys.iter().map(|key| format!("{:?} {key}", key.columns)).collect();
        assert_eq!(
            written,
            [
                "[\"a\"] REFERENCES Parent ON DELETE CASCADE",
                "[\"c\"] REFERENCES p(x) DEFERRABLE INITIALLY DEFERRED",
                "[\"a\", \"b\"] REFERENCES q(x, y) ON UPDATE SET NULL ON DELETE RESTRICT",
            ]
        );
        assert_eq!(keys[0].on_delete, Action::Cascade);
        Ok(())
    }

    #[test]
    fn names_may_be_anything() -> Result<()> {
        let schema = schema(
            "CREATE TABLE \"it's \"\"a\"\" [table]\"(\"a b\" TEXT CHECK (\"a b\" <> ')'), `select` INT DEFAULT 1, \"Größe\");
             CREATE INDEX \"an index\" ON \"it's \"\"a\"\" [table]\"(\"a b\", `select` + 1);
             CREATE TABLE \"order\"(\"group\" REFERENCES \"it's \"\"a\"\" [table]\"(\"a b\"));
             CREATE TABLE sqlitex(a); CREATE TABLE \"\"(a); CREATE TABLE \"x%_'\"(\"\")",
        )?;
        let table = schema.table("IT'S \"A\" [TABLE]").unwrap();
        assert_eq!(table.columns.len(), 3);
        assert_eq!(table.checks, ["\"a b\" <> ')'"]);
        assert_eq!(table.indexes[0].columns[1].name_or_expression, "`select` + 1");
        assert_eq!(schema.table("order").unwrap().foreign_keys[0].parent, table.name);
        assert_eq!(
            schema.tables.keys().collect::<Vec<_>>(),
            ["", "it's \"a\" [table]", "order", "sqlitex", "x%_'"]
        );
        assert!(table.column("Größe").is_some() && table.column("größe").is_some());
        assert_eq!(table.column("GRÖSSE"), None);
        Ok(())
    }

    #[test]
    fn a_broken_view_and_what_hangs_on_it_are_read() -> Result<()> {
        let schema = schema(
            "CREATE TABLE t(a); CREATE VIEW v AS SELECT * FROM t JOIN nowhere; CREATE VIEW w AS SELECT * FROM v;
             CREATE TRIGGER r INSTEAD OF INSERT ON v BEGIN SELECT 1; END; CREATE VIRTUAL TABLE d USING fts5(a)",
        )?;
        assert_eq!(schema.views["v"].definition, "create view v as select * from t join nowhere");
        assert_eq!(schema.triggers["r"].table, "v");
        assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["d", "t"]);
        Ok(())
    }

    #[test]
    fn virtual_tables_are_read_without_what_they_hide() -> Result<()> {
        let schema = schema(
            "CREATE VIRTUAL TABLE docs USING fts5(Title, body); CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)",
        )?;
        let docs = schema.table("docs").unwrap();
        assert_eq!(
            docs.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            ["Title", "body"]
        );
        assert_eq!(docs.module.as_ref().map(|module| module.name.as_str()), Some("fts5"));
        assert_eq!(schema.tables.len(), 2);
        Ok(())
    }

    #[test]
    fn a_virtual_table_without_its_module_is_read() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(
            "CREATE TABLE t(a); PRAGMA writable_schema = on;
             INSERT INTO sqlite_schema VALUES
                 ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec USING vec0(Embedding float[3])');
             PRAGMA writable_schema = reset;",
        )?;
        let schema = Schema::read(&conn)?;
        let table = schema.table("vec").unwrap();
        assert_eq!(table.module.as_ref().unwrap().arguments, ["Embedding float[3]"]);
        assert_eq!(table.columns, []);
        Fingerprint::read(&conn, None)?;
        assert_eq!(schema.compare(&schema), []);
        Ok(())
    }

    #[test]
    fn reading_writes_nothing_and_leaves_other_databases_out() -> Result<()> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(
            "CREATE TABLE t(a TEXT); CREATE TEMP TABLE t(b INT UNIQUE); CREATE TEMP TABLE u(a); ATTACH ':memory:' AS other;
             CREATE TABLE other.t(c); CREATE TABLE other.w(a); PRAGMA query_only = on",
        )?;
        let before = conn.total_changes();
        let schema = Schema::read(&conn)?;
        assert_eq!(schema.tables.len(), 1);
        assert_eq!(schema.table("t").unwrap().columns[0].name, "a");
        assert_eq!(schema.table("t").unwrap().indexes, []);
        assert_eq!(conn.total_changes(), before);
        Ok(())
    }
}
