//! Strings in double quotes where SQLite does not look when it takes the statement: in views, in triggers, and in what
//! an ADD COLUMN computes or checks.

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::name::quoted;
use onward_core::token::{Kind as TokenKind, significant};
use rusqlite::{Error, Result};

use super::fault::{DOUBLE_QUOTED_STRING, Fault};
use super::step::Step;
use super::{origin, unresolved};
use crate::config::Level;
use crate::folder::history::{At, History};
use crate::folder::statement::Statement;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

impl History {
    /// Whether double quotes may be strings in a statement: a directive says so, or a level lets it pass. It is run that
    /// way then, in the replay and at run time alike.
    pub(crate) fn reads_strings(&self, statement: &Statement) -> bool {
        statement.allows(DOUBLE_QUOTED_STRING) || self.passes_strings()
    }

    /// Whether `onward.toml` lets strings in double quotes pass everywhere.
    pub(super) fn passes_strings(&self) -> bool {
        matches!(self.config.levels.get(DOUBLE_QUOTED_STRING), Some(Level::Allow | Level::Warn))
    }
}

/// What a statement that passes by its level would be refused for.
pub(super) fn passed(history: &History, at: At, sandbox: &Sandbox) -> Option<Fault> {
    let error = sandbox.prepare(history.sql(at), false).err()?;
    let refusal = Refusal::from(error);
    let Cause::NoColumn { name, quoted: true } = &refusal.cause else { return None };
    // An index whose column comes later is another fault, which no level of this one may hide.
    let is_index = matches!(history.statement(at).kind, Kind::Create { object: ObjectKind::Index, .. });
    let brings = |later: At| match &history.statement(later).kind {
        Kind::Alter { change: Some(Change::Add(to) | Change::Rename(_, to)), .. } => to.is(name),
        _ => false,
    };
    if is_index && history.statements().any(|later| later > at && brings(later)) {
        return None;
    }
    let near = origin::near(sandbox.conn(), history.sql(at), &refusal.cause);
    Some(Fault { at, refusal, near, mended: None, since: None })
}

/// Looks at what a migration has left.
pub(super) fn find(history: &History, steps: &[Step], sandbox: &Sandbox) -> Result<Vec<Fault>> {
    let mut found = Vec::new();
    for &Step { at, .. } in steps {
        let sql = history.sql(at);
        // Most statements have no such quote at all.
        if !sql.contains('"') || !significant(sql).any(|token| token.kind == TokenKind::DoubleQuoted) {
            continue;
        }
        let Some(refusal) = refused(history, at, sandbox)?.map(Refusal::from) else { continue };
        let Cause::NoColumn { name, quoted: true } = &refusal.cause else { continue };
        let is_here =
            significant(sql).any(|token| token.kind == TokenKind::DoubleQuoted && token.is_name(name));
        if is_here {
            let near = origin::near(sandbox.conn(), sql, &refusal.cause);
            found.push(Fault {
                at,
                refusal: Refusal { offset: None, ..refusal },
                near,
                mended: None,
                since: None,
            });
        }
    }
    Ok(found)
}

/// What SQLite says once it does look.
fn refused(history: &History, at: At, sandbox: &Sandbox) -> Result<Option<Error>> {
    Ok(match &history.statement(at).kind {
        Kind::Create { object: ObjectKind::View, name, temporary: false, .. } => {
            sandbox.prepare(&format!("SELECT * FROM main.{}", quoted(&name.text)), false).err()
        }
        Kind::Create { object: ObjectKind::Trigger, name, temporary: false, .. } => {
            trigger(sandbox, &name.text)?
        }
        Kind::Alter { table, change: Some(Change::Add(_)) } => {
            // SQLite reads the table's new text as one of old, in which such strings are strings.
            let text = sandbox.text(&table.text, false)?;
            let alone = Sandbox::open(&history.config)?;
            text.and_then(|text| alone.run(&text, false).err())
        }
        _ => None,
    })
}

/// Prepares what sets a trigger off, with the other triggers of its table out of the way.
fn trigger(sandbox: &Sandbox, name: &str) -> Result<Option<Error>> {
    let conn = sandbox.conn();
    let Some(probe) = unresolved::probe(sandbox, name)? else { return Ok(None) };
    if sandbox.prepare(&probe, false).is_ok() {
        return Ok(None);
    }
    let sql = "SELECT other.name FROM main.sqlite_schema AS this JOIN main.sqlite_schema AS other
               ON other.tbl_name = this.tbl_name AND other.name <> this.name AND other.type = 'trigger'
               WHERE this.type = 'trigger' AND this.name = ?1 COLLATE NOCASE";
    let others: Vec<String> =
        conn.prepare(sql)?.query_map([name], |row| row.get(0))?.collect::<Result<_>>()?;
    conn.execute_batch("SAVEPOINT alone")?;
    let dropped =
        others.iter().try_for_each(|other| sandbox.run(&format!("DROP TRIGGER {}", quoted(other)), false));
    let error = sandbox.prepare(&probe, false).err();
    conn.execute_batch("ROLLBACK TO alone; RELEASE alone")?;
    dropped.map(|()| error)
}
