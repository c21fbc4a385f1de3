//! A foreign key whose rows cannot be looked up: each DELETE of a parent reads the whole child table.
//!
//! SQLite [asks this](https://www.sqlite.org/foreignkeys.html#fk_indexes) for each row that is deleted or whose key
//! changes: `SELECT rowid FROM child WHERE key = ?`. The very question is asked here.

use onward_schema::{ForeignKey, Table};

use crate::checks::new_index;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::history::History;
use crate::plans::{NewIndex, Scratch};
use crate::replay::Replay;

/// `missing_foreign_key_index`
pub static RULE: Rule =
    Rule::warning("missing_foreign_key_index", "the columns of a foreign key have an index")
        .of_plans()
        .allowable()
        .effect("Each DELETE of a parent, and each UPDATE of its key, reads every row of the child table.")
        .examples(
            "-- 0001_shop.sql
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id));
-- onward.toml
[plans]
level = \"warn\"",
            "-- 0001_shop.sql
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id));
CREATE INDEX orders_by_customer ON orders(customer);
-- onward.toml
[plans]
level = \"warn\"",
        );

pub(crate) fn check(history: &History, replay: &Replay, scratch: &Scratch) -> Vec<Diagnostic> {
    let mut found: Vec<(NewIndex, Diagnostic)> = Vec::new();
    for table in scratch.tables() {
        for key in table.foreign_keys.iter().filter(|key| is_looked_up(key, scratch)) {
            let index = NewIndex::new(&table.name, key.columns.iter().map(String::as_str));
            // Two keys of the same columns are one fault.
            if found.iter().all(|(known, _)| *known != index) && scratch.wants_index(&index) {
                found.extend(
                    explain(history, replay, scratch, table, key, &index).map(|found| (index, found)),
                );
            }
        }
    }
    found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// Whether rows of the parent come and go: of a table that is small, they hardly do.
fn is_looked_up(key: &ForeignKey, scratch: &Scratch) -> bool {
    !scratch.is_small(&key.parent) && scratch.schema().table(&key.parent).is_some()
}

fn explain(
    history: &History,
    replay: &Replay,
    scratch: &Scratch,
    table: &Table,
    key: &ForeignKey,
    index: &NewIndex,
) -> Option<Diagnostic> {
    let place = replay.definition(history, &table.name, key.columns.first()?)?;
    let (child, parent) = (&table.name, &key.parent);
    let columns = key.columns.join(", ");
    Some(
        Diagnostic::new(&RULE, place, format!("the foreign key `{child}({columns})` has no index"))
            .label(format!("refers to `{parent}`"))
            .note(format!(
                "a DELETE of a row of `{parent}`, or an UPDATE of its key, reads every row of `{child}`"
            ))
            .help(format!(
                "{}; {}",
                new_index::help(scratch, std::slice::from_ref(index)),
                new_index::small(child)
            )),
    )
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    const ON: (&str, &str) = ("onward.toml", "[plans]\nlevel = 'warn'\nsmall = ['states']\n");
    const PARENTS: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY, a INT, b INT, UNIQUE (a, b)); \
                           CREATE TABLE states(name TEXT PRIMARY KEY NOT NULL);\n";

    fn found(children: &str) -> Vec<String> {
        codes(&[("1_a.sql", &format!("{PARENTS}{children}")), ON])
    }

    #[test]
    fn a_child_that_is_scanned() {
        for (child, at) in [
            ("CREATE TABLE c(p INT REFERENCES p);", 16),
            ("CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON DELETE CASCADE);", 40),
            ("CREATE TABLE c(x INT, y INT, FOREIGN KEY (x, y) REFERENCES p(a, b));", 16),
            ("CREATE TABLE c(p INT REFERENCES p, x INT); CREATE INDEX i ON c(x, p);", 16),
            ("CREATE TABLE c(p INT REFERENCES p, x INT); CREATE INDEX i ON c(p) WHERE x > 0;", 16),
            ("CREATE TABLE c(p INT REFERENCES p REFERENCES p(id));", 16),
            ("CREATE TABLE c(p INT REFERENCES p, q INT, PRIMARY KEY (q, p)) WITHOUT ROWID;", 16),
        ] {
            assert_eq!(found(child), [format!("missing_foreign_key_index 1_a.sql:2:{at}")], "{child}");
        }
    }

    #[test]
    fn silent_where_rows_are_looked_up() {
        for child in [
            "CREATE TABLE c(p INTEGER PRIMARY KEY REFERENCES p);",
            "CREATE TABLE c(p INT UNIQUE REFERENCES p);",
            "CREATE TABLE c(p INT REFERENCES p, x INT); CREATE INDEX i ON c(p, x);",
            "CREATE TABLE c(p INT REFERENCES p); CREATE INDEX i ON c(p) WHERE p IS NOT NULL;",
            "CREATE TABLE c(x INT, y INT, FOREIGN KEY (x, y) REFERENCES p(a, b)); CREATE INDEX i ON c(y, x);",
            "CREATE TABLE c(p INT REFERENCES p, q INT, PRIMARY KEY (p, q)) WITHOUT ROWID;",
            "CREATE TABLE c(state TEXT REFERENCES states);",
        ] {
            assert_eq!(found(child), [""; 0], "{child}");
        }
        let child = "CREATE TABLE c(p INT REFERENCES p);";
        let small = ("onward.toml", "[plans]\nlevel = 'warn'\nsmall = ['C']\n");
        assert_eq!(codes(&[("1_a.sql", &format!("{PARENTS}{child}")), small]), [""; 0]);
    }

    #[test]
    fn off_until_somebody_asks() {
        let child = format!(
            "{PARENTS}-- onward: allow(missing_foreign_key_index) rarely\nCREATE TABLE c(p INT REFERENCES p);"
        );
        for config in ["", "[plans]\nsmall = ['x']", "[plans]\nlevel = 'allow'", "[plans]\nlevel = 'warn'"] {
            assert_eq!(codes(&[("1_a.sql", &child), ("onward.toml", config)]), [""; 0], "{config}");
        }
    }

    #[test]
    fn it_says_what_to_write() {
        let child = "CREATE TABLE \"order\"(id INTEGER PRIMARY KEY, \"the p\" INT REFERENCES p);";
        let analysis = folder(&[("1_a.sql", &format!("{PARENTS}{child}")), ON]);
        let help = &analysis.diagnostics[0].help;
        let statement = "`CREATE INDEX order_by_the_p ON \"order\"(\"the p\");`";
        assert!(help.contains(statement), "{help}");
        let index = statement.trim_matches('`');
        assert_eq!(codes(&[("1_a.sql", &format!("{PARENTS}{child}")), ("2_b.sql", index), ON]), [""; 0]);
    }

    /// An index can be made in a new migration, whoever has the table already.
    #[test]
    fn what_is_released_is_told_as_well() {
        use crate::analysis::Proof;
        use crate::analyze::analyze;
        use crate::checks::testing::write;
        use crate::folder::{lock, locked};

        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "1_a.sql", &format!("{PARENTS}CREATE TABLE c(p INT REFERENCES p);"));
        write(dir.path(), ON.0, ON.1);
        let history = analyze(dir.path(), Proof::Whole).history;
        write(dir.path(), lock::FILE_NAME, &locked::text(&history));
        for proof in [Proof::Whole, Proof::Unlocked] {
            let found = analyze(dir.path(), proof).diagnostics;
            assert_eq!(found.len(), 1, "{proof:?}");
            assert!(!found[0].released);
        }
    }
}
