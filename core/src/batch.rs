//! What engines take that run a list of statements as one atomic request.
//!
//! The build asks this of every statement of a history whose `onward.toml` names such an engine, and the drivers of what is pending.

use crate::kind::{Kind, ObjectKind};
use crate::run::Run;
use crate::setting::is_question;
use crate::token::significant;

/// An engine over the network, as `[engine] target` of `onward.toml` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A cluster of rqlite, which sends statements to its nodes.
    Rqlite,
    /// A libSQL server, which sends pages to its replicas.
    Libsql,
}

impl Target {
    /// All of them.
    pub const ALL: [Target; 2] = [Target::Rqlite, Target::Libsql];

    /// As `onward.toml` names it.
    ///
    /// ```
    /// use onward_core::batch::Target;
    ///
    /// assert_eq!(Target::parse("libsql"), Some(Target::Libsql));
    /// assert_eq!(Target::parse("sqlite"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.key() == text)
    }

    /// Its name in `onward.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Target::Rqlite => "rqlite",
            Target::Libsql => "libsql",
        }
    }

    /// Its name as it is written.
    ///
    /// ```
    /// assert_eq!(onward_core::batch::Target::Libsql.name(), "libSQL");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Target::Rqlite => "rqlite",
            Target::Libsql => "libSQL",
        }
    }
}

/// What becomes of a statement of a migration in such a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is part of the request, as it stands.
    Runs,
    /// It is left out: the request does as much, or it changes nothing.
    LeftOut,
    /// It cannot be part of the request, for this reason.
    Refused(&'static str),
}

/// What becomes of a statement on an engine: on one of these, if it is one, whose foreign keys are enforced while the request
/// runs, or not.
///
/// ```
/// use onward_core::batch::{Fit, Target, fit};
/// use onward_core::kind::Kind;
///
/// let on = |target, sql| fit(&Kind::of(sql), sql, Some(target), false);
/// assert_eq!(on(Target::Rqlite, "ANALYZE"), Fit::Runs);
/// assert!(matches!(on(Target::Libsql, "ANALYZE"), Fit::Refused(_)));
/// assert_eq!(on(Target::Libsql, "PRAGMA foreign_keys = OFF"), Fit::LeftOut);
/// ```
pub fn fit(kind: &Kind, sql: &str, target: Option<Target>, foreign_keys: bool) -> Fit {
    match (kind, kind.run()) {
        // https://www.sqlite.org/foreignkeys.html#fk_schemacommands
        (Kind::Drop { object: ObjectKind::Table, .. }, _) if foreign_keys => Fit::Refused(
            "foreign keys are on in this engine, and to drop a table deletes its rows first, with all that refers to them",
        ),
        (_, Run::Implied | Run::WithoutEffect) => Fit::LeftOut,
        (Kind::Pragma(name), _) if name == "user_version" => Fit::Runs,
        // What it does is for the planner alone, and this SQLite may find nothing to do.
        (Kind::Pragma(name), _) if name == "optimize" || is_question(name) => Fit::LeftOut,
        (Kind::Pragma(_), _) => Fit::Refused("the engine's one connection would keep what this pragma sets"),
        (Kind::Create { temporary: true, .. }, _) => Fit::Refused(match target {
            Some(Target::Rqlite) => "the engine's one connection would keep what is temporary",
            _ => "the engine has no temporary tables",
        }),
        (_, Run::Never) => Fit::Refused("it cannot run inside a transaction"),
        (Kind::Other, _) if target == Some(Target::Libsql) && begins(sql, "ANALYZE") => {
            Fit::Refused("a libSQL server takes no ANALYZE")
        }
        (_, Run::Yes | Run::Undone) => Fit::Runs,
    }
}

fn begins(sql: &str, word: &str) -> bool {
    significant(sql).next().is_some_and(|token| token.is(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: Target, sql: &str) -> Fit {
        fit(&Kind::of(sql), sql, Some(target), false)
    }

    #[test]
    fn what_runs_and_what_is_left_out() {
        for target in Target::ALL {
            for sql in [
                "CREATE TABLE t(a)",
                "DROP TABLE t",
                "PRAGMA user_version = 3",
                "INSERT INTO analyze VALUES ('ANALYZE')",
                "REINDEX t",
                "SELECT 1",
            ] {
                assert_eq!(of(target, sql), Fit::Runs, "{sql}");
            }
            for sql in [
                "BEGIN",
                "COMMIT",
                "PRAGMA foreign_keys = off",
                "PRAGMA foreign_keys = ON",
                "PRAGMA foreign_keys",
                "PRAGMA foreign_key_check",
                "PRAGMA defer_foreign_keys = ON",
                "PRAGMA journal_mode = WAL",
                "PRAGMA integrity_check",
                "PRAGMA table_info(t)",
                "PRAGMA optimize",
            ] {
                assert_eq!(of(target, sql), Fit::LeftOut, "{sql}");
            }
        }
    }

    #[test]
    fn what_is_refused() {
        for target in Target::ALL {
            for sql in [
                "PRAGMA application_id = 3",
                "PRAGMA writable_schema = 1",
                "PRAGMA legacy_alter_table = 1",
                "CREATE TEMP TABLE t(a)",
                "CREATE VIEW temp.v AS SELECT 1",
                "VACUUM",
                "ATTACH 'a' AS b",
                "ROLLBACK",
            ] {
                assert!(matches!(of(target, sql), Fit::Refused(_)), "{sql}");
            }
        }
        assert!(matches!(of(Target::Libsql, "analyze t"), Fit::Refused(_)));
        let drop = Kind::of("DROP TABLE t");
        assert!(matches!(fit(&drop, "DROP TABLE t", None, true), Fit::Refused(_)));
    }
}
