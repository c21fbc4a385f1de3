//! An engine that is a SQLite in memory, and loses answers.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use onward::rusqlite::backup::Backup;
use onward::rusqlite::types::Value as Own;
use onward::rusqlite::{self, Connection, params_from_iter};
use onward::{Migrations, migrations};
use onward_batch::{Engine, Failure, Patience, Row, Statement, Target, Value, Watch};

pub(crate) static JOBS: Migrations = migrations!("../../migrations");

pub(crate) const PATIENCE: Patience = Patience { timeout: Duration::from_secs(60) };

/// What becomes of a request to write.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fate {
    Answered,
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// It is done, and what stands in between says that it is not.
    #[allow(dead_code, reason = "one of the two tests has it")]
    Denied,
    /// Nobody gets it.
    Lost,
    /// Another program is faster.
    Overtaken,
}

pub(crate) struct Memory {
    pub(crate) conn: RefCell<Connection>,
    pub(crate) fates: RefCell<Vec<Fate>>,
    pub(crate) writes: Cell<usize>,
}

impl Memory {
    pub(crate) fn new(fates: &[Fate]) -> Memory {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        let fates = fates.iter().rev().copied().collect();
        Memory { conn: conn.into(), fates: RefCell::new(fates), writes: Cell::new(0) }
    }

    pub(crate) fn rows(&self) -> (i64, i64) {
        let conn = self.conn.borrow();
        let sql = "SELECT count(*), count(DISTINCT run) FROM onward_migrations";
        conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    fn run(&self, statements: &[Statement]) -> Result<(), Failure> {
        let mut conn = self.conn.borrow_mut();
        let tx = conn.transaction().unwrap();
        for (statement, Statement { sql, parameters }) in statements.iter().enumerate() {
            let mut prepared = match tx.prepare(sql) {
                Ok(prepared) => prepared,
                Err(error) => return Err(Failure::Refused { statement, message: error.to_string() }),
            };
            let ran = prepared.query(params_from_iter(parameters)).and_then(|mut rows| {
                while rows.next()?.is_some() {}
                Ok(())
            });
            ran.map_err(|error| Failure::Refused { statement, message: error.to_string() })?;
        }
        tx.commit().unwrap();
        Ok(())
    }
}

impl Engine for Memory {
    const NAME: &'static str = "memory";
    const TARGET: Option<Target> = None;
    const SWITCHES_FOREIGN_KEYS: bool = false;

    fn write(&self, statements: &[Statement]) -> Result<(), Failure> {
        self.writes.set(self.writes.get() + 1);
        let fate = self.fates.borrow_mut().pop().unwrap_or(Fate::Answered);
        let lost = || Failure::InDoubt { message: "no answer".to_owned() };
        match fate {
            Fate::Answered => self.run(statements),
            Fate::AnswerLost => {
                let _ = self.run(statements);
                Err(lost())
            }
            Fate::Denied => {
                let _ = self.run(statements);
                Err(Failure::Denied { message: "404".to_owned() })
            }
            Fate::Lost => Err(lost()),
            Fate::Overtaken => {
                let other = Memory {
                    conn: self.conn.replace(Connection::open_in_memory().unwrap()).into(),
                    ..Memory::new(&[])
                };
                onward_batch::apply(&other, &JOBS, PATIENCE, &Watch::default()).unwrap();
                self.conn.replace(other.conn.into_inner());
                self.run(statements)
            }
        }
    }

    fn read(&self, queries: &[Statement]) -> Result<Vec<Vec<Row>>, Failure> {
        let conn = self.conn.borrow();
        let value = |value: Own| match value {
            Own::Null => Value::Null,
            Own::Integer(number) => Value::Integer(number),
            Own::Text(text) => Value::Text(text),
            other => panic!("{other:?}"),
        };
        let read = |Statement { sql, parameters }: &Statement| {
            let mut query = conn.prepare(sql)?;
            let columns = query.column_count();
            let row =
                |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column).map(value)).collect();
            query.query_map(params_from_iter(parameters), row)?.collect::<rusqlite::Result<Vec<Row>>>()
        };
        let answers = queries.iter().enumerate().map(|(statement, query)| {
            read(query).map_err(|error| Failure::Refused { statement, message: error.to_string() })
        });
        answers.collect()
    }

    fn copy(&self, into: &mut Connection, _: Duration) -> Result<(), Failure> {
        let failed = |error: rusqlite::Error| Failure::Local { message: error.to_string() };
        let conn = self.conn.borrow();
        let backup = Backup::new(&conn, into).map_err(failed)?;
        backup.run_to_completion(100, Duration::ZERO, None).map_err(failed)
    }
}
