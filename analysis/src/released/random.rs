//! Pairs of schemas at random, with statements at random: what nothing is said of must run on the new one as it did on the old
//! one, on rows that went through the migration.

use onward_schema::Classes;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::*;
use crate::checks::testing::{Random, folder};
use crate::query::{Null, Query};

impl Random {
    fn some<'a>(&mut self, choices: &[&'a str]) -> Vec<&'a str> {
        let chosen: Vec<&str> = choices.iter().copied().filter(|_| self.below(3) > 0).collect();
        if chosen.is_empty() { vec![self.one_of(choices)] } else { chosen }
    }

    /// A migration of one to three changes.
    fn migration(&mut self) -> String {
        (0..1 + self.below(3)).map(|at| self.change(at) + "\n").collect()
    }

    fn change(&mut self, at: usize) -> String {
        let (table, columns) = TABLES[self.below(TABLES.len())];
        let column = self.one_of(&columns[1..]);
        match self.below(12) {
            0 => format!("ALTER TABLE {table} RENAME COLUMN {column} TO new{at};"),
            1 | 2 => {
                let rest = self.one_of(&[
                    "TEXT",
                    "INTEGER DEFAULT 5",
                    "TEXT NOT NULL DEFAULT 'd'",
                    "INTEGER CHECK (new > 0)",
                    "TEXT REFERENCES parents(id)",
                ]);
                format!(
                    "ALTER TABLE {table} ADD COLUMN new{at} {};",
                    rest.replace("new", &format!("new{at}"))
                )
            }
            3 => format!("ALTER TABLE {table} DROP COLUMN {column};"),
            4 => format!("ALTER TABLE {table} RENAME TO other{at};"),
            5 => {
                // What is not given comes as NULL, so that the trigger has to know the default.
                let values = columns.iter().map(|name| match (table, *name) {
                    ("children", "b") => "coalesce(new.b, 1)".to_owned(),
                    (_, name) => format!("new.{name}"),
                });
                let (names, values) = (columns.join(", "), values.collect::<Vec<_>>().join(", "));
                format!(
                    "ALTER TABLE {table} RENAME TO other{at}; CREATE VIEW {table} AS SELECT {} FROM other{at};
                     CREATE TRIGGER into{at} INSTEAD OF INSERT ON {table} BEGIN INSERT INTO other{at}({names}) VALUES ({values}); END;",
                    self.one_of(&["*", "*", "id, *"])
                )
            }
            6 => format!("CREATE UNIQUE INDEX one{at} ON {table}({column});"),
            7 => format!("DROP VIEW both; CREATE VIEW both AS {};", self.one_of(VIEWS)),
            // A column keeps whatever it gets; what is not of its type, nothing is known of.
            8 => format!(
                "UPDATE {table} SET {column} = {};",
                if self.below(2) == 0 {
                    "NULL"
                } else if column == "b" {
                    "7"
                } else {
                    "'x'"
                }
            ),
            _ => self.rebuild(table, columns),
        }
    }

    fn rebuild(&mut self, table: &str, columns: &[&str]) -> String {
        let mut order = columns.to_vec();
        if self.below(4) == 0 {
            let last = order.len() - 1;
            order.swap(1, last);
        }
        let definitions: Vec<String> = order
            .iter()
            .map(|name| match *name {
                "id" => "id INTEGER PRIMARY KEY".to_owned(),
                name => {
                    let kind = self.one_of(&["TEXT", "TEXT", "INTEGER", "", "BLOB"]);
                    let rest = self.one_of(&[
                        "",
                        "",
                        "NOT NULL DEFAULT 'x'",
                        "NOT NULL",
                        "UNIQUE",
                        "CHECK (a <> 'q')",
                        "DEFAULT 'y'",
                    ]);
                    format!("{name} {kind} {}", rest.replace("(a ", &format!("({name} ")))
                }
            })
            .collect();
        let (names, strict) = (order.join(", "), self.one_of(&["", "", "", "STRICT"]));
        format!(
            "CREATE TABLE rebuilt({}) {strict}; INSERT INTO rebuilt({names}) SELECT {names} FROM {table}; DROP TABLE {table};
             ALTER TABLE rebuilt RENAME TO {table};",
            definitions.join(", ")
        )
    }

    fn statement(&mut self) -> String {
        let (table, columns) = TABLES[self.below(TABLES.len())];
        let (column, other) = (self.one_of(columns), self.one_of(columns));
        let results = match self.below(3) {
            0 => "*".to_owned(),
            _ => self.some(columns).join(", "),
        };
        match self.below(9) {
            0 | 1 => format!("SELECT {results} FROM {table}"),
            2 => format!("SELECT {results} FROM {table} WHERE {column} IS NOT NULL AND {other} = ?"),
            3 => format!("SELECT {} FROM both", self.one_of(&["*", "id", "a, b", "b AS x"])),
            4 => "SELECT children.*, parents.a AS parent FROM children LEFT JOIN parents ON parents.id = children.b".to_owned(),
            5 | 6 => {
                let into = self.some(&columns[1..]);
                let values: Vec<&str> = into.iter().map(|_| self.one_of(&["?", "?", "'x'", "7", "NULL"])).collect();
                let or = self.one_of(&["", "", "OR IGNORE "]);
                format!("INSERT {or}INTO {table}({}) VALUES ({})", into.join(", "), values.join(", "))
            }
            7 => format!("UPDATE {table} SET {} = {} WHERE id = 1", self.one_of(&columns[1..]), self.one_of(&["?", "'x'", "NULL", other])),
            _ => format!("DELETE FROM {table} WHERE {column} = ? RETURNING {results}"),
        }
    }

    fn any_value(&mut self) -> Value {
        match self.below(6) {
            0 => Value::Null,
            1 => Value::Integer(1),
            2 => Value::Text("q".to_owned()),
            3 => Value::Text("7".to_owned()),
            4 => Value::Blob(vec![0]),
            _ => Value::Text("x".to_owned()),
        }
    }
}

const TABLES: [(&str, &[&str]); 2] = [("parents", &["id", "a", "b"]), ("children", &["id", "a", "b", "c"])];

const VIEWS: &[&str] = &[
    "SELECT id, a, b FROM parents WHERE a IS NOT NULL",
    "SELECT id, a, b, 1 AS more FROM parents WHERE a IS NOT NULL",
    "SELECT id, a, b FROM parents",
    "SELECT id, b, a FROM parents WHERE a IS NOT NULL",
    "SELECT id, a, c AS b FROM children WHERE a IS NOT NULL",
];

const SCHEMA: &str = "CREATE TABLE parents(id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER);
    CREATE TABLE children(id INTEGER PRIMARY KEY, a TEXT, b INTEGER NOT NULL DEFAULT 1, c);
    CREATE VIEW both AS SELECT id, a, b FROM parents WHERE a IS NOT NULL;";

const ROWS: &str = "INSERT INTO parents VALUES (1, 'x', NULL), (2, 'y', 3), (3, '', 3);
    INSERT INTO children VALUES (1, NULL, 1, NULL), (2, 'x', 2, 'x'), (3, 'x', 1, 7), (5, '', 9, x'00');";

fn database(migration: &str) -> Option<Connection> {
    let conn = Connection::open_in_memory().unwrap();
    conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {SCHEMA} {ROWS}")).unwrap();
    conn.execute_batch(migration).is_ok().then_some(conn)
}

/// The names and classes of its values.
type Row = Vec<(String, Option<Classes>)>;

/// What a run gives, row by row.
fn run(conn: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = conn.prepare(sql)?;
    let mut names = Vec::new();
    for name in statement.column_names() {
        names.push(name.to_owned());
    }
    let count = statement.parameter_count();
    let mut rows = statement.query(params_from_iter(&values[..count]))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let class = |index: usize| {
            Some(match row.get_ref(index).unwrap() {
                ValueRef::Null => return None,
                ValueRef::Integer(_) => Classes::INTEGER,
                ValueRef::Real(_) => Classes::REAL,
                ValueRef::Text(_) => Classes::TEXT,
                ValueRef::Blob(_) => Classes::BLOB,
            })
        };
        found.push(names.iter().enumerate().map(|(index, name)| (name.clone(), class(index))).collect());
    }
    Ok(found)
}

/// Whether these rows are what a program reads that was built for this statement.
fn is_as_recorded(recorded: &Query, rows: &[Row]) -> bool {
    rows.iter().all(|row| {
        recorded.columns.iter().enumerate().all(|(index, column)| {
            row.get(index).is_some_and(|(name, class)| {
                *name == column.name
                    && match class {
                        None => column.value.null != Null::Never,
                        Some(class) => column.value.classes.meets(*class),
                    }
            })
        })
    })
}

#[test]
fn what_nothing_is_said_of_runs_as_it_did() {
    let (rounds, mut random) = Random::rounds(150);
    let (mut compatible, mut broken) = (0, 0);
    for _ in 0..rounds {
        let migration = random.migration();
        // Not everything that is put together at random is a migration.
        if database(&migration).is_none() {
            continue;
        }
        let now = folder(&[("1_a.sql", SCHEMA), ("2_b.sql", &migration)]);
        let Some(then) = now.released(0).filter(|_| !now.is_refused) else { continue };
        let touched = Touched::of(&now.history, 0, &now.replay.as_ref().unwrap().known);
        for _ in 0..20 {
            let sql = random.statement();
            let Ok(recorded) = then.query(sql.as_str().into()) else { continue };
            let values = [random.any_value(), random.any_value(), random.any_value(), random.any_value()];
            let (old, new) = (database("").unwrap(), database(&migration).unwrap());
            let Ok(before) = run(&old, &sql, &values) else { continue };
            let statement = Statement {
                sql,
                at: String::new(),
                gives: vec![],
                takes: vec![],
                by: By::Query,
                range: 0..0,
            };
            let sql = &statement.sql;
            if touched.is_named(sql)
                && changes(&then, &now, &statement, &recorded).is_none_or(|changes| !changes.is_empty())
            {
                broken += 1;
                continue;
            }
            // What a trigger makes of a row, nobody looks at.
            let is_view = |table: &str| now.replay.as_ref().unwrap().known.views.contains_key(table);
            if sql.starts_with("INSERT")
                && ["parents", "children"].iter().any(|table| sql.contains(table) && is_view(table))
            {
                continue;
            }
            compatible += 1;
            let after = run(&new, sql, &values)
                .unwrap_or_else(|error| panic!("{migration}\n{sql} {values:?}: {error}"));
            // A value of any class may have come to a column that keeps all.
            if is_as_recorded(&recorded, &before) {
                assert!(is_as_recorded(&recorded, &after), "{migration}\n{sql} {values:?}: {after:?}");
            }
        }
    }
    eprintln!("{compatible} compatible, {broken} broken");
    assert!(compatible > rounds && broken > rounds, "{compatible} {broken}");
}
