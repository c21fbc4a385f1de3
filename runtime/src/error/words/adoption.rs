//! Of a database without a ledger that cannot be adopted.

use onward_core::printable::printable;
use onward_schema::Difference;

use super::said::{Words, indented, lines};
use crate::error::fault::Fault;

/// What to do for databases that are out there, and cannot be changed by hand.
const OLDEST: &str = "let the history begin with the oldest schema that is out there, and come to the newest in later migrations: \
                      `cargo onward init --legacy COPY` writes the schema of a copy of this database into legacy/, so that the \
                      next build proves that it arrives";

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
    let begin = if at.is_some() { "name the migration after which its schema is this one" } else { OLDEST };
    Words::new(Fault::Database, lines(what, "  ", differences.iter().take(20)))
        .verdict()
        .help(format!("{begin}; or change these by hand, on a copy first"))
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

pub(super) fn unrepeatable(
    (file, line, column): (&str, usize, usize),
    sql: &str,
    nearest: Option<&str>,
    differences: &[Difference],
) -> Words {
    const SHOWN: usize = 5;
    let mut what = format!(
        "the database has no ledger, and a statement may have run on it before and must not run twice; nothing was \
         changed\n  {}:{line}:{column}\n{}",
        printable(file),
        indented(sql)
    );
    if let (Some(nearest), false) = (nearest, differences.is_empty()) {
        what += &format!("\n  its schema comes nearest to the one after {}, but:", printable(nearest));
        what = lines(what, "  ", differences.iter().take(SHOWN));
        if differences.len() > SHOWN {
            what += &format!("\n  … and {} more", differences.len() - SHOWN);
        }
    }
    Words::new(Fault::Database, what).verdict().help(format!(
        "{OLDEST}; or bring the schema by hand to what it is after this migration, and do what the statement does, on a copy \
         first; then adopt the database with `Adopt::Exact`"
    ))
}
