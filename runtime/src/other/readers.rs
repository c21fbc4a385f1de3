//! How the ledger of each tool is read: its columns, and what its rows say.

use std::collections::{HashMap, HashSet};

use onward_core::tool::{Tool, dotted};
use rusqlite::types::Value;

use crate::history::{Ran, Reader};

/// All of them.
pub static ALL: [&Reader; 14] = [
    &SQLX,
    &REFINERY,
    &DIESEL,
    &RUSQLITE_MIGRATION,
    &GOLANG_MIGRATE,
    &GOOSE,
    &DBMATE,
    &SQL_MIGRATE,
    &PRISMA,
    &DRIZZLE,
    &FLYWAY,
    &ATLAS,
    &D1,
    &HIQLITE,
];

const fn reader(
    tool: Tool,
    columns: &'static [&'static str],
    order: &'static str,
    ran: fn(&[Vec<Value>]) -> Vec<Ran>,
) -> Reader {
    Reader { tool, columns, optional: None, lacks: None, order, ran }
}

/// A value as the text that stands for it: blobs in hexadecimal digits.
fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

fn key(value: &Value) -> String {
    text(value).unwrap_or_default()
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Integer(number) => *number != 0,
        Value::Text(text) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// A row that says that this has run.
fn done(key: String, sum: Option<String>) -> Ran {
    Ran { key, sum, is_done: true, stands_for_all: false }
}

/// A row for each, with nothing but what the migration is called.
fn named(rows: &[Vec<Value>]) -> Vec<Ran> {
    rows.iter().map(|row| done(key(&row[0]), None)).collect()
}

/// A row for each, with a checksum.
fn summed(rows: &[Vec<Value>]) -> Vec<Ran> {
    rows.iter().map(|row| done(key(&row[0]), text(&row[1]))).collect()
}

/// That of sqlx.
pub static SQLX: Reader = reader(Tool::Sqlx, &["version", "checksum", "success"], "version", |rows| {
    rows.iter().map(|row| Ran { is_done: is_true(&row[2]), ..done(key(&row[0]), text(&row[1])) }).collect()
});

/// That of refinery.
pub static REFINERY: Reader =
    reader(Tool::Refinery, &["version", "checksum", "name", "applied_on"], "version", summed);

/// That of diesel.
pub static DIESEL: Reader = reader(Tool::Diesel, &["version", "run_on"], "version", named);

/// That of rusqlite_migration.
pub static RUSQLITE_MIGRATION: Reader = reader(Tool::RusqliteMigration, &[], "", |rows| {
    let counts = rows.iter().filter(|row| row[0] != Value::Integer(0));
    counts.map(|row| Ran { stands_for_all: true, ..done(key(&row[0]), None) }).collect()
});

/// That of golang-migrate.
pub static GOLANG_MIGRATE: Reader = reader(Tool::GolangMigrate, &["version", "dirty"], "version", |rows| {
    let all = |row: &Vec<Value>| Ran {
        is_done: !is_true(&row[1]),
        stands_for_all: true,
        ..done(key(&row[0]), None)
    };
    rows.iter().map(all).collect()
});

/// That of goose.
pub static GOOSE: Reader = reader(Tool::Goose, &["version_id", "is_applied"], "id", |rows| {
    let mut seen = HashSet::new();
    // The newest row of a version counts.
    let rows = rows.iter().rev().filter(|row| row[0] != Value::Integer(0) && seen.insert(key(&row[0])));
    let mut ran: Vec<Ran> = rows.filter(|row| is_true(&row[1])).map(|row| done(key(&row[0]), None)).collect();
    ran.reverse();
    ran
});

/// That of dbmate.
pub static DBMATE: Reader =
    Reader { lacks: Some("dirty"), ..reader(Tool::Dbmate, &["version"], "version", named) };

/// That of sql-migrate.
pub static SQL_MIGRATE: Reader = reader(Tool::SqlMigrate, &["id", "applied_at"], "id", named);

/// That of Prisma.
pub static PRISMA: Reader = reader(
    Tool::Prisma,
    &["migration_name", "checksum", "finished_at", "rolled_back_at"],
    "started_at",
    |rows| {
        let (mut ran, mut places) = (Vec::<Ran>::new(), HashMap::new());
        for row in rows.iter().filter(|row| row[3] == Value::Null) {
            let is_done = row[2] != Value::Null;
            let found = Ran { is_done, ..done(key(&row[0]), text(&row[1])) };
            let at = *places.entry(found.key.clone()).or_insert(ran.len());
            match ran.get_mut(at) {
                // One that has run stays so, whatever was tried before or behind it.
                Some(earlier) if earlier.is_done && !is_done => {}
                Some(earlier) => *earlier = found,
                None => ran.push(found),
            }
        }
        ran
    },
);

/// That of Drizzle.
pub static DRIZZLE: Reader = Reader {
    optional: Some("name"),
    ..reader(Tool::Drizzle, &["created_at", "hash"], "created_at", |rows| {
        let sum = |row: &Vec<Value>| text(&row[1]).filter(|sum| !sum.is_empty());
        rows.iter().map(|row| done(text(&row[2]).unwrap_or_else(|| key(&row[0])), sum(row))).collect()
    })
};

/// That of Flyway.
pub static FLYWAY: Reader =
    reader(Tool::Flyway, &["version", "type", "checksum", "success"], "installed_rank", |rows| {
        let mut ran: Vec<Ran> = Vec::new();
        for row in rows {
            // What has no version is no migration of the history: one that repeats, or a schema that was made.
            let Some(version) = text(&row[0]) else { continue };
            let version = dotted(&version);
            let kind = key(&row[1]);
            if kind.starts_with("UNDO") || kind == "DELETE" {
                ran.retain(|earlier| earlier.key != version);
                continue;
            }
            let stands_for_all = kind.ends_with("BASELINE");
            let sum = text(&row[2]).filter(|_| !stands_for_all);
            ran.push(Ran { is_done: is_true(&row[3]), stands_for_all, ..done(version, sum) });
        }
        ran
    });

/// That of Atlas.
pub static ATLAS: Reader =
    reader(Tool::Atlas, &["version", "type", "applied", "total", "hash"], "version", |rows| {
        const BASELINE: i64 = 1;
        const RESOLVED: i64 = 4;
        let number = |value: &Value| if let Value::Integer(number) = value { *number } else { 0 };
        // Atlas has rows of its own there, with a dot before the name.
        let rows = rows.iter().filter(|row| !key(&row[0]).starts_with('.'));
        let one = |row: &Vec<Value>| {
            let kind = number(&row[1]);
            let stands_for_all = kind == BASELINE;
            let is_done = number(&row[2]) >= number(&row[3]) || kind & RESOLVED != 0;
            let sum = text(&row[4]).filter(|sum| !sum.is_empty());
            Ran { is_done, stands_for_all, ..done(key(&row[0]), sum) }
        };
        rows.map(one).collect()
    });

/// That of D1.
pub static D1: Reader = reader(Tool::D1, &["id", "name", "applied_at"], "id", |rows| {
    rows.iter().map(|row| done(key(&row[1]), None)).collect()
});

/// That of hiqlite.
pub static HIQLITE: Reader = reader(Tool::Hiqlite, &["id", "hash", "name", "ts"], "id", summed);

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(reader: &Reader, rows: &[Vec<Value>]) -> Vec<(String, bool)> {
        (reader.ran)(rows).into_iter().map(|ran| (ran.key, ran.is_done)).collect()
    }

    fn texts(row: &[&str]) -> Vec<Value> {
        let value = |text: &&str| match (*text, text.parse()) {
            ("", _) => Value::Null,
            (_, Ok(number)) => Value::Integer(number),
            (text, _) => Value::Text(text.to_owned()),
        };
        row.iter().map(value).collect()
    }

    #[test]
    fn there_is_a_reader_for_every_tool() {
        let tools: Vec<Tool> = ALL.iter().map(|reader| reader.tool).collect();
        assert_eq!(tools, Tool::ALL);
    }

    #[test]
    fn of_several_rows_about_one_migration_the_right_one_counts() {
        let goose = [["0", "1"], ["1", "1"], ["2", "1"], ["2", "0"], ["3", "1"], ["3", "0"], ["3", "1"]];
        let goose = goose.map(|row| texts(&row));
        assert_eq!(keys(&GOOSE, &goose), [("1".into(), true), ("3".into(), true)]);
        let prisma = [
            ["1_a", "s", "2026", ""],
            // Failed, rolled back, and run.
            ["2_b", "s", "", "2026"],
            ["2_b", "s", "2026", ""],
            // Failed, and run by hand beside it.
            ["3_c", "s", "2026", ""],
            ["3_c", "s", "", ""],
            ["4_d", "s", "", ""],
            ["5_e", "s", "2026", "2026"],
        ];
        let expected = [("1_a", true), ("2_b", true), ("3_c", true), ("4_d", false)];
        let expected = expected.map(|(key, done)| (key.to_owned(), done));
        assert_eq!(keys(&PRISMA, &prisma.map(|row| texts(&row))), expected);
        let flyway = [
            ["1", "BASELINE", "", "1"],
            ["2", "SQL", "-5", "1"],
            ["", "SQL", "7", "1"],
            ["3.0", "SQL", "6", "1"],
            ["3.0", "UNDO_SQL", "9", "1"],
            ["4", "SQL", "8", "0"],
        ];
        let flyway = flyway.map(|row| texts(&row));
        assert_eq!(keys(&FLYWAY, &flyway), [("1".into(), true), ("2".into(), true), ("4".into(), false)]);
        assert!((FLYWAY.ran)(&flyway)[0].stands_for_all);
    }

    #[test]
    fn a_count_of_none_is_no_migration() {
        assert_eq!(keys(&RUSQLITE_MIGRATION, &[texts(&["0"])]), []);
        assert_eq!(keys(&RUSQLITE_MIGRATION, &[texts(&["3"])]), [("3".into(), true)]);
    }
}
