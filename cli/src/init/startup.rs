//! What the schema statements in a program's source do to a new database, to those of old releases, and to the newest.

use std::path::Path;

use onward_analysis::Analysis;
use onward_analysis::startup::{Effect, Start, start};
use onward_core::kind::Kind;
use onward_core::statement::statements;

use super::source::{Source, Spot};
use crate::folder::plural;
use crate::output;

/// A statement of the source that is about the schema.
struct Statement<'a> {
    spot: &'a Spot,
    sql: &'a str,
}

/// Tells what the source says, statement by statement.
///
/// # Errors
/// If SQLite cannot make a database in memory.
pub(super) fn tell(root: &Path, source: &Source, analysis: &Analysis) -> anyhow::Result<()> {
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
    for spot in &source.unread {
        output::line(format!("{}: puts its SQL together while it runs; look at it yourself", place(spot)));
    }
    if schema.is_empty() {
        return Ok(());
    }
    let program: Vec<&str> = schema.iter().map(|statement| statement.sql).collect();
    let config = &analysis.history.config;
    let history: String = analysis
        .history
        .migrations
        .iter()
        .map(|migration| analysis.history.files.get(migration.file).text.as_str())
        .collect::<Vec<_>>()
        .join("\n;\n");
    let newest = start(config, &history, &program)?;
    let fresh = start(config, "", &program)?;
    for (statement, effect) in schema.iter().zip(&newest.effects) {
        let state = match effect {
            Effect::Changed => "is not in the migrations: they have to do it, or it was never needed",
            Effect::Nothing | Effect::There => "is in the migrations",
            Effect::Refused(why) => &format!("fails on the newest schema: {why}"),
        };
        output::line(format!("{}: `{}` {state}", place(statement.spot), first_line(statement.sql)));
    }
    faults("a new database", &schema, &fresh, None);
    for &file in &analysis.history.legacy {
        let file = analysis.history.files.get(file);
        faults(&file.path, &schema, &start(config, &file.text, &program)?, Some(&fresh));
    }
    Ok(())
}

/// What the statements could not do on this database, and what it lacks in the end that a new one has.
fn faults(database: &str, schema: &[Statement<'_>], found: &Start, fresh: Option<&Start>) {
    for (statement, effect) in schema.iter().zip(&found.effects) {
        if let Effect::Refused(why) = effect {
            output::line(format!(
                "{}: `{}` fails on {database}: {why}",
                place(statement.spot),
                first_line(statement.sql)
            ));
        }
    }
    for difference in fresh.map(|fresh| fresh.schema.compare(&found.schema)).unwrap_or_default() {
        output::line(format!("{database} stays behind a new database: {difference}"));
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
