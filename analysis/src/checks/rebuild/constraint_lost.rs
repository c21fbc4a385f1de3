//! Constraints that a table has no longer after a rebuild which keeps its columns.
//!
//! Whoever builds a table anew to lift one constraint says so by that. What goes beside another change, nobody has said.

use onward_core::kind::{Change, Kind, ObjectKind};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::replay::{Constraint, Loss, Part};

/// `constraint_lost`
pub static RULE: Rule = Rule::warning("constraint_lost", "a rebuild keeps the constraints of its table")
    .allowable()
    .effect("Nothing fails: rows are written that the table refused before, or without the values that it gave them.")
    .examples(
        "-- 0001_users.sql
CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, karma INTEGER DEFAULT 0 CHECK (karma >= 0));
-- 0002_names.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, email TEXT NOT NULL, karma INTEGER, name TEXT);
INSERT INTO new(id, email, karma) SELECT id, email, karma FROM users;
DROP TABLE users;
ALTER TABLE new RENAME TO users;",
        "-- 0001_users.sql
CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, karma INTEGER DEFAULT 0 CHECK (karma >= 0));
-- 0002_names.sql
CREATE TABLE new(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, karma INTEGER DEFAULT 0 CHECK (karma >= 0), name TEXT);
INSERT INTO new(id, email, karma) SELECT id, email, karma FROM users;
DROP TABLE users;
ALTER TABLE new RENAME TO users;",
    );

/// So many places are shown.
const MOST: usize = 4;

pub(crate) fn check(history: &History, loss: &Loss) -> Option<Diagnostic> {
    let Part::Constraints { lost, .. } = &loss.what else { return None };
    let list: Vec<String> = lost.iter().map(|constraint| format!("`{constraint}`")).collect();
    let (noun, is, them, they_are) = match lost.len() {
        1 => ("a constraint", "is", "it", "it is"),
        _ => ("constraints", "are", "them", "they are"),
    };
    let message = format!("{noun} of `{}` {is} lost in the rebuild: {}", loss.table, list.join(", "));
    let mut diagnostic = Diagnostic::new(&RULE, history.place(loss.at), message)
        .label(format!("makes `{}` without {them}", loss.table));
    let mut places: Vec<(Place, Vec<&str>)> = Vec::new();
    for (constraint, shown) in lost.iter().zip(&list) {
        let Some(place) = had(history, loss, constraint) else { continue };
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, all)) => all.push(shown),
            None => places.push((place, vec![shown])),
        }
    }
    for (place, all) in places.into_iter().take(MOST) {
        diagnostic = diagnostic.related(place, format!("had {}", all.join(", ")));
    }
    let mut effects: Vec<(&str, Vec<&str>)> = Vec::new();
    for (constraint, shown) in lost.iter().zip(&list) {
        let effect = effect(constraint);
        match effects.iter_mut().find(|(said, _)| *said == effect) {
            Some((_, all)) => all.push(shown),
            None => effects.push((effect, vec![shown])),
        }
    }
    for (effect, constraints) in effects {
        diagnostic = diagnostic.note(format!("without {}: {effect}", constraints.join(", ")));
    }
    Some(diagnostic.help(format!(
        "add {them} to the new table, or rebuild it once more if this is released; if {they_are} to go, say so: \
         `-- onward: allow(constraint_lost) <reason>` above"
    )))
}

/// Where the table had it before the rebuild: the first column that it names, or its condition.
fn had(history: &History, loss: &Loss, constraint: &Constraint) -> Option<Place> {
    let mut table = loss.table.clone();
    let before: Vec<At> = history.statements().take_while(|at| *at < loss.at).collect();
    for at in before.into_iter().rev() {
        let (made, is_whole) = match &history.statement(at).kind {
            Kind::Create { object: ObjectKind::Table, name, .. } => (name, true),
            Kind::Alter { table, change: Some(Change::Add(_)) } => (table, false),
            Kind::Alter { table: from, change: Some(Change::RenameTable(to)) } if to.is(&table) => {
                table.clone_from(&from.text);
                continue;
            }
            _ => continue,
        };
        let place = made.is(&table).then(|| written(history, at, constraint)).flatten();
        if place.is_some() || is_whole && made.is(&table) {
            return place;
        }
    }
    None
}

fn written(history: &History, at: At, constraint: &Constraint) -> Option<Place> {
    if let Constraint::Check(condition) = constraint {
        let (start, place) = (history.sql(at).find(condition)?, history.place(at));
        let start = place.range.start + start;
        return Some(place.file.at(start..start + condition.len()));
    }
    history.named(at, constraint.columns().first()?).into_iter().next()
}

/// What the table does without it.
fn effect(constraint: &Constraint) -> &'static str {
    match constraint {
        Constraint::PrimaryKey(_) => {
            "rows without a key, and with one that there is already, are no longer refused"
        }
        Constraint::Unique(_) => "a second row with the same values is no longer refused",
        Constraint::Check(_) => "rows that break the condition are no longer refused",
        Constraint::NotNull(_) => "NULL is no longer refused",
        Constraint::Default { .. } => "an INSERT that leaves the column out puts NULL there, or fails",
        Constraint::Collate { .. } => "texts that were equal are not any more",
        Constraint::Generated { .. } => "the values are no longer computed",
        Constraint::Action(_) => {
            "a row that others refer to cannot be deleted or changed any more, or leaves them behind"
        }
        Constraint::Strict => "values of another type are no longer refused",
        Constraint::WithoutRowid => "the rows lie in the order of rowids, and are looked up twice",
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const OTHERS: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE q(id INTEGER PRIMARY KEY);";

    fn lost(old: &str, new: &str) -> Vec<String> {
        let old = format!("{OTHERS} CREATE TABLE t({old};");
        let new = format!(
            "CREATE TABLE n({new};\nINSERT INTO n(id, a, b) SELECT id, a, b FROM t;\nDROP TABLE t; ALTER TABLE n RENAME TO t;"
        );
        let found = folder(&[("1_a.sql", &old), ("2_b.sql", &new)]);
        // That rows may be in the way of what is new is another matter.
        let lost = found.diagnostics.into_iter().filter(|found| found.rule.code != "failure_with_some_rows");
        let known = |message: &String| message.contains("lost in the rebuild: ");
        let messages: Vec<String> = lost.map(|found| found.message).collect();
        assert!(messages.iter().all(known), "{messages:?}");
        messages.into_iter().filter_map(|message| Some(message.split_once(": ")?.1.to_owned())).collect()
    }

    #[test]
    fn it_says_which_and_where_the_table_had_it() {
        let old = "CREATE TABLE before(id INTEGER PRIMARY KEY, a UNIQUE,\n b INT CHECK (b > 0));\nALTER TABLE before RENAME TO t;";
        let new = "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b INT, c);\nINSERT INTO n(id, a, b) SELECT id, a, b FROM t;
                   DROP TABLE t; ALTER TABLE n RENAME TO t;";
        let added = "ALTER TABLE t ADD COLUMN d DEFAULT 1;";
        let new =
            new.replace("c);", "c, d);").replace("a, b)", "a, b, d)").replace("a, b FROM", "a, b, d FROM");
        let found = folder(&[("1_a.sql", old), ("2_b.sql", added), ("3_c.sql", &new)]);
        let files = &found.history.files;
        let related = &found.diagnostics[0].related;
        let shown: Vec<_> =
            related.iter().map(|had| (files.text(&had.place), had.message.as_str())).collect();
        assert_eq!(
            shown,
            [("a", "had `UNIQUE (a)`"), ("b > 0", "had `CHECK (b > 0)`"), ("d", "had `d DEFAULT 1`")]
        );
        let notes = &found.diagnostics[0].notes;
        assert_eq!(notes[0], "without `UNIQUE (a)`: a second row with the same values is no longer refused");
    }

    #[test]
    fn silent_where_another_unique_takes_its_place() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT UNIQUE, gone INTEGER);";
        let new = |index: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a TEXT, gone INTEGER, c TEXT);\nINSERT INTO n(id, a, gone) SELECT id, a, gone FROM t;
                 DROP TABLE t; ALTER TABLE n RENAME TO t; {index}"
            )
        };
        let codes = |index: &str| {
            let found = history(&[old, &new(index)]);
            found.into_iter().filter(|line| line.starts_with("constraint_lost")).count()
        };
        assert_eq!(codes(""), 1);
        assert_eq!(codes("CREATE UNIQUE INDEX i ON t(a) WHERE gone IS NULL;"), 0);
        assert_eq!(codes("CREATE UNIQUE INDEX i ON t(lower(a));"), 0);
        assert_eq!(codes("CREATE UNIQUE INDEX i ON t(c);"), 1);
    }

    #[test]
    fn an_index_that_is_made_again_without_unique() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE UNIQUE INDEX i ON t(a);";
        let new = "CREATE TABLE n(id INTEGER PRIMARY KEY, a TEXT, c TEXT);\nINSERT INTO n(id, a) SELECT id, a FROM t;
                   DROP TABLE t; ALTER TABLE n RENAME TO t;";
        assert_eq!(
            history(&[old, &format!("{new} CREATE INDEX i ON t(a);")]),
            ["constraint_lost 0002_m.sql:1:1"]
        );
        assert_eq!(history(&[old, &format!("{new} CREATE UNIQUE INDEX i ON t(a);")]), [""; 0]);
    }

    /// What an `allow` says is not what the rebuild is for.
    #[test]
    fn it_can_be_allowed() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b);";
        let new = "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b, c);\nINSERT INTO n(id, a, b) SELECT id, a, b FROM t;
                   DROP TABLE t; ALTER TABLE n RENAME TO t;";
        let allowed = format!("-- onward: allow(constraint_lost) names may repeat\n{new}");
        assert_eq!(history(&[old, new]), ["constraint_lost 0002_m.sql:1:1"]);
        assert_eq!(history(&[old, &allowed]), [""; 0]);
    }

    /// Each with the two definitions; the rebuild adds a column to the second.
    const ALL: [(&str, &str, &str); 15] = [
        ("id INTEGER PRIMARY KEY, a, b UNIQUE)", "id INTEGER PRIMARY KEY, a, b)", "`UNIQUE (b)`"),
        ("id INTEGER PRIMARY KEY, a, b, UNIQUE (a, b))", "id INTEGER PRIMARY KEY, a, b)", "`UNIQUE (a, b)`"),
        ("id INTEGER PRIMARY KEY, a, b)", "id INTEGER, a, b)", "`PRIMARY KEY (id)`"),
        ("id TEXT NOT NULL, a, b, PRIMARY KEY (id, a))", "id TEXT NOT NULL, a, b)", "`PRIMARY KEY (id, a)`"),
        (
            "id INTEGER PRIMARY KEY, a INT CHECK (a > 0), b)",
            "id INTEGER PRIMARY KEY, a INT, b)",
            "`CHECK (a > 0)`",
        ),
        (
            "id INTEGER PRIMARY KEY, a, b, CHECK (a <> b))",
            "id INTEGER PRIMARY KEY, a, b)",
            "`CHECK (a <> b)`",
        ),
        ("id INTEGER PRIMARY KEY, a, b DEFAULT 'x')", "id INTEGER PRIMARY KEY, a, b)", "`b DEFAULT 'x'`"),
        ("id INTEGER PRIMARY KEY, a, b NOT NULL)", "id INTEGER PRIMARY KEY, a, b)", "`b NOT NULL`"),
        (
            "id INTEGER PRIMARY KEY, a, b COLLATE NOCASE)",
            "id INTEGER PRIMARY KEY, a, b)",
            "`b COLLATE NOCASE`",
        ),
        (
            "id INTEGER PRIMARY KEY, a INT REFERENCES p(id) ON DELETE CASCADE, b)",
            "id INTEGER PRIMARY KEY, a INT REFERENCES p(id), b)",
            "`FOREIGN KEY (a) REFERENCES p(id) ON DELETE CASCADE`",
        ),
        (
            "id INTEGER PRIMARY KEY, a INT REFERENCES p(id) ON UPDATE CASCADE, b)",
            "id INTEGER PRIMARY KEY, a INT, b, FOREIGN KEY (a) REFERENCES P)",
            "`FOREIGN KEY (a) REFERENCES p(id) ON UPDATE CASCADE`",
        ),
        (
            "id INTEGER PRIMARY KEY, a INT, b, g INT AS (a + 1))",
            "id INTEGER PRIMARY KEY, a INT, b, g INT)",
            "`g GENERATED ALWAYS AS (a + 1)`",
        ),
        (
            "id INTEGER PRIMARY KEY, a INT, b TEXT) STRICT",
            "id INTEGER PRIMARY KEY, a INT, b TEXT)",
            "`STRICT`",
        ),
        ("id INTEGER PRIMARY KEY, a, b) WITHOUT ROWID", "id INTEGER PRIMARY KEY, a, b)", "`WITHOUT ROWID`"),
        (
            "id INTEGER PRIMARY KEY, a INT NOT NULL, b NOT NULL DEFAULT 1)",
            "id INTEGER PRIMARY KEY, a INT, b)",
            "`a NOT NULL`, `b NOT NULL`, `b DEFAULT 1`",
        ),
    ];

    #[test]
    fn what_goes_beside_another_change() {
        for (old, new, expected) in ALL {
            let at = new.rfind(')').unwrap();
            let more = new.find(", FOREIGN").unwrap_or(at);
            let wider = format!("{}, more TEXT{}", &new[..more], &new[more..]);
            assert_eq!(lost(old, &wider), [expected], "{old}");
        }
    }

    /// A rebuild is made for something.
    #[test]
    fn silent_where_it_is_what_the_rebuild_is_for() {
        for (old, new, expected) in ALL {
            // The last of them loses things of two kinds.
            let found: &[&str] = if expected.contains(", `") { &[expected] } else { &[] };
            assert_eq!(lost(old, new), found, "{old}");
        }
        let one =
            ("id INTEGER PRIMARY KEY, a, b TEXT NOT NULL DEFAULT 'x')", "id INTEGER PRIMARY KEY, a, b TEXT)");
        assert_eq!(lost(one.0, one.1), [""; 0]);
        let two = ("id INTEGER PRIMARY KEY, a UNIQUE, b DEFAULT 1)", "id INTEGER PRIMARY KEY, a, b)");
        assert_eq!(lost(two.0, two.1), ["`UNIQUE (a)`, `b DEFAULT 1`"]);
    }

    #[test]
    fn a_rebuild_that_changes_values_has_a_purpose() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b UNIQUE);";
        let text =
            "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b); INSERT INTO n SELECT id, lower(a), b FROM t;
            DROP TABLE t; ALTER TABLE n RENAME TO t;";
        assert_eq!(history(&[old, text]), ["constraint_lost 0002_m.sql:1:1"]);
    }

    #[test]
    fn a_table_that_is_made_of_a_select_has_nothing() {
        let rebuild = "CREATE TABLE n AS SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;";
        let made = |columns: &str| format!("CREATE TABLE t({columns});");
        for columns in [
            "id INTEGER PRIMARY KEY, a",
            "id INTEGER, a TEXT NOT NULL, b TEXT NOT NULL",
            "a DEFAULT 1",
            "a UNIQUE",
        ] {
            assert_eq!(history(&[&made(columns), rebuild]), ["constraint_lost 0002_m.sql:1:1"], "{columns}");
        }
        assert_eq!(history(&[&made("id INTEGER, a TEXT"), rebuild]), [""; 0]);
        let indexed = format!("{rebuild} CREATE UNIQUE INDEX i ON t(a);");
        assert_eq!(history(&[&made("id INTEGER, a TEXT UNIQUE"), &indexed]), [""; 0]);
    }

    #[test]
    fn silent_where_something_else_stands_in() {
        for (old, new) in [
            ("id INTEGER PRIMARY KEY, a, b UNIQUE)", "id INTEGER PRIMARY KEY, a, b, more, UNIQUE (a, b))"),
            ("id INT, a INT, b, PRIMARY KEY (id))", "id INT, a INT, b, more, PRIMARY KEY (id, a))"),
            (
                "id INT, a INT, b, PRIMARY KEY (id, a))",
                "k INTEGER PRIMARY KEY, id INT, a INT, b, UNIQUE (a, id))",
            ),
            (
                "id INTEGER PRIMARY KEY, a INT CHECK (a > 0), b)",
                "id INTEGER PRIMARY KEY, a INT CHECK (a >= 0), b, more)",
            ),
            (
                "id INTEGER PRIMARY KEY, a INT CHECK (a>0), b)",
                "id INTEGER PRIMARY KEY, a INT, b, more, CHECK (A > 0))",
            ),
            ("id INTEGER PRIMARY KEY, a INT CHECK (a > 0), b)", "id INTEGER PRIMARY KEY, a TEXT, b, more)"),
            (
                "id INTEGER PRIMARY KEY, a INT CHECK (typeof(a) = 'integer'), b INT)",
                "id INTEGER PRIMARY KEY, a INT, b INT, more INT) STRICT",
            ),
            ("id INTEGER PRIMARY KEY, a, b DEFAULT 'x')", "id INTEGER PRIMARY KEY, a, b DEFAULT 'y', more)"),
            ("id INTEGER PRIMARY KEY, a, b DEFAULT NULL)", "id INTEGER PRIMARY KEY, a, b, more)"),
            ("id INTEGER NOT NULL PRIMARY KEY, a, b)", "id INTEGER PRIMARY KEY, a, b, more)"),
            // The others are written again.
            (
                "id INTEGER PRIMARY KEY, a NOT NULL, b NOT NULL)",
                "id INTEGER PRIMARY KEY, a NOT NULL, b, more)",
            ),
            ("id INTEGER PRIMARY KEY, a, b TEXT COLLATE NOCASE)", "id INTEGER PRIMARY KEY, a, b BLOB, more)"),
            (
                "id INTEGER PRIMARY KEY, a INT NOT NULL REFERENCES p(id) ON DELETE CASCADE, b NOT NULL)",
                "id INTEGER PRIMARY KEY, a INT REFERENCES p(id) ON DELETE SET NULL, b NOT NULL, more)",
            ),
        ] {
            assert_eq!(lost(old, new), [""; 0], "{old} -> {new}");
        }
    }

    #[test]
    fn silent_where_it_comes_back_or_nothing_is_copied_or_a_word_is_said() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b DEFAULT 1);";
        let rebuild = |default: &str, more: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b{default}{more});\nINSERT INTO n(id, a, b) SELECT id, a, b FROM t;
                 DROP TABLE t; ALTER TABLE n RENAME TO t;"
            )
        };
        let without = rebuild("", ", c");
        assert_eq!(history(&[old, &without]), ["constraint_lost 0002_m.sql:1:1"]);
        assert_eq!(history(&[old, &without, &rebuild(" DEFAULT 1", "")]), [""; 0]);
        assert_eq!(history(&[old, &without, "DROP TABLE t;"]), [""; 0]);
        assert_eq!(history(&[old, &without.replace("INSERT", "-- INSERT")]), [""; 0]);
        for said in ["-- b has no longer a default\n", "/* change the constraints */ "] {
            assert_eq!(history(&[old, &format!("{said}{without}")]), [""; 0], "{said}");
        }
        for other in
            ["-- keep the default, drop the rest\n", "-- drop the check constraint\n", "-- default\n"]
        {
            let found = history(&[old, &format!("{other}{without}")]);
            assert_eq!(found, ["constraint_lost 0002_m.sql:2:1"], "{other}");
        }
        // ADD COLUMN asks for a default beside NOT NULL.
        let added = [
            "CREATE TABLE t(id INTEGER PRIMARY KEY, a);",
            "ALTER TABLE t ADD COLUMN b INT NOT NULL DEFAULT 0;",
        ];
        assert_eq!(history(&[added[0], added[1], &rebuild(" INT NOT NULL", ", c")]), [""; 0]);
    }

    #[test]
    fn spread_over_files() {
        let old = "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b UNIQUE);";
        let create = "CREATE TABLE n(id INTEGER PRIMARY KEY, a, b, c); INSERT INTO n(id, a, b) SELECT id, a, b FROM t;";
        let found = history(&[old, create, "DROP TABLE t; ALTER TABLE n RENAME TO t;"]);
        assert_eq!(found, ["constraint_lost 0002_m.sql:1:1"]);
    }
}
