//! How a database without a ledger is to be adopted.

use anyhow::bail;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use onward::__private::other;
use onward::rusqlite::Connection;
use onward::{Adopt, Migrations, Migrator, Tool};
use onward_core::printable::printable;

use crate::program::{self, Program};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum How {
    /// Its schema is exactly the one after one of the migrations
    Exact,
    /// It was grown by hand: missing tables, indexes, views and triggers are made first, and columns that a migration adds
    Reconcile,
}

impl From<How> for Adopt {
    fn from(how: How) -> Adopt {
        match how {
            How::Exact => Adopt::Exact,
            How::Reconcile => Adopt::Reconcile,
        }
    }
}

/// Who has migrated a database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The one tool whose ledger is there.
    Auto,
    Named(Tool),
}

impl Source {
    fn parser() -> impl TypedValueParser<Value = Source> {
        let names = ["auto"].into_iter().chain(Tool::ALL.map(Tool::name));
        PossibleValuesParser::new(names).map(|name| Tool::named(&name).map_or(Source::Auto, Source::Named))
    }

    /// The tools that it may be.
    pub(crate) fn tools(self) -> Vec<Tool> {
        match self {
            Source::Auto => Tool::ALL.to_vec(),
            Source::Named(tool) => vec![tool],
        }
    }

    /// The tool that it is.
    fn tool(self, table: Option<&str>, program: &Program, conn: &Connection) -> anyhow::Result<Tool> {
        if let Source::Named(tool) = self {
            return Ok(tool);
        }
        let found = other::found(&other::ALL, table, conn)?;
        match (&found[..], table) {
            ([one], _) => Ok(one.tool()),
            ([], Some(table)) => bail!(
                "the database has no table `{0}` that is the ledger of a tool that is known; nothing was changed\nhelp: name the \
                 tool, `--from TOOL --table {0}`: if the table is not its ledger, the error says which others may be",
                printable(table)
            ),
            (_, Some(table)) => {
                let tools: Vec<&str> = found.iter().map(|reader| reader.tool().name()).collect();
                bail!(
                    "by its columns, `{}` may be the ledger of {}; nothing was changed\nhelp: say with `--from` which of them \
                     has run these migrations",
                    printable(table),
                    tools.join(" or ")
                )
            }
            // A count may be anybody's, unless the folder can be of no other tool.
            ([], None) if program.counts() => Ok(Tool::RusqliteMigration),
            ([], None) => bail!(
                "the database has the ledger of no tool that is known; nothing was changed\nhelp: name the tool, `--from \
                 rusqlite_migration` for one, which only counts; or leave `--from` out, so that the schema says which \
                 migrations it has had"
            ),
            _ => {
                let ledgers: Vec<String> = found
                    .iter()
                    .map(|reader| {
                        format!("{} (`{}`)", reader.tool(), reader.tool().ledger().unwrap_or_default())
                    })
                    .collect();
                bail!(
                    "the database has the ledgers of {}; nothing was changed\nhelp: say with `--from` which of them has run \
                     these migrations",
                    ledgers.join(" and ")
                )
            }
        }
    }
}

/// How a database without a ledger is to be taken over, beside by its schema.
#[derive(Args)]
pub(crate) struct TakeOver {
    /// Say it, where nothing else can: it has had the migrations up to this version, and its schema agrees
    #[arg(long, value_name = "VERSION")]
    at: Option<String>,
    /// Another tool has migrated it: read its ledger, and hold checksums and schema against the files
    ///
    /// `auto` takes the one tool whose ledger is there.
    #[arg(long, value_name = "TOOL", value_parser = Source::parser(), conflicts_with = "at")]
    from: Option<Source>,
    /// The table of the tool's ledger, if the tool was told to use another one than its usual
    #[arg(long, value_name = "NAME", requires = "from")]
    table: Option<String>,
}

impl TakeOver {
    /// Whether anything was said.
    #[cfg(feature = "engines")]
    pub(crate) fn is_set(&self) -> bool {
        self.at.is_some() || self.from.is_some()
    }

    /// The tools of which the files have to be known.
    pub(crate) fn tools(&self) -> Vec<Tool> {
        self.from.map(Source::tools).unwrap_or_default()
    }

    /// These settings of a run, and the table of the tool's ledger.
    pub(crate) fn migrator<'m>(&self, migrations: &'m Migrations, how: Option<Adopt>) -> Migrator<'m> {
        let migrator = how.into_iter().fold(migrations.migrator(), Migrator::adopt);
        self.table.iter().fold(migrator, |migrator, table| migrator.tool_table(table))
    }

    /// The history, and how this database is to be taken over with it; `how` if nothing else is said.
    pub(crate) fn of(
        &self,
        program: &Program,
        how: Option<How>,
        conn: &Connection,
    ) -> anyhow::Result<(Migrations, Option<Adopt>)> {
        let migrations = &program.migrations;
        if let Some(at) = &self.at {
            return Ok((migrations.clone(), Some(Adopt::At(program::version(migrations, at)?))));
        }
        let Some(from) = self.from else { return Ok((migrations.clone(), how.map(How::into))) };
        let tool = from.tool(self.table.as_deref(), program, conn)?;
        Ok((program.from(tool)?, Some(Adopt::From(tool))))
    }
}
