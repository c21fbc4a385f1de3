//! Views and triggers that cannot work at the end of the history. SQLite takes their bodies unseen when they are made.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::{Ident, quoted};
use onward_core::token::significant;
use onward_schema::Schema;
use rusqlite::Result;

use super::origin;
use super::step::Step;
use crate::folder::history::{At, History};
use crate::sqlite::engine::has_function;
use crate::sqlite::message::{Cause, Refusal};
use crate::sqlite::sandbox::Sandbox;

/// A view or trigger that SQLite refuses to read or to run.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) object: ObjectKind,
    pub(crate) name: String,
    /// The statement that made it.
    pub(crate) made: At,
    pub(crate) cause: Cause,
    /// What SQLite says of it.
    pub(crate) says: String,
    /// The later statement since which it does not work; `None` if it never has.
    pub(crate) since: Option<At>,
    /// A statement that shows it, if it is prepared.
    probe: String,
}

impl Broken {
    /// Whether it is a function or a collation that SQLite does not have: the application may register it.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.cause.unregistered().is_some()
    }
}

/// Finds them, but for modules that are not known: these may be the application's.
pub(super) fn find(
    history: &History,
    ran: &[Step],
    sandbox: &Sandbox,
    schema: &Schema,
) -> Result<Vec<Broken>> {
    let mut broken = Vec::new();
    for view in schema.views.values() {
        let probe = format!("SELECT * FROM {}", quoted(&view.name));
        broken.extend(look(history, sandbox, ObjectKind::View, &view.name, probe));
    }
    // What only reads a broken view is not broken itself.
    let names: Vec<String> = broken.iter().map(|found: &Broken| found.name.clone()).collect();
    broken.retain(|found| {
        // In a circle each reads the other.
        found.says.ends_with("circularly defined")
            || !names.iter().any(|name| *name != found.name && !history.named(found.made, name).is_empty())
    });
    for trigger in schema.triggers.values() {
        let columns = schema.table(&trigger.table).map(|table| {
            let columns = table.columns.iter().filter(|column| column.generated.is_none());
            columns.map(|column| column.name.clone()).collect::<Vec<_>>()
        });
        let columns = columns.unwrap_or_default();
        let Some(probe) = probe(&trigger.definition, &trigger.table, &columns) else { continue };
        if sandbox.prepare(&probe, true).is_err() {
            // Another trigger of the table may be the one: without the others it shows.
            sandbox.conn().execute_batch("SAVEPOINT alone")?;
            let others = schema.triggers.values().filter(|other| other.name != trigger.name);
            for other in others.filter(|other| Ident(&other.table) == trigger.table) {
                sandbox.run(&format!("DROP TRIGGER {}", quoted(&other.name)), false)?;
            }
            broken.extend(look(history, sandbox, ObjectKind::Trigger, &trigger.name, probe));
            sandbox.conn().execute_batch("ROLLBACK TO alone; RELEASE alone")?;
        }
    }
    if !broken.iter().all(Broken::is_unnamed) {
        since(history, ran, &mut broken)?;
    }
    Ok(broken)
}

/// How SQLite begins what is not the body's fault, or is told as something else.
const ELSEWHERE: [&str; 3] = ["no such module", "unsafe use of", "not authorized"];

fn look(
    history: &History,
    sandbox: &Sandbox,
    object: ObjectKind,
    name: &str,
    probe: String,
) -> Option<Broken> {
    let Refusal { cause, message: says, .. } = Refusal::from(sandbox.prepare(&probe, true).err()?);
    let makes = |at: &At| match &history.statement(*at).kind {
        Kind::Create { object: made, name: found, .. } => *made == object && found.is(name),
        _ => false,
    };
    let made = history.statements().filter(makes).last()?;
    let is_known = match &cause {
        // What stands in for a function of the application is there for its own statements alone.
        Cause::NoTable(name) => !history.config.is_called(name),
        // A server has some of its own.
        Cause::NoFunction(name) => {
            let target = history.config.engine.target.as_ref();
            target.is_none_or(|(target, _)| !has_function(*target, &name.to_ascii_lowercase()))
        }
        Cause::NoColumn { .. } | Cause::NoCollation(_) => true,
        // Which indexes a table of others has, onward.toml does not say.
        Cause::NoObject(ObjectKind::Index, _) => {
            let mut others = history.config.external.iter();
            !others.any(|external| !history.named(made, &external.name).is_empty())
        }
        Cause::Other => !ELSEWHERE.iter().any(|start| says.starts_with(start)),
        _ => false,
    };
    if !is_known {
        return None;
    }
    Some(Broken { object, name: name.to_owned(), made, cause, says, since: None, probe })
}

/// What sets a trigger of this text off: INSERT, UPDATE or DELETE.
pub(super) fn event(definition: &str) -> Option<String> {
    let is_event =
        |word: &&str| ["INSERT", "UPDATE", "DELETE"].iter().any(|event| word.eq_ignore_ascii_case(event));
    significant(definition).map(|token| token.text).find(is_event).map(str::to_ascii_uppercase)
}

/// A statement that sets a trigger of this text off; `columns` are the table's.
pub(super) fn probe(definition: &str, table: &str, columns: &[String]) -> Option<String> {
    let table = quoted(table);
    Some(match event(definition)?.as_str() {
        "INSERT" => format!("INSERT INTO {table} DEFAULT VALUES"),
        "DELETE" => format!("DELETE FROM {table}"),
        _ if columns.is_empty() => return None,
        _ => {
            let set: Vec<String> =
                columns.iter().map(|column| format!("{0} = {0}", quoted(column))).collect();
            format!("UPDATE {table} SET {}", set.join(", "))
        }
    })
}

/// Notes what broke each: the last statement after which it no longer worked though it had.
fn since(history: &History, ran: &[Step], broken: &mut [Broken]) -> Result<()> {
    let sandbox = Sandbox::open(&history.config)?;
    let mut worked = vec![false; broken.len()];
    origin::again(history, ran, &sandbox, |at, _| {
        for (found, worked) in broken.iter_mut().zip(&mut worked) {
            if at >= found.made {
                let works = sandbox.prepare(&found.probe, true).is_ok();
                if *worked && !works {
                    found.since = Some(at);
                }
                *worked = works;
            }
        }
        Ok(())
    })
}
