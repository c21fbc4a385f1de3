//! Two migrations for a schema that has grown: what an old release had, and what came since.

use onward::rusqlite::Connection;
use onward_core::kind::ObjectKind;
use onward_core::name::{Ident, quoted};
use onward_core::token::significant;
use onward_schema::Schema;

use super::schema::{Object, Owned, text};

/// The two migrations, if SQL of the plain kind leads from the one to the other: tables, columns behind the others, indexes, views
/// and triggers. SQLite is asked whether it does.
pub(super) fn between(old: &Owned, new: &Owned) -> Option<[String; 2]> {
    // What is gone since stays where it is, and is none of the history.
    let first = new.objects.iter().filter_map(|object| old.find(object)).cloned();
    let first = Owned { objects: first.collect(), ..Owned::default() };
    let later: Vec<String> =
        new.objects.iter().flat_map(|object| change(first.find(object), object)).collect();
    let steps = [first.sql(), text(later)];
    (!first.objects.is_empty() && leads_to(&steps, &new.sql())).then_some(steps)
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

fn leads_to(steps: &[String], schema: &str) -> bool {
    let made = |texts: &[&str]| {
        let conn = Connection::open_in_memory()?;
        texts.iter().try_for_each(|text| conn.execute_batch(text))?;
        Schema::read(&conn)
    };
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (Ok(found), Ok(expected)) = (made(&steps), made(&[schema])) else { return false };
    expected.compare(&found).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::schema::read;

    fn owned(sql: &str) -> Owned {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(sql).unwrap();
        read(&conn).unwrap()
    }

    fn steps(old: &str, new: &str) -> Option<[String; 2]> {
        between(&owned(old), &owned(new))
    }

    #[test]
    fn what_has_grown_is_added() {
        let old = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, \"the state\" TEXT NOT NULL, CHECK (id > 0)); CREATE TABLE gone(a);
                   CREATE VIEW v AS SELECT id FROM jobs";
        let new = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, \"the state\" TEXT NOT NULL, cost NUMERIC(10, 2) DEFAULT (1 + 1), CHECK (id > 0));
                   CREATE INDEX by_cost ON jobs(cost); CREATE TABLE more(a); CREATE VIEW v AS SELECT id, cost FROM jobs";
        // The column stands before the constraint, and ADD COLUMN puts it behind: SQLite's own text differs, the table does not.
        let [first, later] = steps(old, new).unwrap();
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
    fn what_has_changed_in_another_way_is_not_guessed() {
        for (old, new) in [
            ("CREATE TABLE t(a)", "CREATE TABLE t(a TEXT)"),
            ("CREATE TABLE t(a)", "CREATE TABLE t(b, a)"),
            ("CREATE TABLE t(a, b)", "CREATE TABLE t(a)"),
            ("CREATE TABLE t(a)", "CREATE TABLE t(a, b UNIQUE)"),
            ("CREATE TABLE other(a)", "CREATE TABLE t(a)"),
        ] {
            assert_eq!(steps(old, new), None, "{old} {new}");
        }
    }
}
