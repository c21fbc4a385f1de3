//! By which columns an upsert finds its row, held against SQLite.

use onward_core::name::quoted;
use rusqlite::Connection;

use crate::checks::testing::folder;

const SCHEMA: &str = "
    CREATE TABLE plain(id INTEGER PRIMARY KEY, a TEXT UNIQUE, b, c);
    CREATE UNIQUE INDEX pair ON plain(c, b COLLATE NOCASE DESC);
    CREATE UNIQUE INDEX some ON plain(b) WHERE b > 0;
    CREATE UNIQUE INDEX lower ON plain(lower(c));
    CREATE INDEX twice ON plain(c, a);
    CREATE TABLE text(id TEXT PRIMARY KEY, a, b AS (upper(a)) UNIQUE);
    CREATE TABLE odd(id INTEGER PRIMARY KEY DESC, a);
    CREATE TABLE keyless(a, b, UNIQUE(a, b), UNIQUE(b) ON CONFLICT REPLACE);
    CREATE TABLE named(rowid TEXT, a INT UNIQUE);
    CREATE TABLE pairs(a, b, c NOT NULL, PRIMARY KEY (b, a), UNIQUE (c)) WITHOUT ROWID;
    CREATE TABLE \"a \"\"b\"(\"x y\" INT UNIQUE COLLATE NOCASE, z) STRICT;
";

#[test]
fn what_sqlite_takes() {
    let schema = SCHEMA.replace("z) STRICT", "z ANY) STRICT");
    let analysis = folder(&[("0001_all.sql", &schema)]);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(&schema).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for table in ["plain", "text", "odd", "keyless", "named", "pairs", "a \"b"] {
        let relation = analysis.relation(table).unwrap();
        let names: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
        let ones = names.iter().map(|one| vec![*one]);
        let others = |one| names.iter().copied().filter(move |other| *other != one);
        let twos = names.iter().flat_map(|one| others(*one).map(|other| vec![*one, other]));
        for columns in ones.chain(twos) {
            let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
            let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
            let sql = format!("INSERT INTO {} DEFAULT VALUES", relation.quoted());
            assert!(conn.prepare(&sql).is_ok());
            let writable = relation.columns.iter().find(|column| !column.generated).unwrap();
            let sql = format!(
                "INSERT INTO {}({}) VALUES (?) ON CONFLICT({}) DO NOTHING",
                relation.quoted(),
                quoted(&writable.name),
                list.join(", ")
            );
            let prepared = conn.prepare(&sql);
            let said = analysis.conflict_target(&relation, &columns);
            assert_eq!(said.is_ok(), prepared.is_ok(), "{sql}: {said:?}, {:?}", prepared.err());
            if said.is_ok() { taken += 1 } else { refused += 1 }
        }
        let key = analysis.conflict_target(&relation, &relation.key);
        assert!(key.is_ok(), "{table}: {key:?}");
    }
    assert!(taken >= 15 && refused >= 30, "{taken} {refused}");
}

#[test]
fn why_not() {
    let analysis = folder(&[
        ("0001_all.sql", SCHEMA.replace("z) STRICT", "z ANY) STRICT").as_str()),
        (
            "0002_more.sql",
            "CREATE VIEW shown AS SELECT id FROM plain; CREATE VIRTUAL TABLE search USING fts5(body);",
        ),
        ("onward.toml", "[external]\narchive.jobs = 'id INTEGER PRIMARY KEY, name TEXT UNIQUE, state TEXT'"),
    ]);
    for (table, columns, message, help) in [
        (
            "plain",
            &["b"][..],
            "`plain` has no UNIQUE index of exactly `b`, so an upsert cannot find its row by it",
            "name the columns of one that there is, `conflict = [\"a\"]` and `conflict = [\"c\", \"b\"]`, or add one in a new migration: `CREATE UNIQUE INDEX … ON \"plain\"(\"b\");`",
        ),
        (
            "pairs",
            &["a", "c"],
            "`pairs` has no UNIQUE index of exactly `a` and `c`, so an upsert cannot find its row by them",
            "name the columns of one that there is, `conflict = [\"c\"]`, or add one in a new migration: `CREATE UNIQUE INDEX … ON \"pairs\"(\"a\", \"c\");`",
        ),
        ("shown", &["id"], "`shown` is a view, and an upsert writes ordinary tables", ""),
        ("search", &["rowid"], "`search` is a virtual table, and an upsert writes ordinary tables", ""),
        (
            "archive.jobs",
            &["state"],
            "`archive.jobs` has no UNIQUE index of exactly `state`, so an upsert cannot find its row by it",
            "name the columns of one that there is, `conflict = [\"name\"]`, or say `UNIQUE (\"state\")` in `[external]` in onward.toml, if it is so",
        ),
    ] {
        let relation = analysis.relation(table).unwrap();
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let told = analysis.conflict_target(&relation, &columns).unwrap_err();
        assert_eq!((told.message.as_str(), told.help.as_str()), (message, help), "{table}");
    }
    let relation = analysis.relation("plain").unwrap();
    let told = analysis.conflict_target(&relation, &["b".to_owned()]).unwrap_err();
    let files = &analysis.history.files;
    assert_eq!(
        told.related.iter().map(|related| files.text(&related.place)).collect::<Vec<_>>(),
        ["CREATE UNIQUE INDEX some ON plain(b) WHERE b > 0"]
    );
    for name in ["id", "name"] {
        let archive = analysis.relation("archive.jobs").unwrap();
        assert!(analysis.conflict_target(&archive, &[name.to_owned()]).is_ok(), "{name}");
    }
}
