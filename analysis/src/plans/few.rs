//! Columns that hold few values, as their table says it: to look one up gives a great share of the rows.

use onward_core::token::{Kind, list};
use onward_schema::Table;

/// More values than these are many.
const MOST: u64 = 50;

/// How many values a column holds, if its table says that it holds few.
pub(super) fn values(table: &Table, column: &str) -> Option<u64> {
    let declared = table.column(column)?.declared_type.to_ascii_uppercase();
    if declared.starts_with("BOOL") {
        return Some(2);
    }
    table.checks.iter().find_map(|check| listed(check, column)).filter(|count| *count <= MOST)
}

/// How many values the condition of a CHECK lists: `state IN ('new', 'done')`, `done BETWEEN 0 AND 1`.
fn listed(check: &str, column: &str) -> Option<u64> {
    let tokens = list(check);
    (0..tokens.len()).find_map(|at| {
        let (found, rest) = tokens[at..].split_first()?;
        if !found.is_name(column) || found.kind == Kind::String {
            return None;
        }
        let is = |at: usize, word: &str| rest.get(at).is_some_and(|token| token.is(word));
        if is(0, "IN") && is(1, "(") {
            let end = rest.iter().position(|token| token.is(")"))?;
            let commas = rest[2..end].iter().filter(|token| token.is(",")).count();
            // A SELECT is no list.
            return (!is(2, "SELECT")).then_some(commas as u64 + 1);
        }
        if is(0, "BETWEEN") && is(2, "AND") {
            let number = |at: usize| rest.get(at)?.text.parse::<u64>().ok();
            return Some(number(3)?.checked_sub(number(1)?)? + 1);
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use onward_schema::Schema;
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_check_or_a_type_says_it() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE t(
                 done BOOLEAN, gone INT CHECK (gone IN (0, 1)), grade INT CHECK (grade BETWEEN 1 AND 6),
                 state TEXT NOT NULL CHECK (length(state) > 0 AND state IN ('new', 'done', 'failed')),
                 age INT CHECK (age BETWEEN 0 AND 150), plain INT
             )",
        )
        .unwrap();
        let schema = Schema::read(&conn).unwrap();
        let table = schema.table("t").unwrap();
        let found = ["done", "GONE", "grade", "state", "age", "plain"].map(|column| values(table, column));
        assert_eq!(found, [Some(2), Some(2), Some(6), Some(3), None, None]);
    }
}
