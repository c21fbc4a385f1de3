//! How rows are related: a stranger has no relatives, and of the others each has a child.

use std::collections::{BTreeSet, HashMap};

use onward_core::name::{Ident, quoted};
use rusqlite::Result;
use rusqlite::types::Value;

use super::filler::{ENOUGH, Filler};
use crate::replay::contents::count_rows;
use crate::replay::sample::Rows;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::read::Column;
use crate::sqlite::table::{Key, TableModel};

/// Rows of a parent that a child may refer to.
pub(super) const PARENTS: usize = 8;
/// The row that has no parent where it may, no child, and no value that another table has.
pub(super) const STRANGER: i64 = 3;
/// The first of the rows that are there for the sake of their parents.
pub(super) const CHILD: i64 = 4;
/// The row that has what another one has, but for its parent.
const SHARED: i64 = 30;
/// The row that was there before some of its columns.
pub(super) const OLD: i64 = 70;
/// So many rows of a parent get a child.
pub(super) const CHILDREN: usize = 12;
/// So many of them are tried in vain.
const VAIN: usize = 4;

impl Filler {
    /// Puts in a row without relatives.
    pub(crate) fn stranger(&mut self, sandbox: &Sandbox, model: &TableModel) {
        // Where there can be none, there is none.
        let Ok(values) = self.row(sandbox, model, STRANGER, &HashMap::new()) else { return };
        let names = model.columns.iter().map(|field| field.name.to_ascii_lowercase());
        self.strangers.insert(model.name.to_ascii_lowercase(), names.zip(values).collect());
    }

    /// Whether a row with these values is the one without relatives.
    pub(in crate::replay) fn is_stranger(&self, table: &str, columns: &[String], row: &[Value]) -> bool {
        let Some(stranger) = self.strangers.get(table) else { return false };
        // A column that has come since may hold anything.
        let known =
            columns.iter().zip(row).filter_map(|(column, value)| Some((stranger.get(column)?, value)));
        let known: Vec<(&Value, &Value)> = known.collect();
        !known.is_empty() && known.into_iter().all(|(own, value)| own == value)
    }

    /// Gives children to rows that tables refer to: an application may refer to each that it finds.
    pub(in crate::replay) fn provide(&mut self, sandbox: &Sandbox, parents: &BTreeSet<String>) -> Result<()> {
        if self.rows == Rows::Mild || parents.is_empty() {
            return Ok(());
        }
        let children = parents.iter().map(|parent| referring(sandbox, parent));
        let children = children.collect::<Result<Vec<_>>>()?.concat();
        for child in BTreeSet::from_iter(children) {
            let has_rows = self.tables.get(&child).is_some_and(|child| child.filled);
            if has_rows && let Some(model) = sandbox.model(&child)? {
                self.children(sandbox, &model);
            }
        }
        Ok(())
    }

    /// Puts in a row for each row of the table's parents that has no child yet.
    pub(crate) fn children(&self, sandbox: &Sandbox, model: &TableModel) {
        let of = |at: usize| model.keys.iter().filter(move |key| key.columns.contains(&at));
        // Two keys with a column in common have parents that belong together.
        if (0..model.columns.len()).any(|column| of(column).count() > 1)
            || count_rows(sandbox, &model.name).unwrap_or(0) >= ENOUGH
        {
            return;
        }
        let pins: Vec<Vec<Pins>> = model.keys.iter().map(|key| self.childless(sandbox, model, key)).collect();
        let most = pins.iter().map(Vec::len).max().unwrap_or(0);
        let mut vain = 0;
        for (place, index) in (0..most).zip(CHILD..) {
            let each: Vec<&Pins> = pins.iter().filter_map(|pins| pins.get(place)).collect();
            let all =
                each.iter().flat_map(|pins| pins.iter().map(|(&at, value)| (at, value.clone()))).collect();
            if self.row(sandbox, model, index, &all).is_ok() {
                continue;
            }
            // Both parents at once may not be allowed.
            let alone =
                each.iter().filter(|pins| each.len() > 1 && self.row(sandbox, model, index, pins).is_ok());
            vain += usize::from(alone.count() == 0);
            if vain == VAIN {
                return;
            }
        }
    }

    /// Puts in a row that has what another one has, under a parent that repeats the other's: a key of several columns allows
    /// it.
    pub(super) fn share(&self, sandbox: &Sandbox, model: &TableModel) {
        let within = |key: &&Key, unique: &[usize]| {
            unique.len() > key.columns.len() && key.columns.iter().all(|column| unique.contains(column))
        };
        let mut pairs = model
            .unique
            .iter()
            .filter_map(|unique| Some((unique, model.keys.iter().find(|key| within(key, unique))?)));
        let Some((unique, key)) =
            pairs.next().filter(|_| count_rows(sandbox, &model.name).unwrap_or(0) < ENOUGH)
        else {
            return;
        };
        let rest: Vec<usize> =
            unique.iter().copied().filter(|column| !key.columns.contains(column)).collect();
        let names: Vec<String> = rest.iter().map(|&at| quoted(&model.columns[at].name)).collect();
        let sql = format!("SELECT {} FROM main.{} LIMIT 1", names.join(", "), quoted(&model.name));
        let Some(first) = sandbox.read(&sql).ok().and_then(|rows| rows.into_iter().next()) else { return };
        // The third is the one that repeats the first.
        let Some(parent) = self.parents(sandbox, model, key).into_iter().nth(2) else { return };
        let mut pins: Pins = rest.into_iter().zip(first).collect();
        pins.extend(key.columns.iter().copied().zip(parent));
        // Where there can be none, there is none.
        let _ = self.row(sandbox, model, SHARED, &pins);
    }

    /// What a child has in the columns of a key, for each row of the parent that has none.
    fn childless(&self, sandbox: &Sandbox, model: &TableModel, key: &Key) -> Vec<Pins> {
        let Some(columns) = referred(sandbox, key) else { return Vec::new() };
        let pairs = columns.iter().zip(&key.columns);
        let same = pairs.map(|(column, &at)| {
            format!("child.{} = parent.{}", quoted(&model.columns[at].name), quoted(column))
        });
        let same: Vec<String> = same.collect();
        let table = quoted(&model.name);
        let childless =
            format!("NOT EXISTS (SELECT 1 FROM main.{table} AS child WHERE {})", same.join(" AND "));
        let rows = self.referable(sandbox, key, &columns, &childless, CHILDREN);
        rows.into_iter().map(|row| key.columns.iter().copied().zip(row).collect()).collect()
    }

    /// What the rows of a key's parent have in the columns that it refers to.
    pub(crate) fn parents(&self, sandbox: &Sandbox, model: &TableModel, key: &Key) -> Vec<Vec<Value>> {
        match referred(sandbox, key) {
            Some(columns) if !model.columns.is_empty() => {
                self.referable(sandbox, key, &columns, "true", PARENTS)
            }
            _ => Vec::new(),
        }
    }

    /// The same of those to which a condition applies, but no stranger.
    fn referable(
        &self,
        sandbox: &Sandbox,
        key: &Key,
        columns: &[String],
        condition: &str,
        most: usize,
    ) -> Vec<Vec<Value>> {
        let names: Vec<String> = columns.iter().map(|name| format!("parent.{}", quoted(name))).collect();
        let whole: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
        let sql = format!(
            "SELECT {} FROM main.{} AS parent WHERE {} AND {condition} LIMIT {}",
            names.join(", "),
            quoted(&key.parent),
            whole.join(" AND "),
            most + 1
        );
        let columns: Vec<String> = columns.iter().map(|column| column.to_ascii_lowercase()).collect();
        let parent = key.parent.to_ascii_lowercase();
        let mut rows = sandbox.read(&sql).unwrap_or_default();
        rows.retain(|row| !self.is_stranger(&parent, &columns, row));
        rows.truncate(most);
        rows
    }
}

/// What columns hold, by their places.
type Pins = HashMap<usize, Value>;

/// Which column of the table itself a key refers to at a place.
pub(super) fn own(model: &TableModel, key: &Key, place: usize) -> Option<usize> {
    match key.parent_columns.get(place) {
        Some(name) => model.columns.iter().position(|field| field.name.eq_ignore_ascii_case(name)),
        None => model.columns.iter().position(|field| field.is_rowid),
    }
}

/// The columns that a key refers to.
fn referred(sandbox: &Sandbox, key: &Key) -> Option<Vec<String>> {
    let columns = match key.parent_columns.is_empty() {
        false => key.parent_columns.clone(),
        true => primary_key(sandbox, &key.parent).unwrap_or_default(),
    };
    (columns.len() == key.columns.len()).then_some(columns)
}

fn primary_key(sandbox: &Sandbox, table: &str) -> Result<Vec<String>> {
    let columns = sandbox.columns(table)?;
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.key > 0).collect();
    key.sort_unstable_by_key(|column| column.key);
    Ok(key.into_iter().map(|column| column.name.clone()).collect())
}

/// The tables that refer to this one, in lower case.
fn referring(sandbox: &Sandbox, parent: &str) -> Result<Vec<String>> {
    // The text is asked first, since a pragma for each table takes its time. It has a quote twice.
    let word = if parent.contains('"') { "" } else { parent };
    let mut found = Vec::new();
    for table in sandbox.tables(word)? {
        if sandbox.keys(&table)?.iter().any(|key| Ident(&key.parent) == parent) {
            found.push(table);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{folder, history};

    const P: &str = "CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT, total INTEGER NOT NULL DEFAULT 0);";
    const C: &str =
        "CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id), n INTEGER NOT NULL);";

    /// The table `c` with another key.
    fn child(key: &str) -> String {
        format!("{P} {}", C.replace("INTEGER NOT NULL REFERENCES p(id)", key))
    }

    /// The codes in the last of these migrations, without their places.
    fn found(texts: &[&str]) -> Vec<String> {
        let file = format!("000{}_m.sql", texts.len());
        // What the copies of these tests leave out is another matter.
        let is_lost =
            |line: &String| line.starts_with("foreign_key_lost") || line.starts_with("constraint_lost");
        let codes = history(texts).into_iter().filter(|line| !is_lost(line));
        let codes = codes.map(|line| line.split(':').next().unwrap().to_owned());
        codes.filter_map(|line| Some(line.strip_suffix(&format!(" {file}"))?.to_owned())).collect()
    }

    #[test]
    fn two_parents_that_are_alike_may_have_a_child_that_is_alike() {
        let first = "CREATE TABLE p(id INTEGER PRIMARY KEY, token TEXT NOT NULL);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id), name TEXT NOT NULL, UNIQUE (name, p));";
        let second = |join: &str, unique: &str| {
            format!(
                "CREATE TABLE q(id INTEGER PRIMARY KEY, token TEXT NOT NULL, old INTEGER);
                 CREATE TABLE d(q INTEGER NOT NULL, name TEXT NOT NULL{unique});
                 INSERT INTO q(token, old) SELECT token, id FROM p;
                 INSERT INTO d SELECT q.id, c.name FROM c JOIN p ON c.p = p.id JOIN q ON {join};"
            )
        };
        let unique = ", UNIQUE (q, name)";
        assert_eq!(found(&[first, &second("q.token = p.token", unique)]), ["failure_with_some_rows"]);
        assert_eq!(found(&[first, &second("q.old = p.id", unique)]), [""; 0]);
        assert_eq!(found(&[first, &second("q.token = p.token", "")]), [""; 0]);
    }

    const KEYS: [&str; 5] = [
        "INTEGER NOT NULL REFERENCES p(id)",
        "INTEGER REFERENCES p(id)",
        "INTEGER NOT NULL UNIQUE REFERENCES p(id)",
        "INTEGER NOT NULL",
        "INTEGER UNIQUE",
    ];

    #[test]
    fn a_parent_may_have_no_children() {
        let of = "FROM c WHERE c.p = p.id";
        for key in KEYS {
            for value in [
                format!("(SELECT sum(n) {of})"),
                format!("CASE WHEN EXISTS (SELECT 1 {of}) THEN 1 END"),
                format!("(SELECT n {of} LIMIT 1)"),
            ] {
                let update = format!("UPDATE p SET total = {value};");
                assert_eq!(found(&[&child(key), &update]), ["failure_with_some_rows"], "{key}: {value}");
                let else_none = format!("UPDATE p SET total = coalesce({value}, 0);");
                assert_eq!(found(&[&child(key), &else_none]), [""; 0], "{key}: {value}");
                let with = format!("UPDATE p SET total = {value} WHERE id IN (SELECT p FROM c);");
                assert_eq!(found(&[&child(key), &with]), [""; 0], "{key}: {value}");
            }
        }
    }

    #[test]
    fn the_row_that_makes_it_fail_is_shown() {
        let update = "UPDATE p SET total = CASE WHEN EXISTS (SELECT 1 FROM c WHERE c.p = p.id) THEN 1 END;";
        let found = folder(&[("1_a.sql", &child(KEYS[2])), ("2_b.sql", update)]);
        assert_eq!(
            found.diagnostics[0].notes,
            [
                "with a row of `p` that matches no row of another table, with total = 1800100, id = 1800100, name = '01801333', \
              SQLite says: NOT NULL constraint failed: p.total"
            ]
        );
    }

    #[test]
    fn a_join_may_have_no_match() {
        let copy = |join: &str, total: &str| {
            format!(
                "CREATE TABLE x(id INTEGER, name TEXT, total INTEGER {total});
                 INSERT INTO x SELECT p.id, p.name, c.n FROM p {join} c ON c.p = p.id; DROP TABLE p; ALTER TABLE x RENAME TO p;"
            )
        };
        let one = child(KEYS[2]);
        assert_eq!(found(&[&one, &copy("JOIN", "NOT NULL")]), ["rows_lost"]);
        assert_eq!(found(&[&one, &copy("LEFT JOIN", "NOT NULL")]), ["failure_with_some_rows"]);
        let joined = copy("JOIN", "NOT NULL");
        let summed = joined.replace("p.id;", "p.id GROUP BY p.id;");
        assert_eq!(found(&[&child(KEYS[0]), &summed]), ["rows_lost"]);
        assert_eq!(found(&[&one, &joined.replace(" JOIN c ON ", ", c WHERE ")]), ["rows_lost"]);
        // Rows are meant to go.
        for picked in [
            joined.replace("p.id;", "p.id WHERE c.n > 0;"),
            joined.replace(" JOIN c ON ", ", c WHERE c.n > 0 AND "),
            joined.replace("p.id;", "p.id GROUP BY p.name;"),
            joined.replace("SELECT", "SELECT DISTINCT"),
        ] {
            assert_eq!(found(&[&one, &picked]), [""; 0], "{picked}");
        }
        assert_eq!(found(&[&one, &copy("LEFT JOIN", "")]), [""; 0]);
        let of_child = |join: &str| {
            format!(
                "CREATE TABLE x(id INTEGER PRIMARY KEY, p INTEGER, n INTEGER NOT NULL, of INTEGER);
                 INSERT INTO x SELECT c.id, p.id, c.n, p.total {join}; DROP TABLE c; ALTER TABLE x RENAME TO c;"
            )
        };
        for (key, is_sure) in KEYS.into_iter().zip([true, false, true, false, false]) {
            let joined = found(&[&child(key), &of_child("FROM c JOIN p ON p.id = c.p")]);
            assert_eq!(joined, ["rows_lost"; 1][usize::from(is_sure)..], "{key}");
            let named = found(&[&child(key), &of_child("FROM c, p WHERE p.id = c.p")]);
            assert_eq!(named, joined, "{key}");
            assert_eq!(
                found(&[&child(key), &of_child("FROM c LEFT JOIN p ON p.id = c.p")]),
                [""; 0],
                "{key}"
            );
        }
    }

    #[test]
    fn each_row_of_a_parent_may_have_a_child() {
        let kept = "SELECT min(id) FROM p GROUP BY name";
        for key in &KEYS[..3] {
            for gone in ["name IS NULL".to_owned(), format!("id NOT IN ({kept})"), "total > 1".to_owned()] {
                let delete = format!("DELETE FROM p WHERE {gone};");
                assert_eq!(found(&[&child(key), &delete]), ["dangling_foreign_key"], "{key}: {gone}");
                let both = format!("DELETE FROM c WHERE p IN (SELECT id FROM p WHERE {gone}); {delete}");
                assert_eq!(found(&[&child(key), &both]), [""; 0], "{key}: {gone}");
                let childless = format!(
                    "{} AND id NOT IN (SELECT p FROM c WHERE p IS NOT NULL);",
                    &delete[..delete.len() - 1]
                );
                assert_eq!(found(&[&child(key), &childless]), [""; 0], "{key}: {gone}");
            }
        }
        let of_one_name =
            "SELECT min(q.id) FROM p AS q WHERE q.name IS (SELECT name FROM p WHERE p.id = c.p)";
        let moved = format!("UPDATE c SET p = ({of_one_name}); DELETE FROM p WHERE id NOT IN ({kept});");
        assert_eq!(found(&[&child(KEYS[0]), &moved]), [""; 0]);
    }

    #[test]
    fn rows_of_the_migrations_own_have_children() {
        let table = "CREATE TABLE state(v TEXT PRIMARY KEY NOT NULL);";
        let seeds = "INSERT INTO state VALUES ('a'), ('b'), ('c'), ('d'), ('e');";
        for key in ["TEXT NOT NULL REFERENCES state(v)", "TEXT REFERENCES state"] {
            let jobs = format!("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state {key});");
            for before in
                [vec![format!("{table} {seeds} {jobs}")], vec![format!("{table} {jobs}"), seeds.to_owned()]]
            {
                let last = |text: &str| {
                    let texts: Vec<&str> = before.iter().map(String::as_str).chain([text]).collect();
                    found(&texts)
                };
                for text in ["DELETE FROM state WHERE v = 'd';", "UPDATE state SET v = 'x' WHERE v = 'e';"] {
                    assert_eq!(last(text), ["dangling_foreign_key"], "{before:?} {text}");
                }
                let replaced = "INSERT INTO state VALUES ('x'); UPDATE jobs SET state = 'x' WHERE state = 'd'; DELETE FROM state WHERE v = 'd';";
                assert_eq!(last(replaced), [""; 0], "{before:?}");
                let lookup = |values: &str| {
                    format!(
                        "CREATE TABLE n(id INTEGER PRIMARY KEY, state INTEGER NOT NULL);
                         INSERT INTO n SELECT id, CASE state {values} END FROM jobs; DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
                    )
                };
                assert_eq!(
                    last(&lookup("WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'c' THEN 3")),
                    ["failure_with_some_rows"]
                );
                assert_eq!(last(&lookup("WHEN 'a' THEN 1 ELSE 2")), [""; 0]);
            }
        }
    }

    #[test]
    fn parents_that_exclude_each_other_have_a_child_each() {
        let tables =
            "CREATE TABLE p(id INTEGER PRIMARY KEY, a TEXT); CREATE TABLE q(id INTEGER PRIMARY KEY, a TEXT);
            CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id), q INTEGER REFERENCES q(id),
                           CHECK ((p IS NULL) <> (q IS NULL)));";
        for parent in ["p", "q"] {
            assert_eq!(
                found(&[tables, &format!("DELETE FROM {parent} WHERE a IS NULL;")]),
                ["dangling_foreign_key"],
                "{parent}"
            );
        }
        assert_eq!(found(&[tables, "ALTER TABLE c ADD COLUMN a TEXT NOT NULL;"]), ["failure_with_rows"]);
    }
}
