//! Of a database without a ledger that cannot be taken over.

use onward_core::printable::printable;
use onward_schema::Difference;

use super::said::{Words, indented, lines};
use crate::error::fault::Fault;

pub(super) fn not_adopted(at: Option<i64>, nearest: Option<&str>, differences: &[Difference]) -> Words {
    let what = match (at, nearest) {
        (_, None) if differences.is_empty() => {
            let what =
                "the database has no ledger, and holds nothing of what the migrations make; nothing was changed";
            return Words::new(Fault::Database, what).verdict().help(
                "look whether this is the right database; what it holds belongs to something else, so give the program a \
                 file of its own",
            );
        }
        (Some(at), Some(nearest)) => format!(
            "the database has no ledger, and its schema is not the one after migration {at}, with which it should be \
             taken over; nothing was changed\n  it is not as after {}:",
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
        "bring these in line by hand, on a copy first; or let a migration that comes before make the schema that is there",
    )
}

pub(super) fn undecided(versions: &[i64], writing: &[String]) -> Words {
    let (last, rest) = versions.split_last().unwrap_or((&0, &[]));
    let rest: Vec<String> = rest.iter().map(i64::to_string).collect();
    let what = format!(
        "the database has no ledger, and its schema does not tell which migrations have run: it is the same after {} and \
         {last}; nothing was changed",
        rest.join(", ")
    );
    let writing =
        writing.iter().map(|file| format!("{} may have changed rows, or not have run", printable(file)));
    Words::new(Fault::Caller, lines(what, "  ", writing)).verdict().help(
        "look at the rows, and say which migration was the last with `migrator().adopt(Adopt::At(version))`, or \
         `--at VERSION` on the command line; what is taken as run does not run",
    )
}

pub(super) fn unknown_version(version: i64, known: Option<i64>) -> Words {
    let what = format!(
        "the database should be taken over with migration {version}, which the program does not have"
    );
    Words::new(Fault::Caller, what).help(newest(known))
}

/// What a program has instead of a version that it does not have.
pub(super) fn newest(known: Option<i64>) -> String {
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
        "bring the schema by hand to what it is after this migration, with what the statement does, on a copy first; \
         `Adopt::Exact` then takes it over",
    )
}
