//! Of a database without a ledger that cannot be adopted.

use onward_core::printable::printable;
use onward_schema::Difference;

use super::said::{Words, indented, lines};
use crate::error::fault::Fault;

pub(super) fn not_adopted(at: Option<i64>, nearest: Option<&str>, differences: &[Difference]) -> Words {
    let what = match (at, nearest) {
        (_, None) if differences.is_empty() => {
            let what =
                "the database has no ledger, and has none of the tables that the migrations make; nothing was changed";
            return Words::new(Fault::Database, what).verdict().help(
                "check that this is the right database; its tables belong to something else, so give the program its own file",
            );
        }
        (Some(_), Some(nearest)) => format!(
            "the database has no ledger, and its schema is not the one after {}, at which it is to be adopted; nothing \
             was changed\n  it differs from that one:",
            printable(nearest)
        ),
        (_, Some(nearest)) => format!(
            "the database has no ledger, and its schema is not the one after any of the migrations; nothing was \
             changed\n  it comes nearest to the one after {}, but:",
            printable(nearest)
        ),
        (_, None) => "the database has no ledger, and its schema is not the one after any of the migrations, nor the empty \
                      one before the first; nothing was changed"
            .to_owned(),
    };
    Words::new(Fault::Database, lines(what, "  ", differences.iter().take(20))).verdict().help(
        "change these by hand, on a copy first; or begin the history with a migration that makes the schema that is there",
    )
}

pub(super) fn undecided(versions: &[String], writing: &[String]) -> Words {
    let (last, rest) = versions.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
    let what = format!(
        "the database has no ledger, and its schema does not tell which migrations have run: it is the same after {} and \
         {last}; nothing was changed",
        rest.join(", ")
    );
    let writing =
        writing.iter().map(|file| format!("{} may have changed rows, or not have run", printable(file)));
    Words::new(Fault::Caller, lines(what, "  ", writing)).verdict().help(
        "look at the rows, and name the last migration that has run, with `migrator().adopt(Adopt::At(version))`, or \
         `--at VERSION` on the command line; migrations up to it do not run",
    )
}

pub(super) fn unknown_version(version: i64, known: Option<&str>) -> Words {
    let what =
        format!("the database is to be adopted at migration {version}, which the program does not have");
    Words::new(Fault::Caller, what).help(newest(known))
}

/// What a program has instead of a version that it does not have.
pub(super) fn newest(known: Option<&str>) -> String {
    match known {
        Some(known) => format!("its newest is {known}; nothing was changed"),
        None => "it has none; nothing was changed".to_owned(),
    }
}

pub(super) fn unrepeatable(file: &str, line: usize, column: usize, sql: &str) -> Words {
    let what = format!(
        "the database has no ledger, and a statement may have run on it before and must not run twice; nothing was \
         changed\n  {}:{line}:{column}\n{}",
        printable(file),
        indented(sql)
    );
    Words::new(Fault::Database, what).verdict().help(
        "bring the schema by hand to what it is after this migration, and do what the statement does, on a copy first; \
         then adopt the database with `Adopt::Exact`",
    )
}
