//! A foreign key that nothing can match: its parent is not there, or has no unique key where it refers to.
//!
//! SQLite looks only when rows are written: [then it is an error](https://www.sqlite.org/foreignkeys.html#fk_indexes),
//! where foreign keys are enforced.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::Ident;

use super::index_before_column;
use crate::checks::name::unknown_table::by_others;
use crate::config::Level;
use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::folder::history::History;
use crate::replay::{Finding, Loss, Part, Replay, Unresolved, Waiting, What};

/// `foreign_key_mismatch`
pub static RULE: Rule =
    Rule::error("foreign_key_mismatch", "a foreign key refers to a primary or unique key that exists")
        .allowable()
        .effect("Where foreign keys are enforced, every write to the table fails.")
        .examples(
            "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE jobs(queue TEXT REFERENCES queues(name));",
            "-- 0001_jobs.sql
CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE jobs(queue TEXT REFERENCES queues(name));",
        );

pub(crate) fn check<'a>(history: &'a History, replay: &'a Replay) -> impl Iterator<Item = Diagnostic> + 'a {
    // What has moved with a rename, or has left rows behind, is told as that.
    let is_told = |parent: &str| {
        let moved =
            |loss: &Loss| matches!(&loss.what, Part::Parent { key, .. } if Ident(&key.parent) == parent);
        // Only what stops the build: that some rows are left is less than that every write fails.
        let left = |finding: &Finding| {
            let is_it = matches!(&finding.what, What::Orphans { parent: gone, .. } if Ident(gone) == parent);
            let is_error = !matches!(
                history.config.levels.get("dangling_foreign_key"),
                Some(Level::Allow | Level::Warn)
            );
            is_it
                && finding.certain
                && is_error
                && !history.statement(finding.at).allows("dangling_foreign_key")
        };
        replay.losses.iter().any(moved) || replay.findings.iter().any(left)
    };
    replay.unresolved.iter().filter_map(move |unresolved| match &unresolved.what {
        Waiting::Key { parent, missing } if !is_told(parent) => {
            Some(explain(history, unresolved, parent, *missing))
        }
        _ => None,
    })
}

fn explain(history: &History, unresolved: &Unresolved, parent: &str, missing: bool) -> Diagnostic {
    let child = &unresolved.name;
    let place = history.named(unresolved.at, parent).pop().unwrap_or_else(|| history.place(unresolved.at));
    let what = match missing {
        true => format!("table `{parent}`"),
        false => format!("a unique key of `{parent}`"),
    };
    let label = if missing { "no such table" } else { "no primary or unique key there" };
    let effect = format!("where foreign keys are enforced, every write to `{child}` fails");
    if let Some(mended) = unresolved.mended {
        let file = history.path(mended);
        return Diagnostic::new(
            &RULE,
            place,
            format!("a foreign key of `{child}` refers to {what} before it exists"),
        )
        .severity(Severity::Warning)
        .label(format!("{label} yet"))
        .related(history.place(mended), index_before_column::added(history, mended))
        .note(format!("on a database that is not past {file}: {effect}"))
        .help(format!("make the parent first, or `{child}` in {file}"));
    }
    let help = match missing {
        true => format!(
            "make `{parent}` in a migration, or refer to a table that is there; {}",
            by_others(parent)
        ),
        false if history.config.is_external(parent) => format!(
            "say in onward.toml which columns of `{parent}` are unique, as in CREATE TABLE, or refer to its primary key"
        ),
        false => format!(
            "add `CREATE UNIQUE INDEX … ON {parent}(…);` on the columns that are referred to, or refer to the primary key"
        ),
    };
    let drops =
        |kind: &Kind| matches!(kind, Kind::Drop { object: ObjectKind::Table, name } if name.is(parent));
    let dropped = history.statements().filter(|&at| drops(&history.statement(at).kind)).last();
    if let Some(dropped) = dropped.filter(|_| missing) {
        let message = format!("a foreign key of `{child}` refers to {what}, which is gone at the end");
        return Diagnostic::new(&RULE, place, message)
            .label(label)
            .related(history.place(dropped), "dropped here")
            .note(effect)
            .help(format!("rebuild `{child}` without the foreign key before `{parent}` is dropped"));
    }
    Diagnostic::new(
        &RULE,
        place,
        format!("a foreign key of `{child}` refers to {what} that no migration makes"),
    )
    .label(label)
    .note(effect)
    .help(help)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    #[test]
    fn parents_that_never_come() {
        let found = folder(&[("1_a.sql", "CREATE TABLE c(p INTEGER REFERENCES people(id));")]);
        assert_eq!(
            found.diagnostics[0].message,
            "a foreign key of `c` refers to table `people` that no migration makes"
        );
        assert!(found.has_errors());
        let parent = "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT);";
        let child = "CREATE TABLE c(code TEXT REFERENCES p(code));";
        assert_eq!(history(&[parent, child]), ["foreign_key_mismatch 0002_m.sql:1:37"]);
    }

    #[test]
    fn the_table_that_has_the_key_is_the_one() {
        let child = "CREATE TABLE c(p INTEGER REFERENCES people(id));";
        let others = "CREATE TABLE people_old(people); CREATE TABLE q(id INTEGER PRIMARY KEY);
            CREATE TABLE d(q INTEGER REFERENCES q(id));";
        assert_eq!(history(&[child, others]), ["foreign_key_mismatch 0001_m.sql:1:37"]);
    }

    #[test]
    fn parents_that_come_in_a_later_migration() {
        let child = "CREATE TABLE c(code TEXT REFERENCES p(code));";
        let parent = "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT);";
        let index = "DELETE FROM p WHERE id NOT IN (SELECT min(id) FROM p GROUP BY code); CREATE UNIQUE INDEX by_code ON p(code);";
        let found = folder(&[("1_a.sql", parent), ("2_b.sql", child), ("3_c.sql", index)]);
        assert_eq!(found.diagnostics.len(), 1, "{:?}", found.diagnostics);
        assert!(!found.has_errors());
        assert_eq!(
            found.diagnostics[0].message,
            "a foreign key of `c` refers to a unique key of `p` before it exists"
        );
    }

    #[test]
    fn parents_of_a_column_that_is_added() {
        let child = "CREATE TABLE c(a);";
        let add = "ALTER TABLE c ADD COLUMN q INTEGER REFERENCES p(id);";
        let parent = "CREATE TABLE p(id INTEGER PRIMARY KEY);";
        assert_eq!(history(&[child, add, parent]), ["foreign_key_mismatch 0002_m.sql:1:47"]);
        assert_eq!(history(&[child, parent, add]), [""; 0]);
    }

    #[test]
    fn parents_that_are_dropped() {
        let tables = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER CHECK (p > 1 AND p < 1) REFERENCES p);";
        let found = folder(&[("1_a.sql", tables), ("2_b.sql", "DROP TABLE p;")]);
        assert_eq!(
            found.diagnostics[0].message,
            "a foreign key of `c` refers to table `p`, which is gone at the end"
        );
        assert_eq!(found.history.files.text(&found.diagnostics[0].related[0].place), "DROP TABLE p");
    }

    /// That some rows may be left behind, or that this is allowed, mends no write.
    #[test]
    fn rows_that_are_left_do_not_hide_it() {
        let tables = "CREATE TABLE c(id INTEGER PRIMARY KEY); CREATE TABLE p(id INTEGER PRIMARY KEY);";
        let add = "ALTER TABLE c ADD COLUMN p INTEGER REFERENCES p(id);";
        let codes = |texts: &[&str]| {
            let found = folder(&[("1_a.sql", texts[0]), ("2_b.sql", texts[1]), ("3_c.sql", texts[2])]);
            assert!(found.has_errors(), "{:?}", found.diagnostics);
            found.diagnostics.iter().map(|found| found.rule.code).collect::<Vec<_>>()
        };
        assert!(codes(&[tables, add, "DROP TABLE p;"]).contains(&"foreign_key_mismatch"));
        let allowed = "-- onward: allow(dangling_foreign_key) nobody has any\nDROP TABLE p;";
        let child = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p INTEGER REFERENCES p(id));";
        assert_eq!(codes(&[child, "CREATE TABLE other(a);", allowed]), ["foreign_key_mismatch"]);
    }

    #[test]
    fn silent_within_a_migration_and_where_all_is_there() {
        let child = "CREATE TABLE c(p INTEGER REFERENCES p(id), q REFERENCES q, r REFERENCES r(code));";
        let parents = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(a TEXT PRIMARY KEY);
            CREATE TABLE r(code TEXT UNIQUE);";
        assert_eq!(history(&[&format!("{child}{parents}")]), [""; 0]);
        assert_eq!(history(&[parents, child]), [""; 0]);
        let itself = "CREATE TABLE t(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES t(id));";
        assert_eq!(history(&[itself]), [""; 0]);
    }
}
