//! What became of each column in the course of the history, for messages about how it is at the end.

use std::collections::HashMap;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_schema::{Schema, Table};
use rusqlite::{Connection, Result};

use super::fault::named;
use super::origin;
use super::step::Step;
use crate::file::Place;
use crate::folder::history::{At, History};
use crate::sqlite::sandbox::Sandbox;

/// Every column that a table or view ever had, by the names of both in lower case.
#[derive(Debug, Default)]
pub(crate) struct ColumnHistories(HashMap<(String, String), ColumnHistory>);

/// What became of a column; migrations are meant by their index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ColumnHistory {
    nullable: bool,
    /// The migration that last changed whether it may be NULL.
    pub(crate) changed: Option<usize>,
    /// The migration that took it away.
    pub(crate) gone: Option<usize>,
}

impl ColumnHistories {
    /// Runs the history once more and looks at every table after every migration.
    pub(super) fn read(history: &History, ran: &[Step]) -> Result<ColumnHistories> {
        let mut histories = ColumnHistories::default();
        let sandbox = Sandbox::open(&history.config)?;
        let mut changes = false;
        origin::again(history, ran, &sandbox, |at, is_last| {
            changes |= history.statement(at).kind.changes_schema();
            if is_last && std::mem::take(&mut changes) {
                histories.look(sandbox.conn(), at.migration)?;
            }
            Ok(())
        })?;
        Ok(histories)
    }

    fn look(&mut self, conn: &Connection, migration: usize) -> Result<()> {
        let schema = Schema::read(conn)?;
        let of = |(key, table): (String, Table)| {
            let columns = table.columns.iter();
            let columns = columns.map(|column| (column.name.to_ascii_lowercase(), table.is_nullable(column)));
            columns.map(|(column, nullable)| ((key.clone(), column), nullable)).collect::<Vec<_>>()
        };
        let now: HashMap<(String, String), bool> = schema.tables.into_iter().flat_map(of).collect();
        for (column, life) in &mut self.0 {
            if !now.contains_key(column) {
                life.gone.get_or_insert(migration);
            }
        }
        for (column, nullable) in now {
            let life = self.0.entry(column).or_insert(ColumnHistory { nullable, ..ColumnHistory::default() });
            if life.nullable != nullable {
                life.changed = Some(migration);
            }
            (life.nullable, life.gone) = (nullable, None);
        }
        Ok(())
    }

    /// What became of a column.
    pub(crate) fn of(&self, table: &str, column: &str) -> Option<ColumnHistory> {
        self.0.get(&(table.to_ascii_lowercase(), column.to_ascii_lowercase())).copied()
    }

    /// The migration that took away the last of a table's columns.
    pub(crate) fn table_gone(&self, table: &str) -> Option<usize> {
        let table = table.to_ascii_lowercase();
        let lives = self.0.iter().filter(|((name, _), _)| *name == table);
        lives.map(|(_, life)| life.gone).collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// Where a migration takes a column away: by its own name, or with its table.
pub(crate) fn removal(history: &History, migration: usize, table: &str, column: &str) -> Place {
    let mut found = history.migrations[migration].file.start();
    for statement in 0..history.migrations[migration].statements.len() {
        let at = At { migration, statement };
        match &history.statement(at).kind {
            Kind::Alter { table: altered, change: Some(Change::Drop(name) | Change::Rename(name, _)) }
                if altered.is(table) && name.is(column) =>
            {
                return place(history, at, column);
            }
            Kind::Drop { object: ObjectKind::Table, name } if name.is(table) => found = history.place(at),
            _ => {}
        }
    }
    found
}

/// Where the history defines a column as it is at the end: in a CREATE TABLE or an ADD COLUMN, under whatever names
/// the two had then.
pub(crate) fn definition(history: &History, ran: &[Step], table: &str, column: &str) -> Option<Place> {
    let (mut table, mut column) = (table.to_owned(), column.to_owned());
    let mut masked = None;
    for &Step { at, .. } in ran.iter().rev() {
        match &history.statement(at).kind {
            Kind::Create { object: ObjectKind::Table | ObjectKind::View, name, if_not_exists, .. }
                if name.is(&table) =>
            {
                let place = place(history, at, &column);
                // One that does nothing looks the same as one that made the table, which then comes before it.
                match if_not_exists {
                    true => masked = Some(place),
                    false => return Some(place),
                }
            }
            Kind::Alter { table: altered, change: Some(change) } => match change {
                Change::Add(name) if altered.is(&table) && name.is(&column) => {
                    return Some(place(history, at, &column));
                }
                Change::Rename(from, to) if altered.is(&table) && to.is(&column) => {
                    column.clone_from(&from.text)
                }
                Change::RenameTable(to) if to.is(&table) => table.clone_from(&altered.text),
                _ => {}
            },
            Kind::Drop { object: ObjectKind::Table | ObjectKind::View, name } if name.is(&table) => break,
            _ => {}
        }
    }
    masked
}

fn place(history: &History, at: At, column: &str) -> Place {
    named(history, at, column).unwrap_or_else(|| history.place(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::folder;

    const FILES: [(&str, &str); 3] = [
        (
            "1_a.sql",
            "CREATE TABLE jobs(id, state, old);\nCREATE TABLE other(x, old);\nCREATE TABLE gone(a);\n\
             CREATE TABLE IF NOT EXISTS kept(a);",
        ),
        (
            "2_b.sql",
            "ALTER TABLE jobs ADD COLUMN due;\nALTER TABLE jobs ADD COLUMN more;\nALTER TABLE other ADD COLUMN due;\n\
             ALTER TABLE jobs RENAME COLUMN state TO status;\nALTER TABLE jobs RENAME COLUMN more TO most;\n\
             ALTER TABLE other RENAME COLUMN x TO status;\nALTER TABLE jobs RENAME TO tasks;\n\
             ALTER TABLE other RENAME TO others;\nCREATE TABLE IF NOT EXISTS kept(a);",
        ),
        (
            "3_c.sql",
            "ALTER TABLE others DROP COLUMN old;\nALTER TABLE tasks DROP COLUMN due;\nALTER TABLE tasks DROP COLUMN old;\n\
             DROP TABLE gone;",
        ),
    ];

    #[test]
    fn a_column_is_defined_under_the_names_of_then() {
        let analysis = folder(&FILES);
        let (history, replay) = (&analysis.history, analysis.replay.as_ref().unwrap());
        for (table, column, expected) in [
            ("tasks", "id", Some((0, "1:19 id"))),
            ("Tasks", "status", Some((0, "1:23 state"))),
            ("tasks", "most", Some((1, "2:29 more"))),
            ("others", "status", Some((0, "2:20 x"))),
            ("others", "due", Some((1, "3:30 due"))),
            ("kept", "a", Some((0, "4:33 a"))),
            ("gone", "a", None),
        ] {
            let found = replay.definition(history, table, column).map(|place| {
                let position = history.files.position(&place);
                let file =
                    history.migrations.iter().position(|migration| migration.file == place.file).unwrap();
                (file, format!("{}:{} {}", position.line, position.column, history.files.text(&place)))
            });
            let expected = expected.map(|(file, text)| (file, text.to_owned()));
            assert_eq!(found, expected, "{table}.{column}");
        }
    }

    /// Of a key of several columns, and of one that is not the rowid, each column may be NULL.
    #[test]
    fn what_was_nullable_all_along_has_not_become_so() {
        let rebuilt = |first: &str, then: &str| {
            let made = format!("CREATE TABLE t({first});");
            let again = format!("CREATE TABLE n({then}); DROP TABLE t; ALTER TABLE n RENAME TO t;");
            let analysis = folder(&[("1_a.sql", &made), ("2_b.sql", &again)]);
            let replay = analysis.replay.as_ref().unwrap();
            replay.column_histories(&analysis.history).of("T", "A").unwrap().changed
        };
        assert_eq!(rebuilt("a INTEGER, b INTEGER, PRIMARY KEY (a, b)", "a INTEGER, b INTEGER"), None);
        assert_eq!(rebuilt("a INTEGER PRIMARY KEY DESC", "a INTEGER"), None);
        assert_eq!(rebuilt("a INT PRIMARY KEY", "a INT"), None);
        assert_eq!(rebuilt("a INTEGER PRIMARY KEY", "a INTEGER"), Some(1));
        assert_eq!(
            rebuilt("a INT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID; CREATE TABLE x(a", "a INT, b INT"),
            Some(1)
        );
        assert_eq!(rebuilt("a INT", "a INT NOT NULL"), Some(1));
    }

    #[test]
    fn a_column_is_taken_away_by_its_name_or_with_its_table() {
        let analysis = folder(&FILES);
        let history = &analysis.history;
        for (migration, table, column, expected) in [
            (2, "tasks", "old", "3:31 old"),
            (2, "tasks", "due", "2:31 due"),
            (2, "gone", "a", "4:1 DROP TABLE gone"),
            (1, "jobs", "more", "5:32 more"),
            (2, "tasks", "id", "1:1 "),
        ] {
            let place = removal(history, migration, table, column);
            let position = history.files.position(&place);
            let found = format!("{}:{} {}", position.line, position.column, history.files.text(&place));
            assert_eq!(found, expected, "{table}.{column}");
        }
    }
}
