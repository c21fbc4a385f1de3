//! What each node of a cluster that replicates statements would store another value for.

use onward_core::batch::Target;

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::{At, History};
use crate::sqlite::volatile::{Part, Source, volatile};

/// `node_dependent_value`
pub static RULE: Rule = Rule::error(
    "node_dependent_value",
    "what is stored on a cluster of rqlite depends neither on chance nor on the clock of a node",
)
.allowable()
.effect(
    "Each node of rqlite runs the statements by itself, and one that joins later runs them then. What `random()` gives is another \
     value on each, which is an error; the clock has gone on, which is a warning. A program reads other rows from each node.",
)
.examples(
    "-- onward.toml
[engine]
target = 'rqlite'
-- 0001_jobs.sql
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL DEFAULT (hex(randomblob(16))),
  made_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);",
    "-- onward.toml
[engine]
target = 'rqlite'
-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, token TEXT NOT NULL, made_at TEXT NOT NULL);
CREATE VIEW late AS SELECT id FROM jobs WHERE made_at < datetime('now', '-1 day');",
);

pub(crate) fn check(history: &History, at: At) -> Vec<Diagnostic> {
    let Some((Target::Rqlite, named)) = &history.config.engine.target else { return Vec::new() };
    let place = history.place(at);
    let mut told = Vec::new();
    let mut diagnostics = Vec::new();
    for found in volatile(history.sql(at)) {
        // One row after the other of the same statement says nothing new.
        if found.part != Part::Default && told.contains(&(found.source, found.part)) {
            continue;
        }
        told.push((found.source, found.part));
        let (message, severity) = match found.source {
            Source::Chance => {
                (format!("`{}` is another value on each node of rqlite", found.what), Severity::Error)
            }
            Source::Clock => (
                format!("`{}` is the clock of each node of rqlite, when it runs the statement", found.what),
                Severity::Warning,
            ),
        };
        let range = place.range.start + found.range.start..place.range.start + found.range.end;
        diagnostics.push(
            Diagnostic::new(&RULE, place.file.at(range), message)
                .severity(severity)
                .label("stored on each node by itself")
                .related(named.clone(), "rqlite is named here")
                .note("rqlite sends statements to its nodes, not rows, and a node that joins later runs them then: the nodes hold different rows")
                .help(help(found.source, found.part)),
        );
    }
    diagnostics
}

fn help(source: Source, part: Part) -> &'static str {
    match (part, source) {
        (Part::Default | Part::Trigger, Source::Chance) => {
            "have the program draw the value, and pass it as a parameter of the statement that writes the row"
        }
        (Part::Default | Part::Trigger, Source::Clock) => {
            "have the program pass the time as a parameter of the statement that writes the row"
        }
        (Part::Check, _) => "have the program look at it before it writes the row",
        (Part::Once, Source::Chance) => {
            "write the values themselves, or have the program write them as parameters"
        }
        (Part::Once, Source::Clock) => {
            "write the time itself, such as '2026-11-22 12:00:00', or have the program pass it as a parameter"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{codes, folder};

    fn of(target: &str, sql: &str) -> Vec<String> {
        let config = format!("[engine]\ntarget = '{target}'\n[levels]\ndata_dropped = 'allow'");
        codes(&[("onward.toml", &config), ("1_t.sql", "CREATE TABLE t(a, b);"), ("2_m.sql", sql)])
    }

    #[test]
    fn chance_is_an_error_and_the_clock_a_warning() {
        let sql = "CREATE TABLE u(\n  a DEFAULT (random()),\n  b TEXT DEFAULT CURRENT_TIMESTAMP,\n  c DEFAULT (date())\n);";
        let config = ("onward.toml", "[engine]\ntarget = 'rqlite'");
        let found = folder(&[config, ("1_m.sql", sql)]).diagnostics;
        let severities: Vec<Severity> = found.iter().map(|found| found.severity).collect();
        assert_eq!(severities, [Severity::Error, Severity::Warning, Severity::Warning]);
        assert!(found.iter().all(|found| found.rule.code == "node_dependent_value"));
    }

    #[test]
    fn wherever_it_is_stored_once_a_statement() {
        for (sql, at) in [
            ("INSERT INTO t VALUES (random(), random());", 23),
            ("UPDATE t SET a = hex(randomblob(4));", 22),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = datetime('now'); END;", 59),
            ("ALTER TABLE t ADD COLUMN c CHECK (c > random());", 39),
        ] {
            assert_eq!(of("rqlite", sql), [format!("node_dependent_value 2_m.sql:1:{at}")], "{sql}");
            // It sends pages.
            assert_eq!(of("libsql", sql), [""; 0], "{sql}");
        }
    }

    #[test]
    fn silent_where_nothing_is_stored_and_where_it_is_allowed() {
        for sql in [
            "CREATE VIEW v AS SELECT random() AS r, CURRENT_TIMESTAMP AS now FROM t;",
            "SELECT random(), datetime('now');",
            "UPDATE t SET a = datetime(b, '+1 day');",
            "-- onward: allow(node_dependent_value) it has one node\nUPDATE t SET a = random();",
        ] {
            assert_eq!(of("rqlite", sql), [""; 0], "{sql}");
        }
    }
}
