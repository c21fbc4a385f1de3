//! What the schema statements in a program's source do to a new database, to those of old releases, and to the newest.

use std::path::Path;

use onward_analysis::Analysis;
use onward_analysis::config::Config;
use onward_analysis::startup::{Effect, Start, start};
use onward_core::kind::Kind;
use onward_core::statement::statements;

use super::files::New;
use super::source::{Source, Spot};
use crate::folder::plural;
use crate::output;

/// A statement of the source that is about the schema.
struct Statement<'a> {
    spot: &'a Spot,
    sql: &'a str,
}

/// What the source is held against.
pub(super) struct Known<'a> {
    config: &'a Config,
    /// The migrations, one behind the other.
    history: String,
    /// The schemas of old releases, each with the name of its file.
    legacy: Vec<(String, &'a str)>,
}

impl<'a> Known<'a> {
    /// What the folder has, and what would be written into it.
    pub(super) fn of(analysis: &'a Analysis, folder: &Path, written: &'a [New]) -> Known<'a> {
        let history = &analysis.history;
        // The way forward alone: a file may have the way back as well.
        let runs = history.statements().filter(|&at| history.statement(at).kind.runs());
        let migrations = runs.map(|at| history.sql(at));
        let legacy = history.legacy.iter().map(|file| history.files.get(*file));
        let legacy = legacy.map(|file| (file.path.clone(), &*file.text));
        let (new_legacy, new): (Vec<_>, Vec<_>) =
            written.iter().partition(|new| new.path.parent() != Some(folder));
        let new_legacy = new_legacy.into_iter().map(|new| {
            let name = new.path.strip_prefix(folder).unwrap_or(&new.path);
            (output::path(name), &*new.text)
        });
        Known {
            config: &history.config,
            history: migrations
                .chain(new.into_iter().map(|new| &*new.text))
                .collect::<Vec<_>>()
                .join("\n;\n"),
            legacy: legacy.chain(new_legacy).collect(),
        }
    }
}

/// Tells what the source says, statement by statement.
///
/// # Errors
/// If SQLite cannot make a database in memory.
pub(super) fn tell(root: &Path, source: &Source, known: &Known<'_>) -> anyhow::Result<()> {
    let all: Vec<Statement<'_>> = source.texts.iter().flat_map(|(spot, text)| split(spot, text)).collect();
    let (schema, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|statement| is_schema(statement.sql));
    output::line(format!(
        "{}: {} in {}, {} of them about the schema",
        output::path(root),
        plural(schema.len() + others.len(), "statement"),
        plural(source.files, "file"),
        schema.len()
    ));
    for (file, why) in &source.broken {
        output::line(format!("{file}: is no Rust that could be read: {why}"));
    }
    unread(source);
    if schema.is_empty() {
        return Ok(());
    }
    let program: Vec<&str> = schema.iter().map(|statement| statement.sql).collect();
    let newest = start(known.config, &known.history, &program)?;
    let fresh = start(known.config, "", &program)?;
    let mut done = 0;
    for (statement, effect) in schema.iter().zip(&newest.effects) {
        let state = match effect {
            Effect::Changed => "is not in the migrations: they have to do it, or it was never needed",
            Effect::Nothing | Effect::There => {
                done += 1;
                continue;
            }
            Effect::Refused(why) => &format!("fails on the newest schema: {why}"),
        };
        output::line(format!("{}: `{}` {state}", place(statement.spot), first_line(statement.sql)));
    }
    if done > 0 {
        output::line(format!("{done} of them are in the migrations, and can be deleted"));
    }
    let mut faults = Faults::default();
    faults.add("a new database", &schema, &fresh, None);
    for (file, text) in &known.legacy {
        faults.add(file, &schema, &start(known.config, text, &program)?, Some(&fresh));
    }
    faults.tell();
    Ok(())
}

/// Tells of SQL that is put together while the program runs, what is about the schema line by line.
fn unread(source: &Source) {
    let mut rows = 0;
    for (spot, beginning) in &source.unread {
        match beginning.as_deref() {
            Some(sql) if is_schema(sql) => output::line(format!(
                "{}: `{}` is put together while the program runs: the migrations have to do it",
                place(spot),
                first_line(sql)
            )),
            Some(sql) if Kind::of(sql) != Kind::Other => rows += 1,
            _ => output::line(format!(
                "{}: puts its SQL together while it runs; look at it yourself",
                place(spot)
            )),
        }
    }
    if rows > 0 {
        output::line(format!(
            "{} more put together while the program runs, none about the schema",
            plural(rows, "statement")
        ));
    }
}

/// What goes wrong on databases: a sentence that ends in the same words for several of them is said once.
#[derive(Default)]
struct Faults(Vec<(Fault, Vec<String>)>);

#[derive(PartialEq, Eq)]
enum Fault {
    /// A statement fails, with the place and the words of it, and why.
    Fails(String, String),
    /// In the end there is something that a new database does not lack.
    Lacks(String),
}

impl Faults {
    /// What the statements could not do on this database, and what it lacks in the end that a new one has.
    fn add(&mut self, database: &str, schema: &[Statement<'_>], found: &Start, fresh: Option<&Start>) {
        for (statement, effect) in schema.iter().zip(&found.effects) {
            if let Effect::Refused(why) = effect {
                let begin = format!("{}: `{}`", place(statement.spot), first_line(statement.sql));
                self.of(Fault::Fails(begin, why.clone()), database);
            }
        }
        for difference in fresh.map(|fresh| fresh.schema.compare(&found.schema)).unwrap_or_default() {
            self.of(Fault::Lacks(difference.to_string()), database);
        }
    }

    fn of(&mut self, fault: Fault, database: &str) {
        match self.0.iter_mut().find(|(known, _)| *known == fault) {
            Some((_, databases)) => databases.push(database.to_owned()),
            None => self.0.push((fault, vec![database.to_owned()])),
        }
    }

    fn tell(self) {
        for (fault, databases) in self.0 {
            let (stay, databases) =
                (if databases.len() > 1 { "stay" } else { "stays" }, databases.join(", "));
            output::line(match fault {
                Fault::Fails(begin, why) => format!("{begin} fails on {databases}: {why}"),
                Fault::Lacks(difference) => format!("{databases} {stay} behind a new database: {difference}"),
            });
        }
    }
}

fn split<'a>(spot: &'a Spot, text: &'a str) -> impl Iterator<Item = Statement<'a>> {
    statements(text).into_iter().map(move |statement| Statement { spot, sql: &text[statement.range] })
}

fn is_schema(sql: &str) -> bool {
    let kind = Kind::of(sql);
    kind.changes_schema() && !matches!(kind, Kind::Create { temporary: true, .. })
}

fn place(spot: &Spot) -> String {
    format!("{}:{}:{}", spot.file, spot.line, spot.column)
}

/// Enough to know it by.
fn first_line(sql: &str) -> String {
    const WIDTH: usize = 70;
    let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}
