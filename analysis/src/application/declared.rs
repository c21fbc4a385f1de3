//! What onward.toml says of tables and functions of others, and of primary keys, as statements have it.

use crate::Analysis;
use crate::application::Error;
use crate::checks::testing::{codes, folder};
use crate::query::Null;
use crate::query::relation::Key;

const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, tags TEXT NOT NULL);";

/// The columns of a statement: `name class`, with `?` where it may be NULL and `!` where onward.toml alone says that it is not.
fn columns(analysis: &Analysis, sql: &str) -> String {
    let query = match analysis.query(sql.into()) {
        Ok(query) => query,
        Err(Error::Refused(refused)) => return format!("refused: {}", refused.diagnostic.message),
        Err(other) => return format!("{other:?}"),
    };
    let shown = query.columns.iter().map(|column| {
        let sign = match column.value.null {
            Null::Never if column.vouched => "!",
            Null::Never => "",
            Null::Unknown => "~",
            Null::Possible => "?",
        };
        format!("{} {}{sign}", column.name, column.value.classes)
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn functions_of_the_application_have_the_columns_of_their_rows() {
    let config = "[external]
        'generate_series()' = []
        'Rarray()' = 'value INTEGER NOT NULL'
        'split()' = 'value TEXT NOT NULL, \"at\" INTEGER'
        'words()' = ['word']\n";
    let found = folder(&[
        ("1_a.sql", JOBS),
        ("2_b.sql", "CREATE VIEW days AS SELECT value AS day FROM generate_series(1, 7);"),
        // What stands in for a function hides no table.
        ("3_c.sql", "CREATE TABLE split_content(mine INTEGER NOT NULL);"),
        ("onward.toml", config),
    ]);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    assert_eq!(columns(&found, "SELECT * FROM split_content"), "mine INTEGER");
    let any = "INTEGER or REAL or TEXT or BLOB";
    for (sql, expected) in [
        ("SELECT value FROM generate_series(1, :n)", "value INTEGER"),
        ("SELECT * FROM generate_series(1, 9, 2) AS s WHERE s.value > 3", "value INTEGER"),
        (
            "SELECT value, start FROM generate_series WHERE start = 1 AND stop = 3",
            "value INTEGER, start ANY~",
        ),
        ("SELECT id, s.value FROM jobs JOIN generate_series(1, jobs.id) s", "id INTEGER, value INTEGER"),
        (
            "SELECT id, s.value FROM jobs LEFT JOIN generate_series(1, jobs.id) s",
            "id INTEGER, value INTEGER?",
        ),
        ("SELECT max(value) AS most FROM generate_series(1, 3)", "most INTEGER?"),
        ("SELECT day FROM days", "day INTEGER"),
        ("SELECT value FROM rarray(?)", "value INTEGER"),
        ("SELECT id FROM jobs WHERE id IN rarray(?1)", "id INTEGER"),
        ("SELECT id FROM jobs WHERE id IN (SELECT value FROM rarray(?1))", "id INTEGER"),
        ("SELECT * FROM split('a,b', ',')", "value TEXT, at INTEGER?"),
        ("SELECT s.value, \"at\" FROM jobs, split(jobs.tags) AS s", "value TEXT, at INTEGER?"),
        ("SELECT s.value FROM jobs LEFT JOIN split(tags, ',', 2) AS s ON s.\"at\" = id", "value TEXT?"),
        ("WITH s AS (SELECT value FROM split(?, ?)) SELECT upper(value) AS u FROM s", "u TEXT"),
        ("SELECT (SELECT count(*) FROM split(tags)) AS n FROM jobs", "n INTEGER"),
        ("SELECT word FROM words(1)", "word ANY?"),
        (
            "SELECT value FROM split(1, 2, 3, 4)",
            "refused: SQLite refuses this: too many arguments on split() - max 3",
        ),
        ("SELECT nowhere FROM split(1)", "refused: `split()` has no column `nowhere`"),
        ("SELECT value FROM other(1)", "refused: there is no table or view `other`"),
    ] {
        assert_eq!(columns(&found, sql).replace(any, "ANY"), expected, "{sql}");
    }
}

#[test]
fn tables_outside_of_the_database_are_those_of_structs_too() {
    let config = "[external]\ntemp.batch = 'job INTEGER NOT NULL'\narchive.jobs = 'id TEXT PRIMARY KEY, note TEXT'\n\
                  [schema]\nprimary_keys = 'not null'\n";
    let found = folder(&[("1_a.sql", JOBS), ("onward.toml", config)]);
    for (name, quoted, columns) in [
        ("archive.jobs", "\"archive\".\"jobs\"", vec!["id ?", "note ?", "rowid"]),
        ("ARCHIVE.Jobs", "\"archive\".\"jobs\"", vec!["id ?", "note ?", "rowid"]),
        ("batch", "\"temp\".\"batch\"", vec!["job", "rowid"]),
        ("temp.batch", "\"temp\".\"batch\"", vec!["job", "rowid"]),
        ("jobs", "\"jobs\"", vec!["id", "tags"]),
    ] {
        let relation = found.relation(name).unwrap();
        assert_eq!(relation.quoted(), quoted);
        let shown = relation.columns.iter().map(|column| match column.value.null {
            Null::Possible => format!("{} ?", column.name),
            _ => column.name.clone(),
        });
        assert_eq!(shown.collect::<Vec<_>>(), columns, "{name}");
        assert!(relation.columns.iter().all(|column| column.key == Key::Plain));
    }
    assert!(found.relation("other.jobs").is_none() && found.relation("archive.batch").is_none());
    let place = found.definition("archive.jobs", "note");
    assert_eq!(found.history.files.get(place.file).path, "onward.toml");
}

/// A temporary table comes before one of the same name, wherever a statement does not say which it means.
#[test]
fn a_temporary_table_hides_one_of_the_migrations() {
    let config =
        "[external]\ntemp.jobs = 'id TEXT, batch INTEGER NOT NULL'\ntemp.open = 'n INTEGER NOT NULL'";
    let view = "CREATE VIEW open AS SELECT id FROM jobs;";
    let found = folder(&[("1_a.sql", JOBS), ("2_b.sql", view), ("onward.toml", config)]);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    // As it is on the application's connections.
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(&format!("{JOBS} {view} CREATE TEMP TABLE jobs(id TEXT, batch INTEGER NOT NULL);"))
        .unwrap();
    conn.execute_batch("CREATE TEMP TABLE open(n INTEGER NOT NULL)").unwrap();
    for (sql, expected) in [
        ("SELECT * FROM jobs", "id TEXT?, batch INTEGER"),
        ("SELECT * FROM temp.jobs", "id TEXT?, batch INTEGER"),
        ("SELECT * FROM main.jobs", "id INTEGER, tags TEXT"),
        ("SELECT j.id, k.id AS other FROM main.jobs j JOIN jobs k", "id INTEGER, other TEXT?"),
        ("SELECT main.jobs.tags FROM main.jobs", "tags TEXT"),
        ("SELECT * FROM open", "n INTEGER"),
        ("SELECT * FROM main.open", "id INTEGER"),
        ("SELECT tags FROM jobs", "refused: `temp.jobs` has no column `tags`"),
        // What is certain of the one is not said of the other.
        ("INSERT INTO jobs DEFAULT VALUES", ""),
        (
            "INSERT INTO main.jobs DEFAULT VALUES",
            "refused: this INSERT leaves out `jobs.tags`, which is NOT NULL and has no default, so it always fails",
        ),
        ("UPDATE jobs SET id = NULL", ""),
        ("DELETE FROM main.jobs RETURNING tags", "tags TEXT"),
    ] {
        assert_eq!(columns(&found, sql), expected, "{sql}");
        let names = |statement: rusqlite::Statement<'_>| statement.column_count();
        let shown = if expected.is_empty() { 0 } else { expected.split(", ").count() };
        let prepared = conn.prepare(sql).map(names);
        assert!(expected.starts_with("refused") || prepared == Ok(shown), "{sql}: {prepared:?}");
    }
    for (name, quoted, first) in [
        ("jobs", "main.\"jobs\"", "id INTEGER"),
        ("main.jobs", "main.\"jobs\"", "id INTEGER"),
        ("temp.jobs", "\"temp\".\"jobs\"", "id TEXT"),
        ("open", "main.\"open\"", "id INTEGER"),
    ] {
        let relation = found.relation(name).unwrap();
        let column = &relation.columns[0];
        assert_eq!(
            (relation.quoted().as_str(), &*format!("{} {}", column.name, column.value.classes)),
            (quoted, first)
        );
        assert!(conn.prepare(&format!("SELECT {} FROM {}", column.name, relation.quoted())).is_ok());
    }
}

/// What `query!` knows of a table's columns, `derive(Row)` knows as well.
#[test]
fn a_table_and_a_statement_agree() {
    let table = "CREATE TABLE t(
        id INTEGER PRIMARY KEY, a TEXT CHECK (a IS NOT NULL), b INT CHECK (b > 0), c TEXT NOT NULL CHECK (c <> ''),
        d TEXT, e TEXT DEFAULT 'e' CHECK (e IS NOT NULL), f TEXT, g AS (b + 1), h TEXT AS (a || c) STORED, i AS (h || k),
        k AS (coalesce(f, 'f')), l TEXT NOT NULL DEFAULT '', m INT CHECK (typeof(m) = 'integer'), n INT CHECK (n NOT NULL OR NULL),
        o INT CHECK (o IN (1, 2)), p INT CHECK (coalesce(p, 0) > 0), q INT AS (id / 0),
        CHECK (length(d) > 0 AND d IS NOT NULL), CHECK (f IS NULL OR c IS NOT NULL)
    );";
    let found = folder(&[("1_a.sql", table)]);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    let query = found.query("SELECT * FROM t".into()).unwrap();
    let relation = found.relation("t").unwrap();
    let nulls: Vec<_> = relation.columns.iter().map(|column| (&column.name, column.value.null)).collect();
    assert_eq!(
        nulls,
        query.columns.iter().map(|column| (&column.name, column.value.null)).collect::<Vec<_>>()
    );
    let never = relation.columns.iter().filter(|column| column.value.null == Null::Never);
    let names = never.map(|column| column.name.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(names, "id a c d e h i k l m p");
    let required = relation.columns.iter().filter(|column| column.required);
    assert_eq!(required.map(|column| column.name.as_str()).collect::<Vec<_>>().join(" "), "a c d m p");
    // SQLite agrees: each of these alone may not be NULL, and the others may.
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.execute_batch(table).unwrap();
    let written = relation.columns.iter().filter(|column| !column.generated && column.name != "id");
    let written: Vec<_> = written.collect();
    for column in &written {
        let values = written.iter().map(|other| if other.name == column.name { "NULL" } else { "1" });
        let values = values.collect::<Vec<_>>().join(", ");
        let names = written.iter().map(|other| other.name.as_str()).collect::<Vec<_>>().join(", ");
        let done = conn.execute(&format!("INSERT INTO t({names}) VALUES ({values})"), []);
        assert_eq!(done.is_err(), column.value.null == Null::Never, "{}: {done:?}", column.name);
    }
    for column in &relation.columns {
        let sql = format!("SELECT count(*) FROM t WHERE {} IS NULL", column.name);
        let nulls: i64 = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert!(nulls == 0 || column.value.null != Null::Never, "{}", column.name);
    }
}

#[test]
fn what_is_wrong_with_a_function_has_its_place() {
    for config in [
        "'split()' = []",
        "'split()' = 'value TEXT, text HIDDEN'",
        "'split()' = 'value,'",
        "'split()' = 'split TEXT'",
        "'jobs()' = 'value'",
        "temp.'split()' = 'value'",
    ] {
        let found = codes(&[("1_a.sql", JOBS), ("onward.toml", &format!("[external]\n{config}"))]);
        assert!(found[0].starts_with("bad_config_file onward.toml:2:"), "{config}: {found:?}");
    }
}

const KEYS: &str = "
    CREATE TABLE users(id TEXT PRIMARY KEY, email TEXT);
    CREATE TABLE seats(room TEXT, seat INT, PRIMARY KEY (room, seat));
    CREATE TABLE strict(id TEXT PRIMARY KEY) STRICT;
    CREATE TABLE named(id TEXT PRIMARY KEY);
    CREATE TRIGGER named AFTER INSERT ON named BEGIN UPDATE named SET id = hex(randomblob(8)) WHERE id IS NULL; END;
    CREATE VIEW people AS SELECT id, email FROM users;";

#[test]
fn primary_keys_are_never_null_where_that_is_said() {
    let of = |config| folder(&[("1_a.sql", KEYS), ("onward.toml", config)]);
    let (said, unsaid) = (of("[schema]\nprimary_keys = 'not null'\n"), of(""));
    assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
    for (sql, with, without) in [
        ("SELECT * FROM users", "id TEXT!, email TEXT?", "id TEXT?, email TEXT?"),
        ("SELECT upper(id) AS u FROM users", "u TEXT!", "u TEXT?"),
        ("SELECT id FROM people", "id TEXT!", "id TEXT?"),
        ("SELECT room, seat FROM seats", "room TEXT!, seat INTEGER!", "room TEXT?, seat INTEGER?"),
        ("SELECT s.id FROM strict s", "id TEXT", "id TEXT"),
        ("SELECT u.id FROM strict LEFT JOIN users u USING (id)", "id TEXT?", "id TEXT?"),
        ("SELECT max(id) AS m FROM users", "m TEXT?", "m TEXT?"),
        ("SELECT id AS \"id!\", email FROM users", "id TEXT, email TEXT?", "id TEXT, email TEXT?"),
        ("SELECT id AS \"id?\" FROM users", "id TEXT?", "id TEXT?"),
        ("SELECT id FROM users WHERE id IS NOT NULL", "id TEXT", "id TEXT"),
        ("DELETE FROM users RETURNING id", "id TEXT!", "id TEXT?"),
    ] {
        assert_eq!(columns(&said, sql), with, "{sql}");
        assert_eq!(columns(&unsaid, sql), without, "{sql}");
    }
    let key = |analysis: &Analysis, table: &str| {
        let column = analysis.relation(table).unwrap().columns[0].clone();
        (column.key, column.value.null, column.required)
    };
    assert_eq!(key(&said, "users"), (Key::Vouched, Null::Never, true));
    assert_eq!(key(&unsaid, "users"), (Key::TakesNull, Null::Possible, false));
    assert_eq!(key(&said, "people"), (Key::Vouched, Null::Never, false));
    assert_eq!(key(&said, "strict"), (Key::Plain, Null::Never, true));
    // A trigger may give it.
    assert_eq!(key(&said, "named"), (Key::Vouched, Null::Never, false));
}

#[test]
fn the_message_says_why_and_offers_the_migration() {
    let made = "CREATE TABLE users(\n    id TEXT PRIMARY KEY, -- a key\n    email TEXT\n);\nCREATE INDEX by_email ON users(email);";
    let found = folder(&[("1_a.sql", made)]);
    let relation = found.relation("users").unwrap();
    let told = found.wrong_null(&relation, &relation.columns[0], "a field", true);
    assert!(told.notes[0].starts_with("SQLite takes NULL for a PRIMARY KEY"), "{told:?}");
    assert!(told.help.contains("`[schema]` `primary_keys = \"not null\"` into onward.toml"), "{told:?}");
    let (_, sql) = told.help.split_once(":\n").unwrap();
    assert_eq!(
        sql,
        "CREATE TABLE \"users_new\" (\n    id TEXT PRIMARY KEY NOT NULL, -- a key\n    email TEXT\n);\n\
         INSERT INTO \"users_new\"(\"id\", \"email\") SELECT \"id\", \"email\" FROM \"users\";\n\
         DROP TABLE \"users\";\nALTER TABLE \"users_new\" RENAME TO \"users\";\nCREATE INDEX by_email ON users(email);"
    );
    let enforced = folder(&[("1_a.sql", made), ("2_b.sql", sql)]);
    assert_eq!(columns(&enforced, "SELECT id FROM users"), "id TEXT");
    // Where it is said that no row is without its key, nothing is said of one that is.
    let config = ("onward.toml", "[schema]\nprimary_keys = 'not null'\n[levels]\ndata_dropped = 'allow'\n");
    assert_eq!(codes(&[("1_a.sql", made), ("2_b.sql", sql), config]), [""; 0]);
    let told = found.wrong_null(&relation, &relation.columns[1], "a field", true);
    assert_eq!(told.notes, [""; 0]);
}

#[test]
fn the_migration_is_offered_where_it_works() {
    for (made, works) in [
        (
            "CREATE TABLE t(a TEXT, \"b,c\" INT DEFAULT (1 + (2)), PRIMARY KEY (\"b,c\", a), CHECK (a <> ')'))",
            true,
        ),
        ("CREATE TABLE t(a TEXT CONSTRAINT k PRIMARY KEY ON CONFLICT REPLACE, b AS (a || 1))", true),
        ("CREATE TABLE t(x INTEGER PRIMARY KEY DESC)", true),
        (
            "CREATE TABLE t(a TEXT PRIMARY KEY); CREATE TABLE n(t TEXT REFERENCES t(a)); \
          CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM n; END",
            true,
        ),
        // The view is in the way of the new name.
        ("CREATE TABLE t(a TEXT PRIMARY KEY); CREATE VIEW v AS SELECT a FROM t", false),
    ] {
        let found = folder(&[("1_a.sql", &format!("{made};"))]);
        let Some(sql) = found.enforced("t") else {
            assert!(!works, "{made}");
            continue;
        };
        assert!(works, "{made}");
        let after = folder(&[("1_a.sql", &format!("{made};")), ("2_b.sql", &sql)]);
        assert!(!after.has_errors(), "{sql}: {:?}", after.diagnostics);
        let relation = after.relation("t").unwrap();
        let key = relation.columns.iter().filter(|column| relation.key.contains(&column.name));
        assert!(key.into_iter().all(|column| column.value.null == Null::Never), "{sql}");
    }
}

#[test]
fn the_setting_has_one_value() {
    for (config, place) in [
        ("schema = 'not null'", "1:10"),
        ("[schema]\n", "1:1"),
        ("[schema]\nprimary_keys = 'null'", "2:16"),
        ("[schema]\nprimary_keys = true", "2:16"),
        ("[schema]\nprimary_key = 'not null'", "2:1"),
    ] {
        let found = codes(&[("1_a.sql", JOBS), ("onward.toml", config)]);
        assert_eq!(found, [format!("bad_config_file onward.toml:{place}")], "{config}");
    }
}
