//! What is prepared instead of a statement of the application that cannot be prepared as it is written.
//!
//! SQLite does what some PRAGMAs say while it prepares them, so that they would change what is said of the next statement, or are
//! refused within a transaction. And a table that the application makes, and that `[external]` names, is there already.

use std::borrow::Cow;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::Ident;
use onward_core::setting::is_question;
use onward_core::token::significant;

use crate::config::Config;
use crate::config::external::External;

/// They count for the whole process, which is the compiler's.
const OF_PROCESS: [&str; 4] =
    ["hard_heap_limit", "soft_heap_limit", "temp_store_directory", "data_store_directory"];

/// Whether the statement is a PRAGMA that may set something.
pub(super) fn is_setting(kind: &Kind) -> bool {
    matches!(kind, Kind::Pragma(name) if !is_question(name))
}

/// The text that is prepared in the place of a statement, with what stands at its bytes at the same ones.
pub(super) fn text<'s>(config: &Config, kind: &Kind, sql: &'s str) -> Cow<'s, str> {
    match kind {
        // Without the value.
        Kind::Pragma(name) if OF_PROCESS.contains(&name.as_str()) => {
            let value = significant(sql).find(|token| matches!(token.text, "=" | "("));
            value.map_or(sql, |token| &sql[..token.range.start]).into()
        }
        // Under a name that nothing has.
        Kind::Create { object: ObjectKind::Table, name, temporary, .. } => {
            let schema = name.database.as_deref().or(temporary.then_some("temp")).unwrap_or("main");
            let is_it = |table: &&External| {
                Ident(table.schema.as_deref().unwrap_or("main")) == schema && name.is(&table.name)
            };
            if !config.external.iter().any(|table| is_it(&table)) {
                return sql.into();
            }
            let mut text = sql.to_owned();
            text.replace_range(name.range.clone(), &"_".repeat(name.range.len()));
            text.into()
        }
        _ => sql.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Error;
    use crate::checks::testing::folder;

    #[test]
    fn what_counts_for_the_process_is_not_set() {
        let text = |sql| text(&Config::default(), &Kind::of(sql), sql).into_owned();
        assert_eq!(text("PRAGMA hard_heap_limit = 7"), "PRAGMA hard_heap_limit ");
        assert_eq!(text("PRAGMA main . soft_heap_limit(7)"), "PRAGMA main . soft_heap_limit");
        for same in ["PRAGMA hard_heap_limit", "PRAGMA synchronous = OFF", "SELECT 1 = 1"] {
            assert_eq!(text(same), same);
        }
    }

    /// SQLite refuses some of these inside a transaction, and does others while it prepares them.
    #[test]
    fn what_is_about_the_connection_is_taken_and_changes_nothing() {
        let analysis = folder(&[
            ("0001_all.sql", "CREATE TABLE t(a TEXT NOT NULL);"),
            ("onward.toml", "[external]\narchive.t = [\"a\"]\ntemp.batch = \"job INTEGER\"\nothers = []"),
        ]);
        let columns = |sql: &str| {
            let query = analysis.query(sql.into()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            assert_eq!(query.sql, sql);
            assert!(analysis.check(sql.into()).is_ok(), "{sql}");
            let names: Vec<String> = query.columns.into_iter().map(|column| column.name).collect();
            (names.join(","), query.parameters.len())
        };
        let none = || (String::new(), 0);
        for sql in [
            "PRAGMA synchronous = NORMAL",
            "PRAGMA main.synchronous(OFF)",
            "PRAGMA archive.synchronous = OFF",
            "PRAGMA temp_store = FILE",
            "PRAGMA foreign_keys = ON",
            "PRAGMA query_only = ON",
            "PRAGMA count_changes = ON",
            "PRAGMA full_column_names = ON",
            "PRAGMA short_column_names = OFF",
            "PRAGMA reverse_unordered_selects = ON",
            "PRAGMA case_sensitive_like = ON",
            "PRAGMA trusted_schema = OFF",
            "PRAGMA writable_schema = ON",
            "PRAGMA nobody_knows = 7",
            "DETACH archive",
            "VACUUM",
            "BEGIN IMMEDIATE",
            "COMMIT",
            "SAVEPOINT a",
            "REINDEX",
            "ANALYZE",
            "CREATE TEMP TABLE s AS SELECT * FROM t",
            // What `[external]` names, somebody makes.
            "CREATE TEMP TABLE batch(job INTEGER)",
            "CREATE TABLE temp.\"batch\"(job INTEGER)",
            "CREATE TABLE archive.t AS SELECT a FROM t",
            "CREATE TABLE IF NOT EXISTS others(a, UNIQUE (a))",
            "CREATE TABLE [others](a)",
            "DROP TABLE temp.batch",
            "INSERT INTO batch SELECT 1 FROM others",
        ] {
            assert_eq!(columns(sql), none(), "{sql}");
        }
        for (wrong, message) in [
            ("CREATE TABLE t(a)", "SQLite refuses this: table t already exists"),
            ("CREATE TEMP TABLE batch(job, job)", "SQLite refuses this: duplicate column name: job"),
            ("CREATE TABLE batch AS SELECT nope FROM t", "`t` has no column `nope`"),
            ("CREATE TABLE temp.batch AS SELECT nope FROM t", "`t` has no column `nope`"),
        ] {
            let Err(Error::Refused(refused)) = analysis.query(wrong.into()) else { panic!("{wrong}") };
            assert_eq!(refused.diagnostic.message, message);
        }
        assert_eq!(columns("ATTACH ? AS later"), (String::new(), 1));
        assert_eq!(columns("VACUUM INTO ?"), (String::new(), 1));
        assert_eq!(columns("PRAGMA journal_mode = WAL").0, "journal_mode");
        assert_eq!(columns("PRAGMA busy_timeout = 5000").0, "timeout");
        assert_eq!(columns("PRAGMA hard_heap_limit = 1000").0, "hard_heap_limit");
        assert_eq!(columns("PRAGMA soft_heap_limit(1000)").0, "soft_heap_limit");
        assert_eq!(columns("PRAGMA table_list").0, "schema,name,type,ncol,wr,strict");
        // Had they been done, a write would have rows, and the columns other names.
        assert_eq!(columns("INSERT INTO t VALUES (?)"), (String::new(), 1));
        assert_eq!(columns("SELECT t.a, (SELECT a FROM t) AS b FROM t WHERE a LIKE 'x'").0, "a,b");
    }
}
