//! A field of a struct is no `Option` though its column may be NULL, or is one for nothing.

use crate::config::schema::{SETTING, WHY};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::Null;
use crate::query::relation::{Column, Key, Relation};

/// `field_null_mismatch`
pub static RULE: Rule = Rule::error("field_null_mismatch", "a field is an `Option` exactly where its column may be NULL").effect("Reading a row fails where the column is NULL. In a struct of the application: `state: String` for a column that may be NULL, instead of `Option<String>`. A PRIMARY KEY takes NULL too, unless it is `INTEGER PRIMARY KEY`, NOT NULL, or in a table that is STRICT or WITHOUT ROWID; `[schema]` `primary_keys = \"not null\"` in onward.toml says that no row has one.");

pub(crate) fn diagnose(
    place: Place,
    relation: &Relation,
    column: &Column,
    field: &str,
    since: Option<&str>,
    enforced: Option<&str>,
) -> Diagnostic {
    let name = format!("{}.{}", relation.whole(), column.name);
    let never = column.value.null == Null::Never;
    let (message, label, help) = match never {
        false => (
            format!("the column `{name}` may be NULL, so {field} must be an `Option`"),
            "may be NULL",
            "write `Option<…>`, or make the column NOT NULL in a new migration",
        ),
        true => (
            format!("the column `{name}` is never NULL, so {field} must not be an `Option`"),
            "never NULL",
            match column.key != Key::Vouched && relation.key.contains(&column.name) {
                true => {
                    "write the type without `Option`; `#[onward(read_only)]` leaves a key that the database gives out of \
                     INSERT"
                }
                false => "write the type without `Option`",
            },
        ),
    };
    let diagnostic = Diagnostic::new(&RULE, place, message).label(label).help(help);
    let diagnostic = match column.key {
        Key::Plain => diagnostic,
        Key::Vouched if !never => diagnostic,
        Key::Vouched => {
            diagnostic.note(format!("{SETTING} in onward.toml says so, and SQLite does not see to it"))
        }
        Key::TakesNull => {
            let enforce = match enforced {
                Some(sql) => format!("; once each has one, this migration has SQLite see to it:\n{sql}"),
                None => ", or make the column NOT NULL in a new migration".to_owned(),
            };
            let help = format!(
                "write `Option<…>`; if no row lacks its key, write {SETTING} into onward.toml{enforce}"
            );
            diagnostic.note(WHY).help(help)
        }
    };
    match since {
        Some(file) => diagnostic
            .note(format!("the column became {} in {file}", if never { "NOT NULL" } else { "nullable" })),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn with_the_migration_that_changed_it() {
        let analysis = folder(&[
            ("1_a.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT NOT NULL, b INT)"),
            (
                "2_b.sql",
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a INT, b INT);\nINSERT INTO n SELECT * FROM t; DROP TABLE t;
                 ALTER TABLE n RENAME TO t",
            ),
        ]);
        let relation = analysis.relation("t").unwrap();
        let diagnose =
            |name: &str| analysis.wrong_null(&relation, relation.column(name).unwrap(), "a field", true);
        let (a, b, id) = (diagnose("a"), diagnose("b"), diagnose("id"));
        assert_eq!(a.message, "the column `t.a` may be NULL, so a field must be an `Option`");
        assert_eq!(a.notes, ["the column became nullable in 2_b.sql"]);
        assert_eq!(analysis.history.files.get(a.place.file).path, "2_b.sql");
        assert_eq!(b.notes, [""; 0]);
        assert_eq!(id.message, "the column `t.id` is never NULL, so a field must not be an `Option`");
        assert!(id.help.contains("#[onward(read_only)]") && id.notes.is_empty(), "{id:?}");
    }

    #[test]
    fn the_other_way_round() {
        let analysis = folder(&[
            ("1_a.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT)"),
            (
                "2_b.sql",
                "CREATE TABLE n(id INTEGER PRIMARY KEY, a INT NOT NULL);
                 INSERT INTO n SELECT id, coalesce(a, 0) FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t",
            ),
        ]);
        let relation = analysis.relation("t").unwrap();
        let a = analysis.wrong_null(&relation, relation.column("a").unwrap(), "a field", true);
        assert_eq!(a.notes, ["the column became NOT NULL in 2_b.sql"]);
        assert_eq!((a.label.as_str(), a.help.as_str()), ("never NULL", "write the type without `Option`"));
    }
}
