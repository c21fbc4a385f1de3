//! `cargo onward`: the checks of the macro, and what goes with them, from the command line.

mod advice;
mod apply;
mod arguments;
mod check;
mod child;
mod completions;
mod database;
mod empty;
mod engine;
mod exit;
mod explain;
mod fleet;
mod folder;
mod github;
mod init;
mod interrupt;
mod json;
mod lock;
mod new;
mod output;
mod package;
mod place;
mod program;
mod rehearse;
mod release;
mod restore;
mod revert;
mod sarif;
mod script;
mod status;
mod take_over;
mod until;
mod verify;
mod write;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Cli, Command};
use engine::{Place, files};
use exit::UNKNOWN;

fn main() -> ExitCode {
    // cargo calls `cargo-onward onward …`.
    let mut args: Vec<_> = std::env::args_os().collect();
    if args.get(1).is_some_and(|first| first == "onward") {
        args.remove(1);
    }
    run(Cli::parse_from(args).command).unwrap_or_else(|error| {
        output::error(format!("{error:#}"));
        ExitCode::from(UNKNOWN)
    })
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init(init) => init::run(init),
        Command::New { name, folder } => new::run(&name, &folder.find()?),
        Command::Check { folders, against_release: true, .. } => release::backwards::run(&folders.find()?),
        Command::Check { folders, unused_indexes: true, .. } => release::idle::run(&folders.find()?),
        Command::Check { folders, format, verbose, .. } => check::run(&folders.find()?, format, verbose),
        Command::Checks => {
            anstream::print!("{}", onward_analysis::page());
            Ok(ExitCode::SUCCESS)
        }
        Command::Explain { code } => explain::run(&code),
        Command::Lock { folders, check, release } => lock::run(&folders.find()?, check, release.as_deref()),
        Command::Release(options) => release::run(options),
        Command::Status { db, folder } => match db.find()? {
            Place::File(db) => status::run(&db, &folder.find()?),
            Place::Engine(access) => engine::status(&access, &folder.find()?),
        },
        Command::Verify { db, folder } => match db.find()? {
            Place::File(db) => verify::run(&db, &folder.find()?),
            Place::Engine(access) => engine::verify(&access, &folder.find()?),
        },
        Command::Rehearse { db, folder, until, adopt, take_over } => match db.find()? {
            Place::File(db) => rehearse::run(&db, &folder.find()?, &until, adopt, &take_over),
            Place::Engine(access) => engine::rehearse(&access, &folder.find()?, &until, adopt, &take_over),
        },
        Command::Restore { copy, db } => {
            files("restore", &[&copy, &db])?;
            restore::run(&copy, &db)
        }
        Command::Apply { db, folder, until } => match db.find()? {
            Place::File(db) => apply::run(&db, &folder.find()?, &until),
            Place::Engine(access) => engine::apply(&access, &folder.find()?, &until),
        },
        Command::Database { db, folder } => {
            files("database", &[&db])?;
            empty::run(&db, &folder.find()?)
        }
        Command::Revert { db, version, folder } => {
            files("revert", &[&db])?;
            revert::run(&db, &version, &folder.find()?)
        }
        Command::Adopt { db, folder, how, until, take_over } => {
            files("adopt", &[&db])?;
            apply::adopt(&db, &folder.find()?, &until, how, &take_over)
        }
        Command::Fleet(command) => fleet::run(command),
        Command::Completions { shell } => {
            completions::print(shell);
            Ok(ExitCode::SUCCESS)
        }
    }
}
