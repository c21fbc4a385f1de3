//! Histories of migrations as an application grows them, the same at every run, in the layout that each contender wants.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use onward_analysis::Proof;
use onward_analysis::folder::lock;
use onward_analysis::folder::locked;

use crate::place::Place;

/// The sizes that are measured.
pub(crate) const SIZES: [usize; 3] = [10, 100, 1000];

/// One migration.
pub(crate) struct Migration {
    /// From one on.
    pub(crate) version: usize,
    pub(crate) name: String,
    pub(crate) sql: String,
}

/// The first so many migrations. A longer history begins with the shorter one.
///
/// Ten make a topic: tables, indexes, columns added later, seeds, a view and a trigger. Nothing in them depends on the
/// time or on chance, so that a snapshot of the outcome is possible.
pub(crate) fn history(count: usize) -> Vec<Migration> {
    (1..=count).map(migration).collect()
}

/// The same, with a rebuild of a table in the place of every tenth migration.
pub(crate) fn rebuilds(count: usize) -> Vec<Migration> {
    (1..=count).map(|version| if version % 10 == 0 { rebuild(version) } else { migration(version) }).collect()
}

/// Makes the second table of the topic again, whose notes are NOT NULL from then on. The view of it has to go meanwhile.
fn rebuild(version: usize) -> Migration {
    let owner = table((version - 1) / 10);
    let table = format!("{owner}_items");
    let view = view(&owner);
    let sql = format!(
        "DROP VIEW open_{owner};\nCREATE TABLE new_{table} (\n    id INTEGER PRIMARY KEY,\n    owner_id INTEGER NOT NULL REFERENCES {owner}(id) ON DELETE \
         CASCADE,\n    label TEXT NOT NULL,\n    quantity INTEGER NOT NULL DEFAULT 1,\n    note TEXT NOT NULL DEFAULT ''\n);\n\
         INSERT INTO new_{table}(id, owner_id, label, quantity, note)\nSELECT id, owner_id, label, quantity, coalesce(note, '') FROM \
         {table};\nDROP TABLE {table};\nALTER TABLE new_{table} RENAME TO {table};\nCREATE INDEX {table}_by_owner ON \
         {table}(owner_id);\n{view}"
    );
    Migration { version, name: format!("rebuild_{table}"), sql }
}

fn migration(version: usize) -> Migration {
    let topic = (version - 1) / 10;
    let (noun, table) = (NOUNS[topic % NOUNS.len()], table(topic));
    let (name, sql) = match (version - 1) % 10 {
        0 => {
            let parent = match topic {
                0 => String::new(),
                _ => {
                    let parent = self::table(topic - 1);
                    format!("\n    {parent}_id INTEGER REFERENCES {parent}(id) ON DELETE SET NULL,")
                }
            };
            let sql = format!(
                "-- What the application knows of its {noun}.\nCREATE TABLE {table} (\n    id INTEGER PRIMARY KEY,{parent}\n    \
                 name TEXT NOT NULL,\n    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'done')),\n    \
                 amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0),\n    created_at TEXT NOT NULL DEFAULT '',\n    \
                 updated_at TEXT\n);\n"
            );
            (format!("create_{table}"), sql)
        }
        1 => (
            format!("index_{table}_by_state"),
            format!("CREATE INDEX {table}_by_state ON {table}(state, created_at);\n"),
        ),
        2 => {
            let mut sql = format!("INSERT INTO {table}(name, state, amount, created_at) VALUES\n");
            for row in 1..=8 {
                let state = ["new", "open", "done"][row % 3];
                let end = if row == 8 { ';' } else { ',' };
                let _ = writeln!(
                    sql,
                    "    ('{noun} {row}', '{state}', {}, '2024-01-0{row}T00:00:00Z'){end}",
                    row * 10
                );
            }
            (format!("seed_{table}"), sql)
        }
        3 => (
            format!("add_priority_to_{table}"),
            format!("ALTER TABLE {table} ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;\n"),
        ),
        4 => {
            let sql = format!(
                "CREATE TABLE {table}_items (\n    id INTEGER PRIMARY KEY,\n    owner_id INTEGER NOT NULL REFERENCES \
                 {table}(id) ON DELETE CASCADE,\n    label TEXT NOT NULL,\n    quantity INTEGER NOT NULL DEFAULT 1,\n    \
                 note TEXT\n);\nCREATE INDEX {table}_items_by_owner ON {table}_items(owner_id);\n"
            );
            (format!("create_{table}_items"), sql)
        }
        5 => (
            format!("seed_{table}_items"),
            format!(
                "INSERT INTO {table}_items(owner_id, label, quantity)\nSELECT id, name || ' item', amount FROM {table} \
                 WHERE state <> 'done';\n"
            ),
        ),
        6 => {
            let sql = format!("-- Open work, for the overview.\n{}", view(&table));
            (format!("view_open_{table}"), sql)
        }
        7 => {
            let sql = format!(
                "CREATE TRIGGER {table}_touched AFTER UPDATE OF state ON {table} BEGIN\n    UPDATE {table} SET updated_at = \
                 new.created_at WHERE id = new.id;\nEND;\n"
            );
            (format!("trigger_{table}_touched"), sql)
        }
        8 => {
            let sql = format!(
                "ALTER TABLE {table} ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;\nUPDATE {table} SET archived = 1 WHERE \
                 state = 'done';\n"
            );
            (format!("archive_{table}"), sql)
        }
        _ => (
            format!("index_{table}_archived"),
            format!("CREATE INDEX {table}_archived ON {table}(archived, priority) WHERE archived = 0;\n"),
        ),
    };
    Migration { version, name, sql }
}

fn view(table: &str) -> String {
    format!(
        "CREATE VIEW open_{table} AS\nSELECT t.id, t.name, t.priority, count(i.id) AS items\nFROM {table} AS t LEFT JOIN \
         {table}_items AS i ON i.owner_id = t.id\nWHERE t.state <> 'done'\nGROUP BY t.id;\n"
    )
}

/// The table of a topic. Twenty nouns serve for any number of them.
pub(crate) fn table(topic: usize) -> String {
    let noun = NOUNS[topic % NOUNS.len()];
    match topic / NOUNS.len() {
        0 => noun.to_owned(),
        again => format!("{noun}_{again}"),
    }
}

const NOUNS: [&str; 20] = [
    "customers",
    "addresses",
    "products",
    "prices",
    "orders",
    "invoices",
    "payments",
    "refunds",
    "carriers",
    "parcels",
    "returns",
    "vouchers",
    "reviews",
    "tickets",
    "agents",
    "messages",
    "campaigns",
    "segments",
    "reports",
    "exports",
];

/// How a contender wants its files.
#[derive(Clone, Copy)]
pub(crate) enum Layout {
    /// `0001_name.sql`
    Plain,
    /// `V1__name.sql`
    Refinery,
    /// `0001_name/up.sql`
    Diesel,
}

/// Writes files that are not there yet, or are others; a build looks at what changed.
pub(crate) fn write(dir: &Path, layout: Layout, list: &[Migration]) -> Result<()> {
    for Migration { version, name, sql } in list {
        let path = match layout {
            Layout::Plain => dir.join(format!("{version:04}_{name}.sql")),
            Layout::Refinery => dir.join(format!("V{version}__{name}.sql")),
            Layout::Diesel => dir.join(format!("{version:04}_{name}")).join("up.sql"),
        };
        put(&path, sql)?;
    }
    Ok(())
}

/// Writes a file unless it is there with this text.
pub(crate) fn put(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).with_context(|| format!("make {}", dir.display()))?;
    }
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

/// Writes the histories that the contenders embed.
pub(crate) fn write_all(place: &Place) -> Result<()> {
    for size in SIZES {
        let (dir, list) = (place.history(size), history(size));
        for (name, layout) in
            [("plain", Layout::Plain), ("refinery", Layout::Refinery), ("diesel", Layout::Diesel)]
        {
            write(&dir.join(name), layout, &list)?;
        }
        lists(&dir, &list)?;
    }
    Ok(())
}

/// For who has no macro: the list in Rust.
fn lists(dir: &Path, list: &[Migration]) -> Result<()> {
    let (mut texts, mut migrations) = ("[\n".to_owned(), "[\n".to_owned());
    for Migration { version, name, .. } in list {
        let text = format!("include_str!(\"plain/{version:04}_{name}.sql\")");
        let _ = writeln!(texts, "    {text},");
        let _ = writeln!(migrations, "    M::up({text}),");
    }
    put(&dir.join("texts.rs"), &(texts + "]\n"))?;
    put(&dir.join("rusqlite_migration.rs"), &(migrations + "]\n"))
}

/// Writes a history for a build: what another folder has, locked, and so many new migrations.
pub(crate) fn write_locked(dir: &Path, released: &Path, locked: usize, new: usize) -> Result<()> {
    let plain = dir.join("plain");
    put(&plain.join(lock::FILE_NAME), &lock_of(&released.join("plain"))?)?;
    write(&plain, Layout::Plain, &history(locked + new))
}

/// The lock of a generated history. Several measures want it, and to make it the history is proven.
fn lock_of(plain: &Path) -> Result<String> {
    static MADE: Mutex<BTreeMap<PathBuf, String>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = made.get(plain) {
        return Ok(text.clone());
    }
    let analysis = onward_analysis::analyze(plain, Proof::Whole);
    ensure!(analysis.diagnostics.is_empty(), "the generated history has faults");
    let text = locked::text(&analysis.history);
    made.insert(plain.to_owned(), text.clone());
    Ok(text)
}
