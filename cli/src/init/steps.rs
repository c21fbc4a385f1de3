//! The migrations for a schema that has grown: what an old release had, what came since, and in which order columns stand.

use onward_core::kind::ObjectKind;
use onward_core::name::{Ident, quoted};
use onward_core::token::significant;

use super::order::reordered;
use super::schema::{Object, Owned, made, text};

/// What leads from an old schema to a new one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Steps {
    /// The old schema.
    pub(super) first: String,
    /// What came since; empty if nothing did.
    pub(super) since: String,
    /// The rebuilds of tables whose columns stand in another order on a database that has grown.
    pub(super) order: Option<String>,
}

/// The migrations, if SQL of the plain kind leads from the one to the other: tables, columns, indexes, views and
/// triggers. SQLite is asked whether it does.
pub(super) fn between(old: &Owned, new: &Owned) -> Option<Steps> {
    // What is gone since stays where it is, and is none of the history.
    let first = new.objects.iter().filter_map(|object| old.find(object)).cloned();
    let first = Owned { objects: first.collect(), ..Owned::default() };
    let later: Vec<String> =
        new.objects.iter().flat_map(|object| change(first.find(object), object)).collect();
    if first.objects.is_empty() {
        return None;
    }
    let expected = made(&[new.sql()]).ok()?;
    let mut steps = vec![first.sql(), text(later)];
    let grown = made(&steps).ok()?;
    if !expected.compare(&grown).is_empty() {
        steps.push(reordered(&grown, &expected, new)?);
        if !expected.compare(&made(&steps).ok()?).is_empty() {
            return None;
        }
    }
    let mut steps = steps.into_iter();
    Some(Steps { first: steps.next()?, since: steps.next()?, order: steps.next() })
}

/// The statements that make the one of the other.
fn change(old: Option<&Object>, new: &Object) -> Vec<String> {
    let Some(old) = old else { return vec![new.statement()] };
    if new.kind == ObjectKind::Table {
        let had: Vec<String> = columns(&old.sql).into_iter().map(|(name, _)| name).collect();
        let added =
            columns(&new.sql).into_iter().filter(|(name, _)| !had.iter().any(|old| Ident(old) == name));
        let table = quoted(&new.name);
        return added.map(|(_, column)| format!("ALTER TABLE {table} ADD COLUMN {column};")).collect();
    }
    if onward_core::canonical::canonical(&old.sql) == onward_core::canonical::canonical(&new.sql) {
        return Vec::new();
    }
    let kind = new.kind.as_str().to_uppercase();
    vec![format!("DROP {kind} {};", quoted(&new.name)), new.statement()]
}

/// The columns of a CREATE TABLE with their definitions.
fn columns(sql: &str) -> Vec<(String, &str)> {
    let (mut columns, mut depth) = (Vec::new(), 0_usize);
    // The name of the part that is being read, and where it begins.
    let mut part: Option<(Option<String>, usize)> = None;
    for token in significant(sql) {
        let word = &sql[token.range.clone()];
        match (word, depth) {
            ("(", _) => depth += 1,
            (")", _) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = matches!((word, depth), (",", 1) | (")", 0));
        match &part {
            Some((name, start)) if ends => {
                columns.extend(name.clone().map(|name| (name, sql[*start..token.range.start].trim_end())));
                part = None;
                if depth == 0 {
                    break;
                }
            }
            None if depth == 1 && word != "(" => {
                let name = if token.begins_constraint() { None } else { token.name() };
                part = Some((name, token.range.start));
            }
            _ => {}
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use onward::rusqlite::Connection;

    use super::*;
    use crate::init::schema::read;

    fn owned(sql: &str) -> Owned {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(sql).unwrap();
        read(&conn).unwrap()
    }

    fn steps(old: &str, new: &str) -> Option<Steps> {
        between(&owned(old), &owned(new))
    }

    #[test]
    fn what_has_grown_is_added() {
        let old = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, \"the state\" TEXT NOT NULL, CHECK (id > 0)); CREATE TABLE gone(a);
                   CREATE VIEW v AS SELECT id FROM jobs";
        let new = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, \"the state\" TEXT NOT NULL, cost NUMERIC(10, 2) DEFAULT (1 + 1), CHECK (id > 0));
                   CREATE INDEX by_cost ON jobs(cost); CREATE TABLE more(a); CREATE VIEW v AS SELECT id, cost FROM jobs";
        // The column stands before the constraint, and ADD COLUMN puts it behind: SQLite's own text differs, the table does not.
        let Steps { first, since: later, order } = steps(old, new).unwrap();
        assert_eq!(order, None);
        assert!(
            !first.contains("gone") && first.contains("CREATE VIEW v AS SELECT id FROM jobs;"),
            "{first}"
        );
        assert_eq!(
            later,
            "ALTER TABLE \"jobs\" ADD COLUMN cost NUMERIC(10, 2) DEFAULT (1 + 1);
CREATE INDEX by_cost ON jobs(cost);
CREATE TABLE more(a);
DROP VIEW \"v\";
CREATE VIEW v AS SELECT id, cost FROM jobs;
"
        );
    }

    #[test]
    fn tables_are_brought_into_the_new_order() {
        let old = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, made TEXT); CREATE TABLE runs(job REFERENCES jobs(id), ended TEXT);
                   CREATE INDEX by_made ON jobs(made); CREATE VIEW v AS SELECT id FROM jobs; CREATE VIEW w AS SELECT * FROM v";
        let new = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, archived INT NOT NULL DEFAULT 0, twice AS (archived * 2), made TEXT);
                   CREATE INDEX by_made ON jobs(made); CREATE VIEW v AS SELECT id FROM jobs; CREATE VIEW w AS SELECT * FROM v;
                   CREATE TABLE runs(job REFERENCES jobs(id), ended TEXT);
                   CREATE TRIGGER gone AFTER DELETE ON jobs BEGIN DELETE FROM runs WHERE job = old.id; END;
                   CREATE TRIGGER ends AFTER UPDATE ON runs BEGIN UPDATE jobs SET archived = 1 WHERE id = new.job; END;
                   CREATE TRIGGER through INSTEAD OF DELETE ON v BEGIN DELETE FROM jobs WHERE id = old.id; END;";
        let steps = steps(old, new).unwrap();
        let order = steps.order.unwrap();
        assert!(order.contains("INSERT INTO \"jobs_new\"(\"id\", \"archived\", \"made\") SELECT"), "{order}");
        // Rows go along, and what a foreign key of another table means is still there.
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {}", steps.first)).unwrap();
        conn.execute_batch("INSERT INTO jobs VALUES (1, 'x'), (7, NULL); INSERT INTO runs VALUES (7, 'y')")
            .unwrap();
        conn.execute_batch(&format!("{}{order}", steps.since)).unwrap();
        let rows = "SELECT group_concat(id || archived || ifnull(made, '-')) FROM jobs JOIN runs ON job = id OR id = 1";
        assert_eq!(conn.query_row(rows, [], |row| row.get::<_, String>(0)).unwrap(), "10x,70-");
    }

    #[test]
    fn what_has_changed_in_another_way_is_not_guessed() {
        for (old, new) in [
            ("CREATE TABLE t(a)", "CREATE TABLE t(a TEXT)"),
            (
                "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT)",
                "CREATE TABLE t(b, a INTEGER PRIMARY KEY AUTOINCREMENT)",
            ),
            ("CREATE TABLE t(a); CREATE TABLE t_new(a)", "CREATE TABLE t(b, a); CREATE TABLE t_new(a)"),
            ("CREATE TABLE t(a, b)", "CREATE TABLE t(a)"),
            ("CREATE TABLE t(a)", "CREATE TABLE t(a, b UNIQUE)"),
            ("CREATE TABLE other(a)", "CREATE TABLE t(a)"),
        ] {
            assert_eq!(steps(old, new), None, "{old} {new}");
        }
    }
}
