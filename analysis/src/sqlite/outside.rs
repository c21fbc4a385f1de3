//! The tables outside of the migrated database, temporary and attached ones, that statements of the application may name.

use onward_core::name::Ident;
use onward_schema::{Schema, Table};

use super::sandbox::Sandbox;
use crate::config::Config;

/// A schema with the tables outside of it that statements of the application may name, each under its whole name.
pub(crate) fn with_outside(config: &Config, mut schema: Schema) -> rusqlite::Result<Schema> {
    let alone = Config { external: Vec::new(), ..config.clone() };
    for table in &config.external {
        let Some(outside) = table.outside() else { continue };
        let sandbox = Sandbox::open(&alone)?;
        sandbox.run(&table.alone(), false)?;
        let found = Schema::read(sandbox.conn())?.tables.into_values();
        let named = |found: Table| (whole(outside, &found.name), Table { name: table.whole(), ..found });
        schema.tables.extend(found.map(named));
    }
    Ok(schema)
}

/// The same with the temporary tables that a migration has left for its hook.
pub(crate) fn with_temporary(config: &Config, left: &Sandbox, mut known: Schema) -> rusqlite::Result<Schema> {
    let alone = Config { external: Vec::new(), ..config.clone() };
    let sql = "SELECT sql FROM sqlite_temp_schema WHERE type = 'table' AND rootpage > 0 AND sql IS NOT NULL";
    let mut texts = left.conn().prepare(sql)?;
    for text in texts.query_map([], |row| row.get::<_, String>(0))? {
        // SQLite keeps the text without its TEMP.
        let sandbox = Sandbox::open(&alone)?;
        sandbox.run(&text?, false)?;
        let found = Schema::read(sandbox.conn())?.tables.into_values();
        known.tables.extend(found.map(|found| (whole("temp", &found.name), found)));
    }
    Ok(known)
}

fn whole(schema: &str, table: &str) -> String {
    format!("{schema}.{table}").to_ascii_lowercase()
}

/// Under which name a schema of [`with_outside`] has the table that a statement means: without a schema temporary tables
/// come first, and attached ones last.
pub(crate) fn meant(known: &Schema, schema: Option<&str>, table: &str) -> String {
    let outside = |schema: &str| Some(whole(schema, table)).filter(|name| known.tables.contains_key(name));
    let plain = || table.to_owned();
    match schema {
        Some(schema) if Ident(schema) == "main" => plain(),
        Some(schema) => whole(schema, table),
        None if outside("temp").is_some() => whole("temp", table),
        None if known.table(table).is_some() || known.views.contains_key(&table.to_ascii_lowercase()) => {
            plain()
        }
        None => {
            let end = format!(".{}", table.to_ascii_lowercase());
            known.tables.keys().find(|name| name.ends_with(&end)).cloned().unwrap_or_else(plain)
        }
    }
}
