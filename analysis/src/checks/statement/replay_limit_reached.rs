//! A statement that does not end, or eats memory: a build must not hang on it.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::Fault;
use crate::sqlite::message::{Cause, Limit};

/// `replay_limit_reached`
pub static RULE: Rule = Rule::error("replay_limit_reached", "a statement ends within the replay's limits of work and memory").effect("The statement does not end, or takes more memory than a build should: on a database with rows it would take longer still.")
.examples(
"-- 0001_jobs.sql
CREATE TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n;",
"-- 0001_jobs.sql
CREATE TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT sum(i) FROM n;",
);

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::Limit(limit) = fault.refusal.cause else { return None };
    let message = match limit {
        Limit::Steps => "this statement does not end within fifty million steps or ten seconds",
        Limit::Memory => {
            "this statement takes more memory than a replay may: 32 MiB a value, 256 MiB a database"
        }
    };
    Some(
        Diagnostic::new(&RULE, history.place(fault.at), message)
            .label("stopped here")
            .note("the runtime holds an exclusive lock while it runs, so every process of the application would wait")
            .help("bound the query, or fill large tables from the application once it has started"),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn endless_and_huge() {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT i FROM n \
                       WHERE i < 0;";
        let found =
            history(&["CREATE TABLE t(a);", &format!("SELECT 1;\n{endless}"), "INSERT INTO t VALUES (1);"]);
        assert_eq!(found, ["replay_limit_reached 0002_m.sql:2:1"]);
        assert_eq!(history(&["SELECT hex(zeroblob(900000000));"]), ["replay_limit_reached 0001_m.sql:1:1"]);
    }

    #[test]
    fn a_large_seed_is_fine() {
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)";
        assert_eq!(history(&[&format!("CREATE TABLE t(a); {rows} INSERT INTO t SELECT i FROM n;")]), [""; 0]);
    }
}
