//! Strings in double quotes that the history was allowed, met again by a statement of the application: in a trigger that it
//! fires, or in a view that it reads.
//!
//! The application's connection reads them as SQLite by default does, so that they are none of the statement's.

use onward_core::token::{Kind, significant};
use rusqlite::{Connection, Result};

use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// Prepares a statement whose own names in double quotes are names, whatever a trigger or a view has in such quotes.
pub(super) fn prepare<T>(
    sandbox: &Sandbox,
    sql: &str,
    prepare: impl Fn(&Connection) -> Result<T>,
) -> std::result::Result<T, Refusal> {
    let prepare = || prepare(sandbox.conn());
    let refusal = match prepare() {
        Ok(prepared) => return Ok(prepared),
        Err(error) => Refusal::from(error),
    };
    if !is_elsewhere(&refusal, sql) {
        return Err(refusal);
    }
    // Without its triggers a statement is prepared alone.
    let alone = match sandbox.without_triggers(prepare) {
        Ok(prepared) => return Ok(prepared),
        Err(error) => Refusal::from(error),
    };
    match is_elsewhere(&alone, sql) {
        true => sandbox.with_strings(prepare).map_err(Refusal::from),
        false => Err(alone),
    }
}

/// Whether a string in double quotes is refused that does not stand in this text.
fn is_elsewhere(refusal: &Refusal, sql: &str) -> bool {
    let Cause::NoColumn { name, quoted: true } = &refusal.cause else { return false };
    !significant(sql).any(|token| token.kind == Kind::DoubleQuoted && token.is_name(name))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn an_allowed_string_in_a_trigger_or_a_view_is_no_fault_of_a_statement() {
        let analysis = folder(&[(
            "0001_all.sql",
            "-- onward: allow(double_quoted_string) released like this

             CREATE TABLE t(a TEXT NOT NULL, n INT);
             CREATE VIEW v AS SELECT a, \"none\" AS b FROM t;
             CREATE TRIGGER one BEFORE INSERT ON t WHEN (SELECT count(*) FROM t) > 0
             BEGIN SELECT RAISE(FAIL, \"only one\"); END;",
        )]);
        assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
        for (sql, works) in [
            ("INSERT INTO t(a) VALUES (?)", true),
            ("INSERT INTO \"t\"(\"a\", \"n\") VALUES ('x', 1) RETURNING n", true),
            ("INSERT INTO t(a) SELECT b FROM v", true),
            ("SELECT a, b FROM v", true),
            ("SELECT a FROM v WHERE b = ?", true),
            // What is wrong with the statement itself is still told.
            ("INSERT INTO t(a) VALUES (\"x\")", false),
            ("INSERT INTO t(a) VALUES (\"only one\")", false),
            ("INSERT INTO t(b) VALUES ('x')", false),
            ("SELECT a FROM v WHERE b = \"none\"", false),
            ("SELECT c FROM v", false),
        ] {
            assert_eq!(analysis.query(sql.into()).is_ok(), works, "{sql}");
            assert_eq!(analysis.check(sql.into()).is_ok(), works, "{sql}");
        }
    }
}
