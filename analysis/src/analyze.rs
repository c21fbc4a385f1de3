//! The one call that the macro and the command line share.

use std::path::Path;

use crate::analysis::{Analysis, Proof};
use crate::checks;
use crate::diagnostic::{self, Diagnostic};
use crate::folder::fault::Faults;
use crate::folder::history::History;
use crate::folder::lock;
use crate::folder::locked;
use crate::folder::read;
use crate::folder::release::Releases;
use crate::level;
use crate::released;
use crate::replay::{Locked, replay_behind};

/// Reads, replays and checks the migrations in a folder.
pub fn analyze(dir: &Path, proof: Proof) -> Analysis {
    let (history, faults) = read::read(dir, checks::RULES);
    analyzed(history, &faults, proof)
}

/// Reads the migrations in a folder without a replay: what is wrong with the files, and nothing of what the SQL does.
pub fn read(dir: &Path) -> (History, Vec<Diagnostic>) {
    let (history, faults) = read::read(dir, checks::RULES);
    let told = told(&history, &faults);
    (history, told)
}

/// What is wrong with the files, in words.
fn told(history: &History, faults: &Faults) -> Vec<Diagnostic> {
    faults.0.iter().filter_map(|fault| checks::folder(history, fault)).collect()
}

/// Replays and checks what [`read::read`] has read and found wrong.
pub fn analyzed(history: History, faults: &Faults, proof: Proof) -> Analysis {
    behind(history, faults, proof, |_, _| None)
}

/// The same, with what was kept of the first migrations where so many are locked.
pub(crate) fn behind(
    mut history: History,
    faults: &Faults,
    proof: Proof,
    kept: impl FnOnce(&History, usize) -> Option<Locked>,
) -> Analysis {
    let mut diagnostics = told(&history, faults);
    checks::statements(&history, &mut diagnostics);
    // What is said from here on may follow from what was left out of the order.
    let sure = diagnostics.len();
    let (mut replayed, mut from) = (None, 0);
    let no_files = diagnostics.iter().any(|found| found.rule.about_files) && history.migrations.is_empty();
    if !no_files && !history.unseen.anything {
        let entries = history.lock.map(|file| {
            lock::parse(&history.files.get(file).text).unwrap_or_else(|(range, problem)| {
                diagnostics.push(checks::release::bad_lock_file::diagnose(file.at(range), &problem));
                Vec::new()
            })
        });
        let locked = entries.as_deref().unwrap_or_default();
        diagnostics.extend(checks::files::empty_migration::check(&history, locked));
        if let (Some(file), true) = (history.lock, history.unseen.is_nothing()) {
            history.released = locked::released(&history, locked);
            checks::locked(&history, file, locked, &mut diagnostics);
            history.releases = Releases::of(&history.migrations, locked);
            if proof == Proof::Unlocked {
                from = locked::proven(&history, locked);
            }
        }
        let kept = if from > 0 { kept(&history, from) } else { None };
        match replay_behind(&history, from, kept) {
            Ok(replay) => {
                checks::replayed(&history, &replay, &mut diagnostics);
                replayed = Some(replay);
            }
            Err(error) => diagnostics.extend(checks::statement::sqlite_error::sandbox(&history, &error)),
        }
    }
    if !history.unseen.is_nothing() {
        let unsure = diagnostics.split_off(sure);
        diagnostics.extend(
            unsure
                .into_iter()
                .filter(|found| !history.unseen.explains(&found.place, &history.migrations, &history.files)),
        );
        // The database that was arrived at is not the one of the whole folder.
        replayed = None;
    }
    let is_refused = replayed.as_ref().is_some_and(|replay| !replay.faults.is_empty());
    let mut analysis =
        Analysis { history, diagnostics: Vec::new(), replay: replayed, is_refused, whole: None };
    let (found, compatible) = released::check(&analysis);
    diagnostics.extend(found);
    analysis.history.compatible = compatible;
    let mark = |found: &mut Diagnostic| found.released |= is_past(&analysis.history, found);
    // No level makes an error of what nobody can change any more; one may make a warning of an error.
    diagnostics.iter_mut().for_each(mark);
    level::settle(&analysis.history, analysis.replay.as_ref(), &mut diagnostics);
    diagnostics.iter_mut().for_each(mark);
    if proof == Proof::Unlocked {
        diagnostics.retain(|found| !found.released);
    }
    diagnostic::sort(&mut diagnostics);
    Analysis { diagnostics, ..analysis }
}

/// Whether a warning speaks of released migrations alone, which nobody can change any more. An index is made or dropped in a
/// new one, wherever its table is from.
fn is_past(history: &History, diagnostic: &Diagnostic) -> bool {
    // What is recorded of a release is no migration, and as old.
    let is_old = |file| history.is_released(file) || history.recorded == Some(file);
    !diagnostic.is_error()
        && !diagnostic.rule.of_plans
        && !diagnostic.rule.of_config
        && history.is_released(diagnostic.place.file)
        && diagnostic.related.iter().all(|related| is_old(related.place.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::write;

    /// `code file` of what is found in a folder of these migrations, the first of which are locked.
    fn found(texts: &[&str], locked: usize, proof: Proof) -> Vec<String> {
        let analysis = looked_at(texts, locked, proof, None);
        let file = |found: &Diagnostic| analysis.history.files.get(found.place.file).path.clone();
        analysis.diagnostics.iter().map(|found| format!("{} {}", found.rule.code, file(found))).collect()
    }

    fn looked_at(texts: &[&str], locked: usize, proof: Proof, config: Option<&str>) -> Analysis {
        let dir = tempfile::tempdir().unwrap();
        config.into_iter().for_each(|config| write(dir.path(), "onward.toml", config));
        for (number, text) in texts.iter().enumerate() {
            write(dir.path(), &format!("{}_m.sql", number + 1), text);
            if number + 1 == locked {
                let history = analyze(dir.path(), Proof::Whole).history;
                write(dir.path(), lock::FILE_NAME, &locked::text(&history));
            }
        }
        analyze(dir.path(), proof)
    }

    #[test]
    fn what_is_released_is_no_news() {
        let warned =
            ["CREATE TABLE t(id INT PRIMARY KEY, a TEXT);", "BEGIN; CREATE UNIQUE INDEX i ON t(a); COMMIT;"];
        let all = [
            "key_without_numbers 1_m.sql",
            "redundant_transaction 2_m.sql",
            "failure_with_some_rows 2_m.sql",
        ];
        for (locked, new) in [(0, &all[..]), (1, &all[1..]), (2, &[][..])] {
            assert_eq!(found(&warned, locked, Proof::Whole), all, "{locked}");
            assert_eq!(found(&warned, locked, Proof::Unlocked), new, "{locked}");
        }
        // What a new migration breaks is news, wherever it is shown.
        let view =
            "CREATE TABLE t(a TEXT, b TEXT); CREATE TABLE n(a TEXT); CREATE TRIGGER g AFTER INSERT ON n BEGIN
            DELETE FROM t; END;";
        for proof in [Proof::Whole, Proof::Unlocked] {
            assert_eq!(found(&[view, "DROP TABLE t;"], 1, proof), ["broken_trigger 1_m.sql"]);
        }
        // What onward.toml mends is news until it does.
        let unnamed = ["CREATE TABLE t(a TEXT); CREATE VIEW v AS SELECT slug(a) FROM t;"];
        assert_eq!(found(&unnamed, 1, Proof::Unlocked), ["unnamed_function 1_m.sql"]);
        // No level makes an error of it; of what is new it does.
        let dropped = ["CREATE TABLE t(a TEXT, b TEXT);", "ALTER TABLE t DROP COLUMN b;"];
        let deny = Some("[levels]\ndata_dropped = 'deny'");
        for (locked, is_refused) in [(1, true), (2, false)] {
            for proof in [Proof::Whole, Proof::Unlocked] {
                assert_eq!(looked_at(&dropped, locked, proof, deny).has_errors(), is_refused, "{locked}");
            }
        }
        // An error is one for ever.
        let strings = "CREATE TABLE t(a TEXT); UPDATE t SET a = \"x\";";
        assert_eq!(found(&[strings], 1, Proof::Unlocked), ["double_quoted_string 1_m.sql"]);
    }

    const TABLES: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE c(p INTEGER NOT NULL REFERENCES p(id));";
    const FAILS: &str = "ALTER TABLE p ADD COLUMN b TEXT NOT NULL DEFAULT NULL;";

    #[test]
    fn rows_are_in_the_tables_of_locked_migrations() {
        for proof in [Proof::Whole, Proof::Unlocked] {
            for locked in [0, 1] {
                assert_eq!(found(&[TABLES, FAILS], locked, proof), ["failure_with_rows 2_m.sql"], "{locked}");
                let loses = "DELETE FROM p WHERE true;";
                assert_eq!(
                    found(&[TABLES, loses], locked, proof),
                    ["dangling_foreign_key 2_m.sql"],
                    "{locked}"
                );
            }
        }
    }

    #[test]
    fn rows_are_in_the_tables_behind_locked_views_and_triggers() {
        let tables =
            "CREATE TABLE source(a TEXT); CREATE TABLE target(a TEXT NOT NULL); CREATE TABLE other(b INT);";
        for (released, new) in [
            ("CREATE VIEW v AS SELECT a FROM source;", "INSERT INTO target SELECT a FROM v;"),
            (
                "CREATE TRIGGER g AFTER UPDATE ON other BEGIN INSERT INTO target SELECT a FROM source; END;",
                "UPDATE other SET b = 1;",
            ),
        ] {
            for proof in [Proof::Whole, Proof::Unlocked] {
                let found = found(&[tables, released, new], 2, proof);
                assert_eq!(found, ["failure_with_some_rows 3_m.sql"], "{new} {proof:?}");
            }
        }
    }

    /// Rows that are older than a trigger need not be such as it lets in.
    #[test]
    fn rows_that_locked_triggers_keep_out_are_carried_from_where_they_were() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);";
        let swapped = "CREATE TABLE n(id INTEGER PRIMARY KEY, b TEXT, a TEXT); INSERT INTO n SELECT * FROM t; DROP TABLE t;
            ALTER TABLE n RENAME TO t;";
        let filled =
            "UPDATE t SET b = 'x' WHERE a IS NULL; CREATE TABLE n(id INTEGER PRIMARY KEY, a TEXT NOT NULL);
            INSERT INTO n SELECT id, a FROM t;";
        let on_insert = |body: &str| format!("CREATE TRIGGER g BEFORE INSERT ON t {body} END;");
        for (trigger, new, code) in [
            ("BEGIN SELECT RAISE(ABORT, 'frozen');", swapped, "values_changed 3_m.sql"),
            ("WHEN new.a IS NULL BEGIN SELECT RAISE(ABORT, 'no');", filled, "failure_with_some_rows 3_m.sql"),
            ("WHEN new.a IS NULL BEGIN SELECT RAISE(IGNORE);", filled, "failure_with_some_rows 3_m.sql"),
            ("WHEN new.a IS NULL BEGIN SELECT missing();", filled, "failure_with_some_rows 3_m.sql"),
            ("BEGIN INSERT INTO none VALUES (1);", filled, "failure_with_some_rows 3_m.sql"),
        ] {
            let texts = [table, &on_insert(trigger), &format!("DROP TRIGGER g; {new}")];
            let whole = found(&texts, 2, Proof::Whole);
            assert!(whole.iter().any(|found| found == code), "{trigger}: {whole:?}");
            let is_new = |found: &&String| found.ends_with("3_m.sql");
            let new: Vec<&String> = whole.iter().filter(is_new).collect();
            let unlocked = found(&texts, 2, Proof::Unlocked);
            assert_eq!(unlocked.iter().filter(is_new).collect::<Vec<_>>(), new, "{trigger}");
        }
    }

    #[test]
    fn what_is_locked_is_not_held_against_rows_again() {
        let allowed = "-- onward: allow(data_dropped) drafts\nDROP TABLE c;";
        assert_eq!(found(&[TABLES, FAILS, allowed], 3, Proof::Whole), ["failure_with_rows 2_m.sql"]);
        assert_eq!(found(&[TABLES, FAILS, allowed], 3, Proof::Unlocked), [""; 0]);
        // One that is not locked is, whatever comes before.
        assert_eq!(
            found(&[TABLES, FAILS, allowed, "ALTER TABLE p ADD COLUMN c TEXT NOT NULL;"], 3, Proof::Unlocked),
            ["failure_with_rows 4_m.sql"]
        );
    }

    /// What is found by `check` where the lock file names releases behind these migrations.
    fn released(texts: &[&str], locked: usize, names: &[usize]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for (number, text) in (1..).zip(texts) {
            write(dir.path(), &format!("{number}_m.sql"), text);
            if number > locked {
                continue;
            }
            let mut history = analyze(dir.path(), Proof::Whole).history;
            if names.contains(&number) {
                let mut releases = history.releases.clone();
                releases.add(&format!("1.{number}"), &history.migrations, &history.files).unwrap();
                history.releases = releases;
            } else if names.iter().any(|name| *name > number) {
                continue;
            }
            write(dir.path(), lock::FILE_NAME, &locked::text(&history));
        }
        let found = analyze(dir.path(), Proof::Whole);
        let unlocked = analyze(dir.path(), Proof::Unlocked);
        let file = |found: &&Diagnostic| found.place.file;
        // A build says the same of what is not locked.
        let new = |all: &Analysis| {
            let files: Vec<_> = all.history.migrations[locked..].iter().map(|found| found.file).collect();
            let new = all.diagnostics.iter().filter(|found| files.contains(&file(found)));
            new.map(|found| (found.rule.code, found.place.clone())).collect::<Vec<_>>()
        };
        assert_eq!(new(&found), new(&unlocked));
        let path = |of: &Diagnostic| found.history.files.get(of.place.file).path.clone();
        found.diagnostics.iter().map(|of| format!("{} {}", of.rule.code, path(of))).collect()
    }

    #[test]
    fn an_application_writes_between_releases_and_nowhere_else() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL);";
        let (add, unique) = ("ALTER TABLE t ADD COLUMN b TEXT;", "CREATE UNIQUE INDEX one ON t(b);");
        let fails = ["failure_with_some_rows 3_m.sql"];
        // Each that is locked is a release, and all that is not is one.
        assert_eq!(released(&[table, add, unique], 0, &[]), fails);
        assert_eq!(released(&[table, add, unique], 1, &[]), [""; 0]);
        assert_eq!(released(&[table, add, unique], 2, &[]), fails);
        assert_eq!(released(&[table, add, unique], 3, &[]), fails);
        // Or what has a name.
        assert_eq!(released(&[table, add, unique], 3, &[3]), [""; 0]);
        assert_eq!(released(&[table, add, unique], 3, &[1, 3]), [""; 0]);
        assert_eq!(released(&[table, add, unique], 3, &[2, 3]), fails);
        // Locked by name once, and without one later.
        assert_eq!(released(&[table, add, unique], 3, &[1]), fails);
    }

    /// A database stands where a history that is silent as a whole has cleaned up for what comes next.
    #[test]
    fn what_was_cleaned_is_there_again_after_a_release() {
        let table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);";
        let clean = "DELETE FROM t WHERE id NOT IN (SELECT min(id) FROM t GROUP BY a) OR a IS NULL;";
        let texts = [table, clean, "CREATE UNIQUE INDEX one ON t(a);"];
        let fails = ["failure_with_some_rows 3_m.sql"];
        assert_eq!(released(&texts, 2, &[]), fails);
        assert_eq!(released(&texts, 2, &[2]), fails);
        assert_eq!(released(&texts, 1, &[1]), [""; 0]);
        assert_eq!(released(&texts, 3, &[1, 3]), [""; 0]);
        assert_eq!(released(&texts, 3, &[1, 2, 3]), fails);
    }

    #[test]
    fn a_directive_that_came_later_is_not_trusted() {
        let lost = "-- onward: foreign_keys(on)\nDROP TABLE p;";
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "1_m.sql", TABLES);
        write(dir.path(), "2_m.sql", "DROP TABLE p;");
        let history = analyze(dir.path(), Proof::Whole).history;
        write(dir.path(), lock::FILE_NAME, &locked::text(&history));
        write(dir.path(), "2_m.sql", lost);
        assert_eq!(
            analyze(dir.path(), Proof::Unlocked).diagnostics,
            analyze(dir.path(), Proof::Whole).diagnostics
        );
    }
}
