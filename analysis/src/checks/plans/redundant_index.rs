//! An index that another one begins with: it costs at every write, and finds nothing that the other does not.

use onward_core::name::Ident;
use onward_schema::{Index, IndexColumn, Origin, Table};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::plans::Scratch;
use crate::replay::Replay;

/// `redundant_index`
pub static RULE: Rule = Rule::warning("redundant_index", "no index begins with all of another")
    .of_plans()
    .allowable()
    .effect("Each INSERT, UPDATE and DELETE maintains an index that no query needs.")
    .examples(
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue TEXT, due INTEGER);
CREATE INDEX jobs_by_queue ON jobs(queue);
CREATE INDEX jobs_by_queue_due ON jobs(queue, due);
-- onward.toml
[plans]
level = \"warn\"",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue TEXT, due INTEGER);
CREATE INDEX jobs_by_queue_due ON jobs(queue, due);
-- onward.toml
[plans]
level = \"warn\"",
    );

pub(crate) fn check(history: &History, replay: &Replay, scratch: &Scratch) -> Vec<Diagnostic> {
    let of = |table: &Table| {
        let found = (0..table.indexes.len()).filter_map(|at| explain(history, replay, scratch, table, at));
        found.collect::<Vec<_>>()
    };
    // Those that are declared small are none of ours, and their indexes are small as well.
    scratch.tables().flat_map(of).collect()
}

fn explain(
    history: &History,
    replay: &Replay,
    scratch: &Scratch,
    table: &Table,
    at: usize,
) -> Option<Diagnostic> {
    let index = &table.indexes[at];
    if index.unique || index.origin != Origin::Created || index.partial.is_some() {
        return None;
    }
    let place = replay.definition_of_index(history, &index.name)?;
    let name = scratch.plain(&index.name);
    let told = |by: &str| {
        Diagnostic::new(
            &RULE,
            place.clone(),
            format!("the index `{}` finds nothing that {by} does not", index.name),
        )
        .label("is maintained by every write")
        .help(format!("write into a new migration: `DROP INDEX {name};`"))
    };
    if is_rowid(table, index) {
        return Some(told(&format!("the primary key of `{}`", table.name)));
    }
    let (_, longer) = table
        .indexes
        .iter()
        .enumerate()
        .find(|(other, longer)| begins(longer, index, *other < at, *other == at))?;
    Some(match longer.origin {
        Origin::Created => {
            let found = told(&format!("`{}`", longer.name));
            match replay.definition_of_index(history, &longer.name) {
                Some(place) => found.related(place, "begins with all of it"),
                None => found,
            }
        }
        Origin::PrimaryKey => told(&format!("the primary key of `{}`", table.name)),
        Origin::UniqueConstraint => told(&format!("a UNIQUE constraint of `{}`", table.name)),
    })
}

/// Whether it is an index of the rowid, by which the table itself is sorted.
fn is_rowid(table: &Table, index: &Index) -> bool {
    let rowid = table.rowid().map(|column| column.name.as_str());
    matches!(&index.columns[..], [only] if !only.is_expression && rowid.is_some_and(|rowid| Ident(rowid) == only.name_or_expression))
}

/// Whether the longer one begins with all of the shorter; of two that are equal, with the one that comes `earlier`.
fn begins(longer: &Index, shorter: &Index, earlier: bool, same: bool) -> bool {
    let is_equal = |(a, b): (&IndexColumn, &IndexColumn)| {
        a.is_expression == b.is_expression
            && a.descending == b.descending
            && Ident(&a.name_or_expression) == b.name_or_expression
            && Ident(&a.collation) == b.collation
    };
    let (long, short) = (longer.columns.len(), shorter.columns.len());
    !same
        && longer.partial.is_none()
        && (long > short || (long == short && (earlier || longer.unique)))
        && longer.columns.iter().zip(&shorter.columns).all(is_equal)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, rendered};

    const ON: (&str, &str) = ("onward.toml", "[plans]\nlevel = 'warn'\n");
    const TABLE: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, UNIQUE (b, c));\n";

    fn found(indexes: &str) -> Vec<String> {
        codes(&[("1_a.sql", &format!("{TABLE}{indexes}")), ON])
    }

    #[test]
    fn what_another_begins_with() {
        for indexes in [
            "CREATE INDEX x ON t(a); CREATE INDEX y ON t(a, b);",
            "CREATE INDEX x ON t(b);",
            "CREATE INDEX x ON t(id);",
            "CREATE INDEX x ON t(a); CREATE UNIQUE INDEX y ON t(a);",
            "CREATE INDEX x ON t(lower(a)); CREATE INDEX y ON t(lower(a), b);",
            "CREATE INDEX x ON t(a COLLATE nocase DESC); CREATE INDEX y ON t(a COLLATE NOCASE DESC, c);",
        ] {
            assert_eq!(found(indexes), ["redundant_index 1_a.sql:2:1"], "{indexes}");
        }
        let key = "CREATE TABLE k(a INT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID; CREATE INDEX x ON k(a);";
        assert_eq!(found(key), ["redundant_index 1_a.sql:2:65"]);
        let equal = "CREATE INDEX x ON t(a);\nCREATE INDEX y ON t(a);";
        assert_eq!(found(equal), ["redundant_index 1_a.sql:3:1"]);
    }

    #[test]
    fn silent_where_each_finds_something_else() {
        for indexes in [
            "CREATE INDEX x ON t(a); CREATE INDEX y ON t(c, a);",
            "CREATE UNIQUE INDEX x ON t(a); CREATE INDEX y ON t(a, b);",
            "CREATE INDEX x ON t(a) WHERE b IS NULL; CREATE INDEX y ON t(a, b);",
            "CREATE INDEX x ON t(a); CREATE INDEX y ON t(a, b) WHERE b > 'x';",
            "CREATE INDEX x ON t(a COLLATE nocase); CREATE INDEX y ON t(a, b);",
            "CREATE INDEX x ON t(a DESC); CREATE INDEX y ON t(a, b);",
            "CREATE INDEX x ON t(id, a);",
        ] {
            assert_eq!(found(indexes), [""; 0], "{indexes}");
        }
        let indexes = "CREATE INDEX x ON t(a); CREATE INDEX y ON t(a, b);";
        assert_eq!(codes(&[("1_a.sql", &format!("{TABLE}{indexes}"))]), [""; 0], "off");
        let dropped = format!("{TABLE}{indexes} DROP INDEX x;");
        assert_eq!(codes(&[("1_a.sql", &dropped), ON]), [""; 0]);
    }

    #[test]
    fn it_says_which_other() {
        let indexes = format!("{TABLE}CREATE INDEX x ON t(a);\nCREATE INDEX y ON t(a, b);");
        let text = rendered(&[("1_a.sql", &indexes), ON]);
        assert!(text.contains("the index `x` finds nothing that `y` does not"), "{text}");
        assert!(text.contains("begins with all of it") && text.contains("`DROP INDEX x;`"), "{text}");
    }
}
