//! A field of a struct has a type that cannot hold what its column does.

use onward_schema::Classes;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;
use crate::query::relation::{Column, Relation};

/// `field_type_mismatch`
pub static RULE: Rule = Rule::error("field_type_mismatch", "a field has a type that can hold its column's values").effect("Reading a row fails, or a value is cut. In a struct of the application: `state: i64` for a column of texts, instead of `String`.");

pub(crate) fn diagnose(place: Place, relation: &Relation, column: &Column, field: &str) -> Diagnostic {
    let name = format!("{}.{}", relation.name, column.name);
    let declared =
        column.value.source.as_ref().map(|source| source.declared_type.as_str()).unwrap_or_default();
    let classes = column.value.held_by();
    let help = match classes {
        Classes::INTEGER => "`i64` and the smaller integers hold it, and `bool`",
        Classes::REAL => "`f64` holds it; a REAL column turns whole numbers into fractions",
        Classes::TEXT => "`String` holds it",
        Classes::BLOB => "`Vec<u8>` holds it",
        Classes::NUMBER => "`f64` holds it, and `i64` if no value has a fraction",
        _ => "onward::rusqlite::types::Value holds it",
    };
    let diagnostic =
        Diagnostic::new(&RULE, place, format!("{field} cannot hold the column `{name}`, which is {classes}"))
            .label(format!("{classes} here"))
            .help(format!("{help}; a type of your own says what it is stored as: `impl onward::Stored`"));
    let default = column.value.source.as_ref().and_then(|source| source.default.as_ref());
    match (classes, default) {
        (Classes::TEXT, Some(default)) if column.value.classes != Classes::TEXT => {
            diagnostic.note(format!("a row that is inserted without it has {default} there, which is text"))
        }
        (Classes::NUMBER, _) if !declared.is_empty() => diagnostic.note(format!(
            "to SQLite {declared} means NUMERIC affinity: text that looks like a number becomes a number, and '007' is 7"
        )),
        _ => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn with_the_reason() {
        let analysis = folder(&[("1_a.sql", "CREATE TABLE t(a INT, b STRING)")]);
        let relation = analysis.relation("T").unwrap();
        let diagnose = |name: &str| analysis.wrong_type(&relation, relation.column(name).unwrap(), "a field");
        assert_eq!(diagnose("a").message, "a field cannot hold the column `t.a`, which is INTEGER");
        assert_eq!(analysis.history.files.text(&diagnose("a").place), "a");
        assert!(diagnose("b").notes[0].starts_with("to SQLite STRING means"));
        assert_eq!(diagnose("a").notes, [""; 0]);
    }

    #[test]
    fn every_class_has_its_type() {
        let analysis = folder(&[(
            "1_a.sql",
            "CREATE TABLE t(i INT, r REAL, t TEXT, b BLOB, n NUMERIC, x, d DATETIME DEFAULT CURRENT_TIMESTAMP, v TEXT DEFAULT 'w');
             CREATE TABLE s(i INT, b BLOB, a ANY) STRICT; CREATE VIEW w AS SELECT n + 1 AS n FROM t;",
        )]);
        let help = |table: &str, name: &str| {
            let relation = analysis.relation(table).unwrap();
            let found = analysis.wrong_type(&relation, relation.column(name).unwrap(), "a field");
            (found.help.split(';').next().unwrap().to_owned(), found.notes.join(" "))
        };
        let plain = |table, name| {
            let (help, notes) = help(table, name);
            assert_eq!(notes, "", "{table}.{name}");
            help
        };
        assert_eq!(plain("t", "i"), "`i64` and the smaller integers hold it, and `bool`");
        assert_eq!(plain("t", "r"), "`f64` holds it");
        assert_eq!(plain("t", "t"), "`String` holds it");
        assert_eq!(plain("t", "v"), "`String` holds it");
        assert_eq!(plain("s", "b"), "`Vec<u8>` holds it");
        assert_eq!(plain("s", "a"), "onward::rusqlite::types::Value holds it");
        let (number, notes) = help("t", "n");
        assert_eq!(number, "`f64` holds it, and `i64` if no value has a fraction");
        assert!(notes.starts_with("to SQLite NUMERIC means NUMERIC affinity"), "{notes}");
        assert_eq!(plain("w", "n"), number);
        let (text, notes) = help("t", "d");
        assert_eq!(text, "`String` holds it");
        assert!(notes.ends_with("has CURRENT_TIMESTAMP there, which is text"), "{notes}");
    }
}
