//! The application's own statements, held against the schema at the end of the history.

use std::ops::Range;

use onward_core::kind::Kind;
use rusqlite::Connection;
use sqlite3_parser::Bump;

use super::instead;
use super::refused::{self, Refused, Text};
use super::{compare, parameter, strings, write};
use crate::analysis::Analysis;
use crate::checks::statement::sqlite_error;
use crate::folder::statement::{Statement, statements};
use crate::query::parameter::numbered;
use crate::query::syntax::Parsed;
use crate::query::{Names, Prepared, Query};
use crate::replay::Replay;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// What is wrong with a text of the application's.
#[derive(Debug, Clone)]
pub enum Error {
    /// There is no statement in it.
    Empty,
    /// There is more than one; these are the bytes from the second on.
    Several(Range<usize>),
    /// SQLite refuses it.
    Refused(Refused),
    /// The migrations could not be replayed, so there is no schema to hold it against.
    NoSchema,
}

impl Analysis {
    /// Checks one statement and says what goes in and what comes out.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn query(&self, source: Text<'_>) -> std::result::Result<Query, Error> {
        let replay = self.replay.as_ref().ok_or(Error::NoSchema)?;
        let text = source.text;
        let statements = statements(text);
        let Statement { range, kind, .. } = match &statements[..] {
            [] => return Err(Error::Empty),
            [statement] => statement,
            [_, second, ..] => return Err(Error::Several(second.range.start..text.trim_end().len())),
        };
        let sql = &text[range.clone()];
        self.without_nul(source)?;
        let config = &self.history.config;
        self.at_end(replay, kind, |sandbox| {
            let conn = sandbox.conn();
            let text = instead::text(config, kind, sql);
            let prepared = Prepared::read(&text, |text| strings::prepare(sandbox, text, Names::of));
            let prepared = prepared
                .map_err(|refusal| Error::Refused(self.refused(replay, conn, source, sql, refusal)))?;
            self.without_newer(source, sql, range.start)?;
            let numbered = numbered(&prepared.sql, &prepared.parameters);
            let (bump, plain) = (Bump::new(), prepared.sql.clone());
            let parsed = Parsed::new(&bump, numbered.as_deref().unwrap_or(&plain));
            self.sound(replay, sandbox, source, sql, &parsed)?;
            let takes = numbered.as_ref().map(|_| parameter::takes(self, replay, &parsed));
            let query =
                Query { takes: takes.unwrap_or_default(), ..prepared.query(replay.known(config), &parsed) };
            Ok(if *text == *sql { query } else { Query { sql: sql.to_owned(), ..query } })
        })?
    }

    /// Checks every statement of a text, each against the schema at the end of the history; what follows one that
    /// changes the schema is not looked at.
    ///
    /// # Errors
    /// What is wrong with the first that is.
    pub fn check(&self, source: Text<'_>) -> std::result::Result<(), Error> {
        let replay = self.replay.as_ref().ok_or(Error::NoSchema)?;
        let text = source.text;
        let statements = statements(text);
        if statements.is_empty() {
            return Err(Error::Empty);
        }
        self.without_nul(source)?;
        let leaves_schema = |statement: &&Statement| !statement.kind.changes_schema();
        let changing = statements.iter().position(|statement| !leaves_schema(&statement));
        let checked = &statements[..changing.map_or(statements.len(), |index| index + 1)];
        let config = &self.history.config;
        for statement in checked {
            let sql = &text[statement.range.clone()];
            self.at_end(replay, &statement.kind, |sandbox| {
                let text = instead::text(config, &statement.kind, sql);
                let prepared = strings::prepare(sandbox, &text, |_| ());
                let refused =
                    |refusal| Error::Refused(self.refused(replay, sandbox.conn(), source, sql, refusal));
                prepared.map_err(refused)?;
                let bump = Bump::new();
                self.sound(replay, sandbox, source, sql, &Parsed::new(&bump, sql))
            })??;
            self.without_newer(source, sql, statement.range.start)?;
        }
        Ok(())
    }

    /// Calls with the database at the end of the history, or with an empty one that a statement of this kind may change; one that
    /// was kept and cannot be had is made again.
    fn at_end<T>(
        &self,
        replay: &Replay,
        kind: &Kind,
        call: impl Fn(&Sandbox) -> T,
    ) -> std::result::Result<T, Error> {
        let config = &self.history.config;
        if instead::is_setting(kind) {
            return Sandbox::aside(config).map(|aside| call(&aside)).map_err(|_| Error::NoSchema);
        }
        if let Some(called) = replay.with_sandbox(config, &call) {
            return Ok(called);
        }
        let replay = crate::replay::replay(&self.history, replay.from);
        replay.ok().and_then(|replay| replay.with_sandbox(config, &call)).ok_or(Error::NoSchema)
    }

    /// A statement that begins at this byte runs on the oldest SQLite that onward.toml names.
    fn without_newer(&self, source: Text<'_>, sql: &str, start: usize) -> std::result::Result<(), Error> {
        match refused::newer(&self.history, source, sql, start) {
            Some(refused) => Err(Error::Refused(refused)),
            None => Ok(()),
        }
    }

    /// What a statement writes it can write, and what it asks for can be.
    fn sound(
        &self,
        replay: &Replay,
        sandbox: &Sandbox,
        source: Text<'_>,
        sql: &str,
        parsed: &Parsed<'_>,
    ) -> std::result::Result<(), Error> {
        let fault = write::fault(self, replay, sandbox, source, sql, parsed);
        match fault.or_else(|| compare::fault(self, source, sql, parsed)) {
            Some(refused) => Err(Error::Refused(refused)),
            None => Ok(()),
        }
    }

    fn without_nul(&self, source: Text<'_>) -> std::result::Result<(), Error> {
        match source.text.find('\0') {
            Some(at) => Err(Error::Refused(refused::nul(&self.history, source, at))),
            None => Ok(()),
        }
    }

    fn refused(
        &self,
        replay: &Replay,
        conn: &Connection,
        source: Text<'_>,
        sql: &str,
        refusal: Refusal,
    ) -> Refused {
        let missing = self.moment().and_then(|_| missing(&refusal.cause));
        let Refused { diagnostic, files } =
            refused::explain(&self.history, replay, conn, source, sql, refusal);
        let diagnostic = match missing {
            Some((name, is_column)) => self.missing_then(*diagnostic, sql, &name, is_column),
            None => *diagnostic,
        };
        let mut diagnostic = self.then(diagnostic);
        if self.moment().is_some() && diagnostic.rule.code == sqlite_error::RULE.code {
            diagnostic.label = "refused against this schema".to_owned();
        }
        Refused { diagnostic: Box::new(diagnostic), files }
    }
}

/// What is not there, and whether it is a column.
fn missing(cause: &Cause) -> Option<(String, bool)> {
    match cause {
        Cause::NoColumn { name, .. } => Some((name.clone(), true)),
        Cause::NoTable(name) => Some((name.clone(), false)),
        _ => None,
    }
}
