//! Columns that a CHECK gives a list of values: each of them is in some row.

use std::collections::HashMap;

use onward_core::name::quoted;
use onward_core::token::{Kind, list};
use rusqlite::types::Value;

use super::filler::{ENOUGH, Filler};
use super::kin::{CHILD, CHILDREN};
use crate::replay::contents::count_rows;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::TableModel;
use crate::sqlite::table::condition::literal;

/// The first of the rows that are there for the sake of a value.
const CHOICE: i64 = CHILD + CHILDREN as i64;
/// So many values of a list are tried.
const MOST: usize = 12;

impl Filler {
    /// Puts in rows with the values that a CHECK lists, and no row has yet.
    pub(crate) fn choices(&self, sandbox: &Sandbox, model: &TableModel) {
        if count_rows(sandbox, &model.name).unwrap_or(0) >= ENOUGH {
            return;
        }
        let lists = lists(&model.sql, model).into_iter().map(|(column, values)| {
            let name = quoted(&model.columns[column].name);
            let sql = format!("SELECT DISTINCT {name} FROM main.{}", quoted(&model.name));
            let there = sandbox.read(&sql).unwrap_or_default();
            let is_new = |value: &Value| !there.iter().any(|row| row[0] == *value);
            (column, values.into_iter().filter(is_new).take(MOST).collect::<Vec<_>>())
        });
        let lists: Vec<(usize, Vec<Value>)> = lists.collect();
        let most = lists.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        for (place, index) in (0..most).zip(CHOICE..) {
            let of = |(column, values): &(usize, Vec<Value>)| Some((*column, values.get(place)?.clone()));
            let pinned: HashMap<usize, Value> = lists.iter().filter_map(of).collect();
            if self.row(sandbox, model, index, &pinned).is_ok() {
                continue;
            }
            // All at once may not be allowed.
            for (column, value) in pinned.into_iter().filter(|_| lists.len() > 1) {
                let _ = self.row(sandbox, model, index, &HashMap::from([(column, value)]));
            }
            return;
        }
    }
}

/// The columns of which a table says `a IN (1, 2)`, with these values.
fn lists(sql: &str, model: &TableModel) -> Vec<(usize, Vec<Value>)> {
    let tokens = list(sql);
    let list = |at: usize| {
        let [name, word, bracket, rest @ ..] = &tokens[at..] else { return None };
        let name = name.name().filter(|_| name.kind != Kind::String)?;
        let column = model.columns.iter().position(|field| field.name.eq_ignore_ascii_case(&name))?;
        let is_key = model.keys.iter().any(|key| key.columns.contains(&column));
        if !word.is("IN") || !bracket.is("(") || is_key {
            return None;
        }
        let end = rest.iter().position(|token| token.is(")"))?;
        let values = rest[..end].split(|token| token.is(","));
        let values = values.map(|tokens| if let [token] = tokens { literal(token) } else { None });
        Some((column, values.collect::<Option<Vec<Value>>>()?))
    };
    let mut found: Vec<(usize, Vec<Value>)> = Vec::new();
    for (column, values) in (0..tokens.len()).filter_map(list) {
        if !found.iter().any(|(known, _)| *known == column) {
            found.push((column, values));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::history;

    #[test]
    fn each_value_that_a_check_lists_is_in_a_row() {
        let jobs = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('a', 'b', 'c', 'd')));";
        let rebuild = |state: &str| {
            format!(
                "CREATE TABLE n(id INTEGER PRIMARY KEY, state INTEGER NOT NULL);\nINSERT INTO n {state};
                 DROP TABLE jobs; ALTER TABLE n RENAME TO jobs;"
            )
        };
        let case = |values: &str| rebuild(&format!("SELECT id, CASE state {values} END FROM jobs"));
        assert_eq!(
            history(&[jobs, &case("WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'd' THEN 4")]),
            ["failure_with_some_rows 0002_m.sql:2:1"]
        );
        let all = "WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'c' THEN 3 WHEN 'd' THEN 4";
        assert_eq!(history(&[jobs, &case(all)]), [""; 0]);
        assert_eq!(history(&[jobs, &case("WHEN 'a' THEN 1 ELSE 2")]), [""; 0]);
        let joined = rebuild("SELECT jobs.id, s.id FROM jobs JOIN s ON s.v = jobs.state");
        for (last, found) in [("('d')", &["rows_lost 0002_m.sql:3:1"][..]), ("('d'), ('c')", &[])] {
            let table = format!(
                "CREATE TABLE s(id INTEGER PRIMARY KEY, v TEXT NOT NULL); INSERT INTO s(v) VALUES ('a'), ('b'), {last};\n"
            );
            assert_eq!(history(&[jobs, &format!("{table}{joined}")]), found, "{last}");
        }
        // Of two lists, what goes together is tried first, and then each alone.
        let two = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('a', 'b')),
            kind INT NOT NULL CHECK (kind IN (1, 2, 3)), CHECK (state <> 'b' OR kind = 1));";
        assert_eq!(history(&[two, &case("WHEN 'a' THEN 1")]), ["failure_with_some_rows 0002_m.sql:2:1"]);
    }
}
