//! The database that a history makes, where it makes the same one whenever it runs.

mod repeatable;

use onward_core::checksum::Checksum;
use onward_core::name::quoted;
use repeatable::Moment;
use rusqlite::Result;

use crate::analysis::Analysis;
use crate::checks::application::unrepeatable_history;
use crate::checks::statement::sqlite_error;
use crate::diagnostic::Diagnostic;
use crate::folder::history::History;
use crate::replay::{Replay, fingerprint};
use crate::sqlite::sandbox::Sandbox;

/// A database with all migrations applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The bytes of its file.
    pub bytes: Vec<u8>,
    /// Where in them the ledger has the time at which a migration ran, in [`TIME`] bytes: whoever opens the database puts
    /// theirs there.
    pub times: Vec<usize>,
}

/// How long a time is in the ledger: `2026-01-01T00:00:00Z`.
pub const TIME: usize = 20;

impl Analysis {
    /// The database that the migrations make of an empty one, the same bytes at every call.
    ///
    /// # Errors
    /// The statements whose outcome depends on the moment, or on code of the application that is not there while it
    /// compiles. Nothing, if there was no replay.
    pub fn snapshot(&self) -> std::result::Result<Snapshot, Vec<Diagnostic>> {
        let replay = self.replay.as_ref().ok_or_else(Vec::new)?;
        if let Some((image, times)) = &replay.snapshot
            && let Some(bytes) = image.bytes()
        {
            return Ok(Snapshot { bytes, times: times.clone() });
        }
        let taken = self.take(replay);
        taken.unwrap_or_else(|error| Err(sqlite_error::sandbox(&self.history, &error).into_iter().collect()))
    }

    fn take(&self, replay: &Replay) -> Result<std::result::Result<Snapshot, Vec<Diagnostic>>> {
        let history = &self.history;
        let sandbox = Sandbox::open(&history.config)?;
        // What is left over in the pages of deleted rows would make other bytes of the same database.
        sandbox.conn().execute_batch("PRAGMA secure_delete = ON")?;
        let moment = Moment::watch(&sandbox, &history.config)?;
        let mut found = Vec::new();
        replay.again(history, &sandbox, |at| {
            found.extend(
                moment.seen().into_iter().map(|name| unrepeatable_history::diagnose(history, at, &name)),
            );
        })?;
        // What others make is theirs to make; a trigger of ours on it goes with it.
        for table in history.config.others() {
            sandbox.run(&format!("DROP TABLE IF EXISTS {}", quoted(&table.name)), false)?;
        }
        let same = fingerprint(&replay.objects, sandbox.conn())? == replay.fingerprint;
        let unknown =
            || history.migrations.first().map(|first| unrepeatable_history::unknown(first.file.start()));
        if found.is_empty() && !same {
            found.extend(unknown());
        }
        if !found.is_empty() {
            return Ok(Err(found));
        }
        let time = placeholder(history);
        let bytes = sandbox.into_bytes(|conn| {
            let mut insert = conn.prepare(&history.config.ledger().insert())?;
            for migration in &history.migrations {
                let (checksum, chain) = (migration.checksum.to_string(), migration.chain.to_string());
                insert.execute((migration.version, &migration.name, checksum, chain, 0))?;
            }
            let table = history.config.ledger().table();
            conn.execute(&format!("UPDATE main.{table} SET applied_at = ?1"), [&time]).map(drop)
        })?;
        let is_time = |window: &(usize, &[u8])| window.1 == time.as_bytes();
        let times: Vec<usize> = bytes.windows(TIME).enumerate().filter(is_time).map(|(at, _)| at).collect();
        // A row of the ledger is never so long that SQLite would keep it in several pieces.
        match times.len() == history.migrations.len() {
            true => Ok(Ok(Snapshot { bytes, times })),
            false => Ok(Err(unknown().into_iter().collect())),
        }
    }
}

/// What stands for the time, and nowhere else in the database: it follows from the whole history.
fn placeholder(history: &History) -> String {
    let chain = history.migrations.last().map_or_else(Checksum::default, |newest| newest.chain);
    let mut text = Checksum::of(&format!("the time at which {chain} is opened")).to_string();
    text.truncate(TIME);
    text
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{self, folder};

    fn refused(text: &str) -> Vec<String> {
        let analysis = folder(&[("1_a.sql", text)]);
        assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
        let found = analysis.snapshot().err().unwrap_or_default();
        let place = |found: &crate::Diagnostic| {
            let position = analysis.history.files.position(&found.place);
            format!("{}:{} {}", position.line, position.column, found.message.split('`').nth(1).unwrap())
        };
        found.iter().map(place).collect()
    }

    const TABLE: &str = "CREATE TABLE t(a, b DEFAULT CURRENT_TIMESTAMP, c DEFAULT (datetime('now')));\n";

    #[test]
    fn what_depends_on_the_moment_is_refused() {
        for (text, found) in [
            ("INSERT INTO t VALUES (random(), 1, 1);", "2:23 random"),
            ("INSERT INTO t SELECT 1, hex(randomblob(4)), 1;", "2:29 randomblob"),
            ("INSERT INTO t VALUES (1, current_timestamp, 1);", "2:26 current_timestamp"),
            ("INSERT INTO t VALUES (1, 1, CURRENT_DATE);", "2:29 current_date"),
            ("INSERT INTO t(a, b) VALUES (1, 1);", "2:1 datetime"),
            ("INSERT INTO t(a, c) VALUES (1, 1);", "2:1 current_timestamp"),
            ("INSERT INTO t VALUES (strftime('%s', 'NOW'), 1, 1);", "2:23 strftime"),
            ("INSERT INTO t VALUES (strftime('%s'), 1, 1);", "2:23 strftime"),
            ("INSERT INTO t VALUES (date(), 1, 1);", "2:23 date"),
            ("INSERT INTO t VALUES (unixepoch('subsec'), 1, 1);", "2:23 unixepoch"),
            ("INSERT INTO t VALUES (timediff('2026-01-01', 'now'), 1, 1);", "2:23 timediff"),
            ("INSERT INTO t VALUES (time('2026-01-01', 'localtime'), 1, 1);", "2:23 time"),
            ("INSERT INTO t VALUES (sqlite_version(), 1, 1);", "2:23 sqlite_version"),
            (
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = julianday('now'); END;\nINSERT INTO t VALUES (1, 1, 1);",
                "3:1 julianday",
            ),
        ] {
            assert_eq!(refused(&format!("{TABLE}{text}")), [found], "{text}");
        }
    }

    #[test]
    fn what_is_always_the_same_is_taken() {
        for text in [
            "CREATE INDEX i ON t(date(a)); CREATE VIEW v AS SELECT random(), CURRENT_TIME;",
            "INSERT INTO t VALUES (date('2026-01-01', '+1 day'), strftime('%s', '2026-01-01'), unixepoch(0, 'subsec'));",
            "CREATE TABLE u(a CHECK (a IS datetime(a)), b AS (julianday(a))); INSERT INTO u VALUES ('2026-01-01 00:00:00');",
            "UPDATE t SET a = random();",
            "INSERT INTO t VALUES (1, 2, 3); DELETE FROM t; PRAGMA user_version = 7;",
        ] {
            let analysis = folder(&[("1_a.sql", &format!("{TABLE}{text}"))]);
            let snapshot = analysis.snapshot().expect(text);
            let bytes = &snapshot.bytes;
            assert!(bytes.starts_with(b"SQLite format 3\0") && bytes.len().is_multiple_of(4096));
            assert_eq!(snapshot.times.len(), 1);
            assert_eq!(snapshot, analysis.snapshot().unwrap());
        }
    }

    #[test]
    fn what_only_the_application_can_do_is_refused() {
        let toml =
            "functions = ['slug', { name = 'uid', deterministic = false }]\ncollations = ['by_number']";
        for (text, found) in [
            ("INSERT INTO t VALUES (slug('a'));", "slug"),
            ("INSERT INTO t VALUES (UID());", "uid"),
            ("CREATE INDEX i ON t(a COLLATE by_number); INSERT INTO t VALUES ('a'), ('b');", "by_number"),
            ("CREATE INDEX i ON t(a COLLATE by_number); INSERT INTO t VALUES ('a');", ""),
            ("CREATE INDEX i ON t(slug(a));", ""),
        ] {
            let text = format!("CREATE TABLE t(a); {text}");
            let analysis = folder(&[("1_a.sql", &text), ("onward.toml", toml)]);
            let diagnostics = analysis.snapshot().err().unwrap_or_default();
            let names = diagnostics.iter().map(|found| found.message.split('`').nth(1).unwrap().to_owned());
            assert_eq!(names.collect::<Vec<_>>().join(" "), found, "{text}");
        }
    }

    #[test]
    fn the_message_names_what_to_do() {
        let analysis = folder(&[("1_a.sql", &format!("{TABLE}INSERT INTO t(a, c) VALUES (1, 1);"))]);
        let found = analysis.snapshot().unwrap_err();
        assert_eq!(
            testing::text(&analysis, &found[0]),
            "error: `current_timestamp` gives another value each time, so there is no snapshot of this history
 --> migrations/1_a.sql:2:1
  |
2 | INSERT INTO t(a, c) VALUES (1, 1);
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a default, a trigger or a view brings it in here
  |
  = note: unrepeatable_history
  = note: a database that was made another day has other rows
  = help: write the value itself if the migration is not released; else open `:memory:` with `Migrations::open` in tests"
        );
    }
}
