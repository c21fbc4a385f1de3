//! The history and what was found in it, field by field.

use std::collections::BTreeMap;

use onward_core::batch::Target;
use onward_core::checksum::Checksum;
use onward_core::kind::{Change, Kind, Name, ObjectKind};

use crate::checks;
use crate::config::engine::Version;
use crate::config::external::{Columns, External};
use crate::config::types::Type;
use crate::config::{Config, Engine, Function, FunctionKind, Level, Plans, Releases};
use crate::diagnostic::{Diagnostic, Related, Rule, Severity};
use crate::file::{File, Place};
use crate::folder::compatible::Compatible;
use crate::folder::history::{At, History};
use crate::folder::layout::Layout;
use crate::folder::migration::Migration;
use crate::folder::order::{By, Order, Versions};
use crate::folder::statement::{Allow, Statement};
use crate::folder::tool::Tool;
use crate::folder::unseen::Unseen;
use crate::record::{Bytes, Record, record};

/// Of what could not be put in order nothing is kept, and where the folder is, whoever reads it knows.
impl Record for History {
    fn write(&self, to: &mut Vec<u8>) {
        let History {
            dir: _,
            files,
            layout,
            tool,
            order,
            versions,
            migrations,
            inputs,
            legacy,
            lock,
            recorded,
            compatible,
            releases,
            released,
            config,
            unseen: _,
        } = self;
        files.write(to);
        layout.write(to);
        tool.write(to);
        order.write(to);
        versions.write(to);
        migrations.write(to);
        inputs.write(to);
        legacy.write(to);
        lock.write(to);
        recorded.write(to);
        compatible.write(to);
        releases.write(to);
        released.write(to);
        config.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<History> {
        Some(History {
            dir: std::path::PathBuf::new(),
            files: Record::read(from)?,
            layout: Record::read(from)?,
            tool: Record::read(from)?,
            order: Record::read(from)?,
            versions: Record::read(from)?,
            migrations: Record::read(from)?,
            inputs: Record::read(from)?,
            legacy: Record::read(from)?,
            lock: Record::read(from)?,
            recorded: Record::read(from)?,
            compatible: Record::read(from)?,
            releases: Record::read(from)?,
            released: Record::read(from)?,
            config: Record::read(from)?,
            unseen: Unseen::default(),
        })
    }
}

record!(File { path, text, is_statement, lines });
record!(Place { file, range });
record!(Compatible { own, works_with });
record!(At { migration, statement });
record!(enum Layout { 0 => Plain, 1 => Prefixed, 2 => UpDown, 3 => Folders, 4 => FoldersMigration });
record!(enum Order { 0 => Tool, 1 => Number, 2 => Name });
record!(enum By { 0 => Number, 1 => NumberAndName, 2 => Parts, 3 => Text, 4 => Folder, 5 => File, 6 => List(names) });
record!(Migration {
    version,
    label,
    name,
    file,
    down,
    statements,
    down_statements,
    foreign_keys,
    hook,
    checksum,
    chain,
});
record!(Statement { range, kind, allows });
record!(Allow { code, written, reason, place });

record!(enum Kind {
    0 => Create { object, name, on, temporary, if_not_exists },
    1 => Alter { table, change },
    2 => Drop { object, name },
    3 => Transaction,
    4 => Rollback,
    5 => Outside,
    6 => Pragma(name),
    7 => Other,
});
record!(enum Change { 0 => Add(name), 1 => Drop(name), 2 => Rename(from_name, to_name), 3 => RenameTable(name) });
record!(enum ObjectKind { 0 => Table, 1 => Index, 2 => View, 3 => Trigger });
record!(Name { text, range, database });

record!(Config {
    functions,
    collations,
    external,
    levels,
    engine,
    ledger,
    types,
    primary_keys,
    plans,
    releases,
    by_number,
    by_name
});
record!(Type { declared, rust });
record!(Plans { level, small });
record!(Releases { keep });
record!(Function { name, arguments, deterministic, kind });
record!(enum FunctionKind { 0 => Scalar, 1 => Aggregate, 2 => Window });
record!(External { schema, name, sql, call, is_function, columns, place });
record!(enum Columns { 0 => Definitions(text), 1 => Names(names) });
record!(Engine { sqlite, target, foreign_keys });
record!(enum Target { 0 => Rqlite, 1 => Libsql });
record!(enum Level { 0 => Allow, 1 => Warn, 2 => Deny });

record!(Diagnostic { rule, severity, message, place, label, related, notes, help, released, in_words });
record!(Related { place, message });
record!(enum Severity { 0 => Error, 1 => Warning });

impl Record for Versions {
    fn write(&self, to: &mut Vec<u8>) {
        let Versions { by, tool } = self;
        by.write(to);
        (*tool).to_owned().write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Versions> {
        let by = Record::read(from)?;
        let tool = String::read(from)?;
        // A folder without migrations has no order, and no tool's.
        let tool = if tool.is_empty() { "" } else { Tool::named(&tool)?.name() };
        Some(Versions { by, tool })
    }
}

impl Record for Checksum {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Checksum> {
        Record::read(from).map(Checksum)
    }
}

impl Record for Version {
    fn write(&self, to: &mut Vec<u8>) {
        self.number().write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Version> {
        Record::read(from).map(Version::from_number)
    }
}

/// By its code.
impl Record for &'static Rule {
    fn write(&self, to: &mut Vec<u8>) {
        self.code.to_owned().write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<&'static Rule> {
        checks::rule(&String::read(from)?)
    }
}

impl Record for BTreeMap<&'static str, Level> {
    fn write(&self, to: &mut Vec<u8>) {
        let levels: BTreeMap<String, Level> =
            self.iter().map(|(code, level)| ((*code).to_owned(), *level)).collect();
        levels.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<BTreeMap<&'static str, Level>> {
        let levels = BTreeMap::<String, Level>::read(from)?;
        levels.into_iter().map(|(code, level)| Some((checks::rule(&code)?.code, level))).collect()
    }
}
