use std::fmt::Write as _;

use anyhow::Result;

use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::{self, Layout};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

const NAMES: [Name; 2] = [Name::Raw, Name::Onward];
/// How many statements an application has.
const COUNTS: [usize; 2] = [0, 200];
const HISTORY: usize = 100;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "The processor's time as above, 100 migrations, by the number of statements: joins, INSERTs, UPDATEs and counts in equal \
                 parts. onward proves each, in `query!`; the limit prepares the same ones with rusqlite, into structs of its own.";
    let mut measured = Measure::Statements.measured(Unit::Nanoseconds, about);
    let history = run.place.history(HISTORY);
    history::write(&history.join("plain"), Layout::Plain, &history::history(HISTORY))?;
    let mut applications = Vec::new();
    for name in run.among(&NAMES) {
        for count in COUNTS {
            let application = Application::new(run.place, name, &format!("{count} statements"), &history)?;
            let text = module(name, count, &history.join("plain").display().to_string());
            application.add_module("statements", &text)?;
            application.cargo(&["check", "--quiet", "--locked"])?;
            applications.push((application, count.to_string()));
        }
    }
    let who: Vec<&(Application, String)> = applications.iter().collect();
    let mut samples = Samples::default();
    interleave(run.rounds(10, 1), run.patience(60), &who, |(application, case)| {
        samples.add(application.name, case, [application.check_touched(3)?]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    let (onward, raw) = (Name::Onward.label(), Name::Raw.label());
    let what = "`cargo check`, 200 statements, against the same with rusqlite alone".to_owned();
    measured.promise(what, (onward, "200"), (raw, "200"), 3.0);
    Ok(measured)
}

/// A function for each statement.
fn module(name: Name, count: usize, migrations: &str) -> String {
    let connection = if name == Name::Onward { "onward::rusqlite" } else { "rusqlite" };
    let mut text = format!("#[allow(unused_imports)]\nuse {connection}::{{Connection, Result}};\n");
    for index in 0..count {
        let table = history::table(index / 4 % (HISTORY / 10));
        let body = match name {
            Name::Onward => proven(index, &table, migrations),
            _ => prepared(index, &table),
        };
        let _ = write!(
            text,
            "\npub fn f{index}(conn: &Connection, id: i64, name: &str) -> Result<()> {{\n{body}    Ok(())\n}}\n"
        );
    }
    text
}

/// No two of them are the same.
fn sql(index: usize, table: &str) -> String {
    match index % 4 {
        0 => format!(
            "SELECT t.id, t.name, t.updated_at, i.label, i.note FROM {table} AS t LEFT JOIN {table}_items AS i ON i.owner_id = t.id \
             WHERE t.id = :id AND t.name <> :name AND t.amount > {index}"
        ),
        1 => format!("INSERT INTO {table}(name, amount, priority) VALUES (:name, :id, {index})"),
        2 => format!("UPDATE {table} SET state = 'done', amount = {index} WHERE id = :id AND name = :name"),
        _ => format!("SELECT count(*) FROM {table} WHERE name = :name AND amount > :id + {index}"),
    }
}

fn proven(index: usize, table: &str, migrations: &str) -> String {
    let sql = sql(index, table);
    let query = |name: &str| format!("onward::{name}!(migrations = \"{migrations}\", \"{sql}\")");
    match index % 4 {
        0 => format!(
            "    for row in {}.all(conn)? {{\n        println!(\"{{}} {{}} {{:?}} {{:?}} {{:?}}\", row.id, row.name, row.updated_at, row.label, row.note);\n    }}\n",
            query("query")
        ),
        1 | 2 => format!("    {}.execute(conn)?;\n", query("query")),
        _ => format!("    println!(\"{{}}\", {}.one(conn)?);\n", query("query_scalar")),
    }
}

fn prepared(index: usize, table: &str) -> String {
    let sql = sql(index, table);
    let values = "rusqlite::named_params! { \":id\": id, \":name\": name }";
    match index % 4 {
        0 => format!(
            "    #[derive(Debug)]\n    struct Record {{\n        id: i64,\n        name: String,\n        updated_at: Option<String>,\n        \
             label: Option<String>,\n        note: Option<String>,\n    }}\n    let mut statement = conn.prepare_cached(\"{sql}\")?;\n    let \
             rows = statement.query_map({values}, |row| {{\n        Ok(Record {{\n            id: row.get(0)?,\n            name: \
             row.get(1)?,\n            updated_at: row.get(2)?,\n            label: row.get(3)?,\n            note: row.get(4)?,\n        \
             }})\n    }})?;\n    for row in rows {{\n        let row = row?;\n        println!(\"{{}} {{}} {{:?}} {{:?}} {{:?}}\", row.id, \
             row.name, row.updated_at, row.label, row.note);\n    }}\n"
        ),
        1 | 2 => format!("    conn.prepare_cached(\"{sql}\")?.execute({values})?;\n"),
        _ => format!(
            "    let count: i64 = conn.prepare_cached(\"{sql}\")?.query_row({values}, |row| row.get(0))?;\n    println!(\"{{count}}\");\n"
        ),
    }
}
