//! Strings in double quotes that the history was allowed, met again by a statement of the application: in a trigger that it
//! fires, or in a view that it reads.
//!
//! The application's connection reads them as SQLite by default does, so that they are none of the statement's.

use onward_core::token::{Kind, significant, tokens};
use rusqlite::Statement;

use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// Prepares a statement whose own names in double quotes are names, whatever a trigger or a view has in such quotes.
pub(super) fn prepare<T>(
    sandbox: &Sandbox,
    sql: &str,
    read: impl Fn(&Statement<'_>) -> T,
) -> Result<T, Refusal> {
    let conn = sandbox.conn();
    let prepare = || conn.prepare(sql).map(|statement| read(&statement));
    let refusal = match prepare() {
        Ok(prepared) => return Ok(prepared),
        Err(error) => Refusal::from(error),
    };
    if !matches!(refusal.cause, Cause::NoColumn { quoted: true, .. }) {
        return Err(refusal);
    }
    let backquoted = Backquoted::of(sql);
    let own = sandbox.with_strings(|| conn.prepare(&backquoted.text).map(drop));
    own.map_err(|error| backquoted.as_written(sql, error.into()))?;
    sandbox.with_strings(prepare).map_err(Refusal::from)
}

/// A statement with its own names in backquotes, in which nothing is a string.
struct Backquoted {
    text: String,
    /// Where each of them ends, and where it is written that it does.
    ends: Vec<(usize, usize)>,
}

impl Backquoted {
    fn of(sql: &str) -> Backquoted {
        let mut backquoted = Backquoted { text: String::new(), ends: Vec::new() };
        for token in tokens(sql) {
            match token.name().filter(|_| token.kind == Kind::DoubleQuoted) {
                Some(name) => {
                    backquoted.text += &format!("`{}`", name.replace('`', "``"));
                    backquoted.ends.push((backquoted.text.len(), token.range.end));
                }
                None => backquoted.text += token.text,
            }
        }
        backquoted
    }

    /// What SQLite says of the statement as it is written.
    fn as_written(&self, sql: &str, refusal: Refusal) -> Refusal {
        let offset = refusal.offset.map(|at| {
            let before = self.ends.iter().rfind(|(end, _)| *end <= at);
            before.map_or(at, |(end, written)| at - end + written)
        });
        let is_it = |name: &str| refusal.message == format!("no such column: {name}");
        let quoted = significant(sql)
            .filter(|token| {
                token.kind == Kind::DoubleQuoted && offset.is_none_or(|at| token.range.start == at)
            })
            .find_map(|token| token.name().filter(|name| is_it(name)));
        let cause = match quoted {
            Some(name) => Cause::NoColumn { name, quoted: true },
            None => refusal.cause,
        };
        Refusal { offset, cause, ..refusal }
    }
}

#[cfg(test)]
mod tests {
    use crate::application::{Error, Refused};
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
            // A name is one, whatever the view has in such quotes.
            ("SELECT \"a\", \"v\".\"b\" AS \"none\" FROM \"v\" ORDER BY \"none\"", true),
            ("SELECT \"a\" AS \"x`]\"\"y!\", b AS \"x`]\"\"z!\" FROM v", true),
            ("INSERT INTO t(\"a\") VALUES ('x') RETURNING n AS \"only one\"", true),
            // What is wrong with the statement itself is still told.
            ("INSERT INTO t(a) VALUES (\"x\")", false),
            ("INSERT INTO t(a) VALUES (\"only one\")", false),
            ("INSERT INTO t(b) VALUES ('x')", false),
            ("SELECT a FROM v WHERE b = \"none\"", false),
            ("SELECT c FROM v", false),
            ("SELECT a, \"nope\" FROM v", false),
            ("SELECT a FROM v WHERE b = \"nope\"", false),
            ("INSERT INTO t(a) SELECT \"nope\" FROM v", false),
            ("INSERT INTO t(a) SELECT \"b\" FROM v WHERE \"only one\"", false),
        ] {
            assert_eq!(analysis.query(sql.into()).is_ok(), works, "{sql}");
            assert_eq!(analysis.check(sql.into()).is_ok(), works, "{sql}");
        }
    }

    /// Without its label, a name would be a string.
    #[test]
    fn a_label_that_something_else_is_called_stays() {
        let analysis = folder(&[(
            "0001_all.sql",
            "-- onward: allow(double_quoted_string) released like this

             CREATE TABLE t(a TEXT NOT NULL, \"k!\" INT);
             CREATE VIEW v AS SELECT a, \"k!\", \"none\" AS b FROM t;",
        )]);
        for (sql, expected) in [
            ("SELECT a AS \"k!\", z, b FROM (SELECT a, b, \"k!\" AS z FROM v)", None),
            (
                "SELECT a AS \"x!\", b FROM v ORDER BY \"x!\"",
                Some("SELECT a AS \"x\", b FROM v ORDER BY \"x\""),
            ),
        ] {
            assert_eq!(analysis.query(sql.into()).unwrap().sql, expected.unwrap_or(sql));
        }
    }

    /// The statement's own fault is told as it is without the view, at its own bytes.
    #[test]
    fn a_fault_beside_an_allowed_string_is_told_where_it_stands() {
        let analysis = folder(&[(
            "0001_all.sql",
            "-- onward: allow(double_quoted_string) released like this

             CREATE TABLE t(a TEXT NOT NULL, n INT);
             CREATE VIEW v AS SELECT a, \"none\" AS b FROM t;",
        )]);
        for (of, rule) in [
            ("SELECT a, \"nope\" FROM _", "double_quoted_string"),
            ("SELECT a AS \"x\"\"\"\"y\", \"nope\" FROM _", "double_quoted_string"),
            ("SELECT a AS \"x``]``y\", \"nope\" FROM _", "double_quoted_string"),
            ("SELECT a AS \"x``]\"\"y\", \"nope\" FROM _", "double_quoted_string"),
            ("SELECT \"a\", `nope` FROM _", "unknown_column"),
            ("SELECT \"a\", \"_\".\"nope\" FROM _", "unknown_column"),
            ("SELECT \"a\", nope FROM _", "unknown_column"),
            ("SELECT \"a\", nope() FROM _", "unknown_function"),
        ] {
            let told = |sql: &str| match analysis.query(sql.into()) {
                Err(Error::Refused(Refused { diagnostic, files })) => {
                    assert_eq!(files.text(&diagnostic.place).trim_matches(['"', '`']), "nope", "{sql}");
                    let place = diagnostic.place.range.start;
                    (diagnostic.rule.code, diagnostic.message, diagnostic.label, place)
                }
                other => panic!("{sql}: {other:?}"),
            };
            let (alone, beside) = (told(&of.replace('_', "t")), told(&of.replace('_', "v")));
            assert_eq!(alone.0, rule, "{of}");
            assert_eq!((alone.0, alone.2, alone.3), (beside.0, beside.2, beside.3), "{of}");
        }
    }
}
