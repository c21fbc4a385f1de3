//! Versions that two readings put in two orders: as the tool reads them that the layout comes from, and as numbers.
//!
//! onward runs a folder in the order of its tool. Before it knew that diesel and prisma order by text, it ran all by
//! number: a history that is locked in that order keeps it.

use crate::checks::words::others;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Place};
use crate::folder::history::{History, Migration};
use crate::folder::layout::{Name, parse};
use crate::folder::order::{Order, Versions};

/// `ambiguous_version_order`
pub static RULE: Rule = Rule::warning("ambiguous_version_order", "versions have the same order for every tool")
    .effect("A tool that compares versions in another way runs the migrations in another order, and may arrive at another schema.")
    .examples(
        "-- 2025-10-28-175920-0000_jobs/up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 2025-11-15-232503_due/up.sql
ALTER TABLE jobs ADD COLUMN due TEXT;",
        "-- 2025-10-28-175920_jobs/up.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);
-- 2025-11-15-232503_due/up.sql
ALTER TABLE jobs ADD COLUMN due TEXT;",
    );

/// The first two neighbours that the other reading would swap, unless the order was asked for or is released.
pub(crate) fn check(history: &History, versions: &Versions, order: Order) -> Option<Diagnostic> {
    // Then both read them alike.
    if versions.is_of_numbers() && order != Order::Name {
        return None;
    }
    let path = |migration: &Migration| history.files.get(migration.file).path.as_str();
    let name = |migration: &Migration| -> Option<Name> { parse(path(migration)).ok() };
    let swapped = history.migrations.windows(2).find(|pair| {
        let (Some(first), Some(second)) = (name(&pair[0]), name(&pair[1])) else { return false };
        // What is no number has no place among them, and one with dots nobody has read as one.
        let is_number = |name: &Name| !name.number().is_empty() && !name.label.contains('.');
        if !is_number(&first) || !is_number(&second) {
            return false;
        }
        let other = if order == Order::Tool { Order::Number } else { Order::Tool };
        versions.compare(&first, &second, other).is_gt()
    })?;
    let [first, second] = [path(&swapped[0]), path(&swapped[1])];
    let tool = versions.tool();
    let by_name = "give it a version that both read alike";
    let (message, note, help) = match order {
        Order::Tool => (
            format!(
                "`{second}` runs after `{first}`, as with {tool}; by their numbers it would run before it"
            ),
            "a database on which an onward ran them by number, before it knew this order, is refused"
                .to_owned(),
            format!(
                "{by_name}; if such databases are out there, write `order = \"number\"` into onward.toml"
            ),
        ),
        Order::Number | Order::Name => (
            format!("`{second}` runs after `{first}`, by their numbers; with {tool} it would run before it"),
            "onward.lock has them in this order, so it stays".to_owned(),
            "nothing, if the databases were made by onward: `order = \"number\"` in onward.toml says so"
                .to_owned(),
        ),
    };
    // What is released is told of the lock file: the migrations themselves are past.
    let lock = history.lock.filter(|_| order == Order::Number);
    let diagnostic = Diagnostic::new(&RULE, lock.unwrap_or(swapped[1].file).start(), message);
    Some(diagnostic.related(swapped[0].file.start(), "runs before it").note(note).help(help))
}

/// Files that drizzle's journal does not name: drizzle runs none of them, and wrangler all.
pub(crate) fn unlisted(file: FileId, paths: &[String]) -> Diagnostic {
    let message = format!("`{}` is not in drizzle's journal, so drizzle would not run it", paths[0]);
    let diagnostic = Diagnostic::new(&RULE, file.start(), message);
    others(&paths[1..])
        .into_iter()
        .fold(diagnostic, Diagnostic::note)
        .note("all files run here, by number and name, as with wrangler")
        .help(
            "if drizzle runs the folder, make such files with `drizzle-kit generate --custom`; if wrangler does, or onward does from \
             now on, write `order = \"name\"` into onward.toml",
        )
}

/// An entry of drizzle's journal that is no later than one before it: drizzle runs it on new databases alone.
pub(crate) fn skipped(entry: &Place, tag: &str, before: &str) -> Diagnostic {
    let message = format!(
        "`{tag}` is no later than `{before}` in drizzle's journal: drizzle runs it on new databases, and never on one that has \
         `{before}`"
    );
    Diagnostic::new(&RULE, entry.clone(), message)
        .label("its `when` is not greater")
        .note("here both run, in the order of the journal")
        .help(
            "look whether your databases have what it does; if none of them has run it, give it a later `when`",
        )
}
