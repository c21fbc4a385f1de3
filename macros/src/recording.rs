//! What `cargo onward release` collects while it builds: every statement of the program.
//!
//! It is the one thing that a macro writes, and only into the folder that the command names.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;

use onward_analysis::folder::recorded::{self, By, Statement};
use onward_analysis::folder::statement::statements;
use onward_analysis::query::{Column, Null, Query};
use proc_macro2::Span;

use crate::schema::Schema;

/// What a file's name begins with that has places alone: of what runs in the middle of a history, or changes its schema.
const BESIDE: &str = "beside";

/// Records a statement that is checked.
///
/// # Errors
/// That it cannot be written.
pub(crate) fn query(schema: &Schema, written: &str, query: &Query, by: By, span: Span) -> syn::Result<()> {
    let Some(into) = into() else { return Ok(()) };
    let statement = Statement {
        sql: written.to_owned(),
        at: place(span),
        gives: query.columns.iter().map(column).collect(),
        takes: query.parameters.iter().map(|name| name.clone().unwrap_or_else(|| "?".to_owned())).collect(),
        by,
        range: 0..0,
    };
    match schema.analysis.is_earlier() {
        true => append(&into, BESIDE, &statement, span),
        false => append(&into, &recorded::collected(&schema.folder.dir), &statement, span),
    }
}

/// Records each statement of a text that is checked, up to one that changes the schema.
///
/// # Errors
/// That it cannot be written.
pub(crate) fn text(schema: &Schema, text: &str, by: By, span: Span) -> syn::Result<()> {
    let Some(into) = into() else { return Ok(()) };
    // That a build was here is known in any case.
    let (sql, at) = (text.to_owned(), place(span));
    append(
        &into,
        BESIDE,
        &Statement { sql, at, gives: Vec::new(), takes: Vec::new(), by, range: 0..0 },
        span,
    )?;
    for statement in statements(text).iter().take_while(|statement| !statement.kind.changes_schema()) {
        let sql = &text[statement.range.clone()];
        // What is wrong with it is told elsewhere.
        if let Ok(found) = schema.analysis.query(sql.into()) {
            query(schema, sql, &found, by, span)?;
        }
    }
    Ok(())
}

/// Where to write, if somebody asks.
fn into() -> Option<PathBuf> {
    env::var_os(recorded::VARIABLE).map(PathBuf::from)
}

/// A process for each crate, and in it one macro after the other.
fn append(into: &Path, name: &str, statement: &Statement, span: Span) -> syn::Result<()> {
    let line = recorded::line(statement) + "\n";
    let file =
        OpenOptions::new().create(true).append(true).open(into.join(format!("{name}-{}", process::id())));
    file.and_then(|mut file| file.write_all(line.as_bytes())).map_err(|error| {
        syn::Error::new(span, format!("cannot record this statement in {}: {error}", into.display()))
    })
}

fn place(span: Span) -> String {
    let span = span.unwrap();
    format!("{}:{}", span.file().replace('\\', "/"), span.line())
}

fn column(column: &Column) -> String {
    let null = match column.value.null {
        Null::Never => "",
        Null::Possible | Null::Unknown => "?",
    };
    format!("{} {}{null}", column.name, column.value.classes)
}
