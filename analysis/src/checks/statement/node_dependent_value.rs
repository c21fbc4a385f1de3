//! What each node of a cluster that replicates statements would store another value for.

use onward_core::batch::Target;
use onward_core::kind::{Kind, ObjectKind};

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::replay::Replay;
use crate::sqlite::volatile::{Part, Source, volatile};

/// `node_dependent_value`
pub static RULE: Rule = Rule::error(
    "node_dependent_value",
    "what is stored on a cluster of rqlite depends neither on chance nor on a node: its clock, its time zone, its SQLite",
)
.allowable()
.effect(
    "Each node of rqlite runs the statements by itself, and one that joins later runs them then. What `random()` gives is another \
     value on each, which is an error; the clock has gone on, and a node may have another time zone or SQLite, which is a warning. A program reads other rows \
     from each node.",
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
        let range = place.range.start + found.range.start..place.range.start + found.range.end;
        diagnostics.push(diagnose(place.file.at(range), (&found.what, ""), found.source, found.part, named));
    }
    diagnostics
}

/// What comes out of a view.
pub(crate) fn views<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    let named = history.config.engine.target.as_ref().map(|(_, named)| named);
    replay.indirect.iter().filter_map(move |found| {
        let place = history.place(found.at);
        let range = place.range.start + found.range.start..place.range.start + found.range.end;
        let in_view = format!(" in the view `{}`", found.view);
        let diagnostic =
            diagnose(place.file.at(range), (&found.what, &in_view), found.source, found.part, named?);
        let is_made = |at: &At| {
            matches!(&history.statement(*at).kind, Kind::Create { object: ObjectKind::View, name, .. } if name.is(&found.view))
        };
        let made = history.statements().take_while(|at| *at < found.at).filter(is_made).last();
        Some(match made {
            Some(at) => diagnostic.related(history.place(at), format!("`{}` is called here", found.what)),
            None => diagnostic,
        })
    })
}

fn diagnose(
    place: Place,
    (what, place_of_it): (&str, &str),
    source: Source,
    part: Part,
    named: &Place,
) -> Diagnostic {
    let (message, severity) = match source {
        Source::Chance => {
            (format!("`{what}`{place_of_it} is another value on each node of rqlite"), Severity::Error)
        }
        Source::Clock => (
            format!("`{what}`{place_of_it} is the clock of each node of rqlite, when it runs the statement"),
            Severity::Warning,
        ),
        // Nodes that are set up alike store the same.
        Source::Zone => {
            (format!("`{what}`{place_of_it} goes by the time zone of each node of rqlite"), Severity::Warning)
        }
        Source::Build => (
            format!("`{what}`{place_of_it} is another value where a node of rqlite has another SQLite"),
            Severity::Warning,
        ),
    };
    Diagnostic::new(&RULE, place, message)
        .severity(severity)
        .label("stored on each node by itself")
        .related(named.clone(), "rqlite is named here")
        .note("rqlite sends statements to its nodes, not rows, and a node that joins later runs them then: the nodes hold different rows")
        .help(help(source, part))
}

fn help(source: Source, part: Part) -> &'static str {
    match (part, source) {
        (Part::Check, _) => "have the program look at it before it writes the row",
        (_, Source::Zone) => "store the time in UTC, and turn it into local time where it is read",
        (Part::Default | Part::Trigger, Source::Chance | Source::Build) => {
            "have the program draw the value, and pass it as a parameter of the statement that writes the row"
        }
        (Part::Default | Part::Trigger, Source::Clock) => {
            "have the program pass the time as a parameter of the statement that writes the row"
        }
        (Part::Once, Source::Chance | Source::Build) => {
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
    fn chance_is_an_error_and_what_a_node_has_a_warning() {
        let sql = "CREATE TABLE u(\n  a DEFAULT (random()),\n  b TEXT DEFAULT CURRENT_TIMESTAMP,\n  c DEFAULT (date()),\n  \
                   d DEFAULT (date(0, 'unixepoch', 'localtime')),\n  e DEFAULT (sqlite_version())\n);";
        let config = ("onward.toml", "[engine]\ntarget = 'rqlite'");
        let found = folder(&[config, ("1_m.sql", sql)]).diagnostics;
        let severities: Vec<Severity> = found.iter().map(|found| found.severity).collect();
        let mut expected = [Severity::Warning; 5];
        expected[0] = Severity::Error;
        assert_eq!(severities, expected);
        assert!(found.iter().all(|found| found.rule.code == "node_dependent_value"));
    }

    #[test]
    fn wherever_it_is_stored_once_a_statement() {
        for (sql, at) in [
            ("INSERT INTO t VALUES (random(), random());", 23),
            ("UPDATE t SET a = hex(randomblob(4));", 22),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = datetime('now'); END;", 59),
            ("ALTER TABLE t ADD COLUMN c CHECK (c > random());", 39),
            ("UPDATE t SET a = datetime(b, 'localtime');", 18),
            ("INSERT INTO t VALUES (sqlite_source_id(), datetime('2020-01-01 00:00Z', 'utc'));", 23),
            ("ALTER TABLE t ADD COLUMN c CHECK (c > sqlite_version());", 39),
        ] {
            assert_eq!(of("rqlite", sql), [format!("node_dependent_value 2_m.sql:1:{at}")], "{sql}");
            // It sends pages.
            assert_eq!(of("libsql", sql), [""; 0], "{sql}");
        }
    }

    #[test]
    fn what_a_view_makes_and_a_statement_stores() {
        const VIEWS: &str = "CREATE VIEW V AS SELECT a, b, random() AS r FROM t;\nCREATE VIEW late AS SELECT a FROM t WHERE b < datetime('now');\n\
             CREATE VIEW zoned AS SELECT a, datetime(b, 'localtime') AS l, sqlite_version() AS s FROM t;\n\
             CREATE VIEW w AS SELECT r AS s, a FROM (SELECT * FROM v);\n";
        // Each is told at the name behind the mark.
        for marked in [
            "INSERT INTO t SELECT a, r FROM @v;",
            "INSERT INTO t(a) SELECT s FROM @w;",
            "UPDATE t SET a = r FROM @v WHERE v.b = t.b;",
            "UPDATE t SET a = (SELECT max(r) FROM @\"v\");",
            "WITH n AS (SELECT r FROM @v) INSERT INTO t(a) SELECT r FROM n;",
            "CREATE TABLE u AS SELECT * FROM @v;",
            "DELETE FROM t WHERE a IN (SELECT a FROM @late);",
            "INSERT INTO t(a) SELECT datetime(a) FROM @late;",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = (SELECT r FROM @v); END;",
            "CREATE TRIGGER g AFTER UPDATE ON t BEGIN INSERT INTO t(a) SELECT r FROM @v; END;",
            "CREATE TRIGGER g AFTER UPDATE OF b ON t BEGIN INSERT INTO t(a) SELECT r FROM @v; END;",
            "CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO t(a) SELECT a FROM @late; END;",
            "INSERT INTO t(a) SELECT l FROM @zoned;",
            "UPDATE t SET a = (SELECT max(s) FROM @zoned);",
        ] {
            let (at, sql) = (marked.find('@').unwrap() + 1, marked.replace('@', ""));
            let found = [format!("node_dependent_value 2_m.sql:5:{at}")];
            assert_eq!(of("rqlite", &format!("{VIEWS}{sql}")), found, "{sql}");
            assert_eq!(of("libsql", &format!("{VIEWS}{sql}")), [""; 0], "{sql}");
        }
        // Nobody reads what comes from chance or the clock, or it is stored nowhere.
        for sql in [
            "INSERT INTO t SELECT a, b FROM v;",
            "INSERT INTO t(a) SELECT a FROM zoned;",
            "INSERT INTO t SELECT a, a FROM w;",
            "UPDATE t SET a = v.a FROM v WHERE v.b = t.b;",
            "INSERT INTO t(a) VALUES (1) RETURNING (SELECT r FROM v);",
            "SELECT r FROM v;",
            "CREATE VIEW x AS SELECT r FROM v;",
            "CREATE TABLE r(v, w); INSERT INTO r(v, w) SELECT a, b FROM t;",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = (SELECT a FROM v); END;",
            "-- onward: allow(node_dependent_value) it has one node\nINSERT INTO t SELECT a, r FROM v;",
        ] {
            assert_eq!(of("rqlite", &format!("{VIEWS}{sql}")), [""; 0], "{sql}");
        }
    }

    #[test]
    fn silent_where_nothing_is_stored_and_where_it_is_allowed() {
        for sql in [
            "CREATE VIEW v AS SELECT random() AS r, CURRENT_TIMESTAMP AS now FROM t;",
            "SELECT random(), datetime('now');",
            "UPDATE t SET a = datetime(b, '+1 day');",
            "CREATE VIEW v AS SELECT datetime(b, 'localtime') AS l, sqlite_version() AS s FROM t;",
            "SELECT sqlite_version(), datetime(b, 'localtime') FROM t;",
            "-- onward: allow(node_dependent_value) it has one node\nUPDATE t SET a = random();",
        ] {
            assert_eq!(of("rqlite", sql), [""; 0], "{sql}");
        }
    }
}
