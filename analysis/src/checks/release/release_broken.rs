//! A released program that meets the schema of the next release.

use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::Place;

/// `release_broken`
pub static RULE: Rule = Rule::error(
    "release_broken",
    "what released programs run works on the schema of the next release as well, and means the same",
)
.allowable()
.effect(
    "Programs of the last release that still run, or start again, while a newer one has migrated their database fail, or \
     read something else.",
)
.examples(
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
-- 0002_status.sql
ALTER TABLE jobs RENAME COLUMN state TO status;
-- onward.release
format = 1
[[release]]
name = \"1.4\"
after = 1
statements = [
  { sql = \"SELECT state FROM jobs WHERE id = ?\", at = \"src/main.rs:12\" },
]",
    "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL);
-- 0002_status.sql
ALTER TABLE jobs ADD COLUMN status TEXT;
-- onward.release
format = 1
[[release]]
name = \"1.4\"
after = 1
statements = [
  { sql = \"SELECT state FROM jobs WHERE id = ?\", at = \"src/main.rs:12\" },
]",
);

/// What stands between the release and what becomes of its statement.
const OF: &str = ": a statement ";

pub(crate) fn diagnose(place: Place, severity: Severity, release: &str, becomes: &str) -> Diagnostic {
    let does = match severity {
        Severity::Error => "breaks",
        Severity::Warning => "changes",
    };
    Diagnostic::new(&RULE, place, format!("this {does} {release}{OF}{becomes}"))
        .severity(severity)
        .label("since here")
        .note("a program of that release that still runs, or is started again, meets this schema")
}

/// What of a message is the same for every release.
pub(crate) fn cause(message: &str) -> &str {
    message.split_once(OF).map_or(message, |(_, cause)| cause)
}
