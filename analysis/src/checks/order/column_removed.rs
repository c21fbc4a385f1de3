//! A statement uses a column that an earlier statement has taken away.

use onward_core::kind::{Change, Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::replay::{Fault, place_of_origin};
use crate::sqlite::message::Cause;

/// `column_removed`
pub static RULE: Rule =
    Rule::error("column_removed", "a statement comes before the columns it uses are removed")
        .effect("No fresh database starts: the column is not there any more.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs RENAME COLUMN state TO status;
UPDATE jobs SET state = 'new';",
            "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 0002_next.sql
ALTER TABLE jobs RENAME COLUMN state TO status;
UPDATE jobs SET status = 'new';",
        );

pub(crate) fn explain(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let Cause::NoColumn { name, quoted } = &fault.refusal.cause else { return None };
    // A trigger or view that names what never was is not a removal.
    let removes = |at| {
        !matches!(
            history.statement(at).kind,
            Kind::Create { object: ObjectKind::Trigger | ObjectKind::View, .. }
        )
    };
    let since = fault.since.filter(|since| since.worked && removes(since.at))?;
    let (label, help) = match &history.statement(since.at).kind {
        Kind::Alter { change: Some(Change::Rename(_, to)), .. } => {
            ("renamed here", format!("use the new name, `{}`", to.text))
        }
        Kind::Alter { change: Some(Change::Drop(_)), .. } => {
            ("removed here", format!("leave `{name}` out, or move the statement in front of the removal"))
        }
        _ => ("gone since this", format!("leave `{name}` out, or keep it when the table is rebuilt")),
    };
    let diagnostic = Diagnostic::new(
        &RULE,
        fault.place(history, name),
        format!("column `{name}` is gone since {}", history.path(since.at)),
    )
    .label("no longer there")
    .related(place_of_origin(history, since.at, name), label)
    .help(help);
    Some(match quoted {
        true => diagnostic.note(format!("in double quotes, SQLite by default takes `{name}` for a string")),
        false => diagnostic,
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{history, rendered};

    const JOBS: &str = "CREATE TABLE jobs(id, state);";

    #[test]
    fn dropped_renamed_and_rebuilt() {
        for removal in [
            "ALTER TABLE jobs DROP COLUMN state",
            "ALTER TABLE jobs RENAME COLUMN state TO status",
            "CREATE TABLE n(id); DROP TABLE jobs; ALTER TABLE n RENAME TO jobs",
        ] {
            for (text, column) in [("CREATE INDEX i ON jobs(state)", 24), ("UPDATE jobs SET state = 1", 17)] {
                let found = history(&[JOBS, removal, text]);
                assert_eq!(found, [format!("column_removed 0003_m.sql:1:{column}")], "{removal}");
            }
        }
        assert_eq!(
            history(&[JOBS, "UPDATE jobs SET state = 1", "ALTER TABLE jobs DROP COLUMN state"]),
            [""; 0]
        );
    }

    #[test]
    fn says_the_new_name() {
        let rename = "ALTER TABLE jobs RENAME COLUMN state TO status";
        let text = rendered(&[
            ("0001_a.sql", JOBS),
            ("0002_b.sql", rename),
            ("0003_c.sql", "SELECT state FROM jobs"),
        ]);
        assert_eq!(
            text,
            "\
error: column `state` is gone since 0002_b.sql
 --> migrations/0003_c.sql:1:8
  |
1 | SELECT state FROM jobs
  |        ^^^^^ no longer there
  |
 ::: migrations/0002_b.sql:1:32
  |
1 | ALTER TABLE jobs RENAME COLUMN state TO status
  |                                ----- renamed here
  |
  = note: column_removed
  = help: use the new name, `status`"
        );
    }
}
