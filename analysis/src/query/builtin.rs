//! The tables that SQLite brings along: its own schema, JSON as rows, and pragmas, which are statements as well.
//!
//! Virtual tables have no constraints: what is said here is what they were seen to give, and a test looks at it.

use onward_core::name::Ident;
use onward_schema::{Classes, Table};

use super::item::{Column, Item, rowid};
use super::value::{Null, Value};

/// The columns by table. A `?` is behind what may be NULL; `(…)` has those that `*` leaves out.
const TABLES: [(&str, &str); 2] = [
    (
        "json_each",
        "key:any? value:any? type:text atom:any? id:int parent:int? fullkey:text path:text (json:any? root:any?)",
    ),
    ("sqlite_schema", "type:text name:text tbl_name:text rootpage:int? sql:text?"),
];

/// Other names of these tables.
const SAME: [(&str, &str); 4] = [
    ("json_tree", "json_each"),
    ("sqlite_master", "sqlite_schema"),
    ("sqlite_temp_master", "sqlite_schema"),
    ("sqlite_temp_schema", "sqlite_schema"),
];

/// The same for pragmas.
const PRAGMAS: [(&str, &str); 15] = [
    ("busy_timeout", "timeout:int"),
    ("collation_list", "seq:int name:text"),
    ("database_list", "seq:int name:text file:text?"),
    ("foreign_key_check", "table:text rowid:int? parent:text fkid:int"),
    (
        "foreign_key_list",
        "id:int seq:int table:text from:text to:text? on_update:text on_delete:text match:text",
    ),
    ("function_list", "name:text builtin:int type:text enc:text narg:int flags:int"),
    ("index_info", "seqno:int cid:int name:text?"),
    ("index_list", "seq:int name:text unique:int origin:text partial:int"),
    ("index_xinfo", "seqno:int cid:int name:text? desc:int coll:text? key:int"),
    ("module_list", "name:text"),
    ("pragma_list", "name:text"),
    ("table_info", "cid:int name:text type:text notnull:int dflt_value:text? pk:int"),
    ("table_list", "schema:text name:text type:text ncol:int wr:int strict:int"),
    ("table_xinfo", "cid:int name:text type:text notnull:int dflt_value:text? pk:int hidden:int"),
    ("wal_checkpoint", "busy:int log:int checkpointed:int"),
];

/// Pragmas with one number, under their own name.
const NUMBERS: [&str; 17] = [
    "application_id",
    "auto_vacuum",
    "cache_size",
    "data_version",
    "defer_foreign_keys",
    "foreign_keys",
    "freelist_count",
    "journal_size_limit",
    "max_page_count",
    "page_count",
    "page_size",
    "query_only",
    "recursive_triggers",
    "schema_version",
    "synchronous",
    "temp_store",
    "user_version",
];

/// Pragmas with texts under their own name.
const TEXTS: [&str; 6] =
    ["compile_options", "encoding", "integrity_check", "journal_mode", "locking_mode", "quick_check"];

/// A table of SQLite's own as an item of FROM; `alias` is its name there.
pub(super) fn table(name: &str, alias: String) -> Option<Item> {
    let name = name.to_ascii_lowercase();
    let is_pragma = name.strip_prefix("pragma_");
    let columns = match is_pragma {
        Some(pragma) => pragma_columns(pragma)?,
        None => {
            let name = SAME.iter().find(|(same, _)| *same == name).map_or(&*name, |(_, name)| *name);
            read(TABLES.iter().find(|(table, _)| *table == name)?.1)
        }
    };
    let mut item = Item::new(alias, Some(columns.0));
    item.hidden = columns.1;
    item.hidden.push(rowid());
    if is_pragma.is_some() {
        item.hidden.extend(["arg", "schema"].map(|name| Column::new(name.to_owned(), Value::UNKNOWN)));
    }
    Some(item)
}

/// The columns of a pragma that is a statement.
pub(super) fn pragma(name: &str) -> Option<Vec<Column>> {
    pragma_columns(&name.to_ascii_lowercase()).map(|(columns, _)| columns)
}

fn pragma_columns(name: &str) -> Option<(Vec<Column>, Vec<Column>)> {
    let one = |classes| (vec![Column::new(name.to_owned(), Value::some(classes))], Vec::new());
    let found = PRAGMAS.iter().find(|(pragma, _)| *pragma == name).map(|(_, columns)| read(columns));
    found
        .or_else(|| NUMBERS.contains(&name).then(|| one(Classes::INTEGER)))
        .or_else(|| TEXTS.contains(&name).then(|| one(Classes::TEXT)))
}

fn read(columns: &str) -> (Vec<Column>, Vec<Column>) {
    let (shown, hidden) = columns.split_once('(').unwrap_or((columns, ""));
    let column = |word: &str| {
        let (name, class) = word.trim_end_matches(')').split_once(':')?;
        let (class, null) = match class.strip_suffix('?') {
            Some(class) => (class, Null::Unknown),
            None => (class, Null::Never),
        };
        let classes = match class {
            "int" => Classes::INTEGER,
            "text" => Classes::TEXT,
            _ => Classes::ANY,
        };
        Some(Column::new(name.to_owned(), Value::new(classes, null)))
    };
    let all = |columns: &str| columns.split_whitespace().filter_map(column).collect();
    (all(shown), all(hidden))
}

/// Whether a table is a full-text index of FTS5, which has functions of its own.
pub(super) fn is_search(table: &Table) -> bool {
    table.module.as_ref().is_some_and(|module| Ident(&module.name) == "fts5")
}

/// What FTS5 adds to a table's columns: the table itself, and how well a row matches, NULL where nothing was looked for.
pub(super) fn search_columns(table: &Table) -> [Column; 2] {
    let rank = Value::new(Classes::REAL, Null::Unknown);
    [Column::new(table.name.clone(), Value::UNKNOWN), Column::new("rank".to_owned(), rank)]
}

/// What a function of FTS5 gives. Of a column that is NULL there is no text to show.
pub(super) fn search_function(name: &str) -> Option<Value> {
    Some(match name {
        "bm25" => Value::some(Classes::REAL),
        "highlight" | "snippet" => Value::new(Classes::TEXT, Null::Unknown),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use rusqlite::types::ValueRef;

    use super::*;

    const SCHEMA: &str = "
        CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x', c, UNIQUE (b, c), CHECK (c > 0));
        CREATE INDEX i ON t(c, a + 1);
        CREATE VIEW v AS SELECT a + 1 AS z, 'x' AS y, b, NULL AS n FROM t;
        CREATE TABLE k(x REFERENCES t, y REFERENCES t(a) ON DELETE SET NULL, PRIMARY KEY (x, y)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE f USING fts5(body, title);
        CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM k; END;
        CREATE TEMP TABLE p(a);
        PRAGMA foreign_keys = OFF;
        INSERT INTO k VALUES (7, 8);
        ATTACH ':memory:' AS other;
    ";

    /// Runs a statement and holds what it gives against the columns; gives how many rows there were.
    fn hold(conn: &Connection, sql: &str, columns: &[Column]) -> usize {
        let mut statement = conn.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let mut names = Vec::new();
        for name in statement.column_names() {
            names.push(name.to_owned());
        }
        assert_eq!(names, columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), "{sql}");
        let (mut rows, mut count) = (statement.raw_query(), 0);
        while let Some(row) = rows.next().unwrap() {
            count += 1;
            for (index, Column { name, value, .. }) in columns.iter().enumerate() {
                let class = match row.get_ref(index).unwrap() {
                    ValueRef::Null => {
                        assert_ne!(value.null, Null::Never, "{sql}: {name}");
                        continue;
                    }
                    ValueRef::Integer(_) => Classes::INTEGER,
                    ValueRef::Real(_) => Classes::REAL,
                    ValueRef::Text(_) => Classes::TEXT,
                    ValueRef::Blob(_) => Classes::BLOB,
                };
                assert!(value.classes.meets(class), "{sql}: {name} is {class}");
            }
        }
        count
    }

    #[test]
    fn tables_are_as_sqlite_has_them() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(SCHEMA).unwrap();
        let all = |name: &str| table(name, String::new()).unwrap().columns.unwrap();
        for (name, _) in SAME.iter().filter(|(_, table)| *table == "sqlite_schema") {
            hold(&conn, &format!("SELECT * FROM {name}"), &all(name));
        }
        assert!(hold(&conn, "SELECT * FROM sqlite_schema", &all("sqlite_schema")) > 5);
        for json in ["'[1, null, \"a\", {\"b\": [1.5]}]'", "'null'", "'5'", "NULL", "'{}'", "jsonb('[[2]]')"]
        {
            hold(&conn, &format!("SELECT * FROM json_each({json})"), &all("json_each"));
            hold(&conn, &format!("SELECT * FROM json_tree({json})"), &all("json_tree"));
            let hidden = "SELECT json, root, rowid FROM json_tree('[1]')";
            hold(&conn, hidden, &table("json_tree", String::new()).unwrap().hidden);
        }
    }

    #[test]
    fn pragmas_are_as_sqlite_has_them() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(SCHEMA).unwrap();
        let names = PRAGMAS.iter().map(|(name, _)| *name).chain(NUMBERS).chain(TEXTS);
        for name in names {
            let columns = pragma(name).unwrap();
            let mut rows = 0;
            for argument in ["t", "i", "v", "k", "f", "sqlite_autoindex_t_1", "sqlite_autoindex_k_1"] {
                let takes =
                    ["index_", "table_", "foreign_key_list"].iter().any(|kind| name.starts_with(kind));
                if takes {
                    rows += hold(&conn, &format!("PRAGMA {name}({argument})"), &columns);
                    rows += hold(&conn, &format!("SELECT * FROM pragma_{name}('{argument}')"), &columns);
                }
            }
            rows += hold(&conn, &format!("PRAGMA {name}"), &columns);
            assert!(rows > 0, "{name}");
        }
        hold(
            &conn,
            "SELECT rowid, arg, schema FROM pragma_table_info('t')",
            &table("pragma_table_info", String::new()).unwrap().hidden,
        );
    }
}
