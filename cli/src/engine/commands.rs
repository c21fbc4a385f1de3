//! The commands, on an engine.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, ensure};
use onward_batch::{Error, Result};

use super::access::Access;
use super::advice;
use crate::exit::{UNKNOWN, WRONG};
use crate::program::Program;
use crate::take_over::{How, TakeOver};
use crate::until::Until;
use crate::{output, program, rehearse, status, verify};

pub(crate) fn status(access: &Access, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = status::history(dir)?;
    let status = access.open()?.status(&migrations).map_err(|error| anyhow!(words(&error, access)))?;
    Ok(status::tell(&status))
}

/// On a cluster, the nodes are held against each other as well.
pub(crate) fn verify(access: &Access, dir: &Path) -> anyhow::Result<ExitCode> {
    let migrations = match program::of_folder(dir) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    let client = access.open()?;
    let found = client.verify(&migrations).and_then(|found| Ok((found, client.others(&migrations)?)));
    let (differences, (others, wrong)) = match found {
        Ok(found) => found,
        Err(error) => return Ok(failed(&error, access)),
    };
    let code = verify::tell(&differences);
    others.iter().for_each(output::line);
    Ok(match wrong {
        // What is not known is less than what is wrong.
        Some(wrong) if wrong == WRONG || differences.is_empty() => ExitCode::from(wrong),
        _ => code,
    })
}

pub(crate) fn rehearse(
    access: &Access,
    dir: &Path,
    until: &Until,
    adopt: Option<How>,
    take_over: &TakeOver,
) -> anyhow::Result<ExitCode> {
    whole(until, access)?;
    ensure!(
        adopt.is_none() && !take_over.is_set(),
        "what is in an engine cannot be adopted; nothing was done\nhelp: leave out `--adopt`, `--at` and `--from`"
    );
    let migrations = match Program::on_engine(dir, access.engine(), true) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    Ok(match access.open()?.rehearse(&migrations) {
        Ok(rehearsal) => rehearse::tell(&rehearsal),
        Err(error) => failed(&error, access),
    })
}

pub(crate) fn apply(access: &Access, dir: &Path, until: &Until) -> anyhow::Result<ExitCode> {
    whole(until, access)?;
    let migrations = match Program::on_engine(dir, access.engine(), false) {
        Ok(migrations) => migrations,
        Err(code) => return Ok(code),
    };
    Ok(tell(access.open()?.apply(&migrations), access))
}

/// # Errors
/// If not all that is pending is meant: it is one request.
fn whole(until: &Until, access: &Access) -> anyhow::Result<()> {
    ensure!(
        !until.is_set(),
        "`--to` is for files: {} gets all that is pending as one request; nothing was done\nhelp: name a folder that ends there",
        access.shown()
    );
    Ok(())
}

fn tell(outcome: Result<impl Display>, access: &Access) -> ExitCode {
    match outcome {
        Ok(report) => {
            output::line(report);
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error, access),
    }
}

fn failed(error: &Error, access: &Access) -> ExitCode {
    output::error(words(error, access));
    ExitCode::from(if advice::is_verdict(error) { WRONG } else { UNKNOWN })
}

/// With the address, as an error of a file has its path.
fn words(error: &Error, access: &Access) -> String {
    let said = advice::words(error, access.engine());
    format!("{}: {said}", access.shown())
}
