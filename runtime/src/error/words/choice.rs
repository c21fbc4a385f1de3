//! Of what was chosen beside the run: a copy, or another database in place of this one.

use std::error::Error as Cause;
use std::io;
use std::path::Path;

use super::said::Words;
use crate::error::begun::Begun;
use crate::error::fault::Fault;
use crate::error::kind::Error;
use crate::text::shown;

pub(super) fn backup(to: &Path, source: &(dyn Cause + Send + Sync)) -> Words {
    let what = format!(
        "no copy could be made at `{}` before the migrations: {source}; nothing was changed",
        shown(to)
    );
    Words::new(Fault::Environment, what).help(
        "see that its folder exists, can be written and has room for the whole database, and that the path begins a file's \
         name",
    )
}

pub(super) fn recreate(
    cause: &Error,
    moved_to: Option<&Path>,
    source: &(dyn Cause + Send + Sync + 'static),
) -> Words {
    let words = match (moved_to, Begun::of(source)) {
        (Some(moved_to), _) => Words::new(
            Fault::Environment,
            format!(
                "the database cannot be migrated and was moved to `{}`, but no new one could be made: {source}",
                shown(moved_to)
            ),
        )
        .help("correct that and start again, or move the old one back"),
        (None, Some(begun)) if begun.has_both => Words::new(
            Fault::Environment,
            format!(
                "the database cannot be migrated, and could not be moved aside: {source}; it is as it was, with `{}` as a second \
                 name",
                shown(&begun.to)
            ),
        )
        .help(
            "see that files in the folder can be removed and no other process has the file open; the next start removes \
             the second name",
        ),
        (None, Some(begun)) => Words::new(
            Fault::Environment,
            format!(
                "the database cannot be migrated, and its move to `{}` stopped half way: {source}; nothing was lost",
                shown(&begun.to)
            ),
        )
        .help("correct that and start again before any other program opens the file: the start finishes the move"),
        (None, None) => Words::new(
            Fault::Environment,
            format!(
                "the database cannot be migrated, and could not be moved aside: {source}; nothing was changed"
            ),
        )
        .help("see that the folder can be written and no other process has the file open"),
    };
    words.because(format!("it cannot be migrated because: {cause}"))
}

pub(super) fn lock_file(source: &io::Error) -> Words {
    let what = format!(
        "`or_recreate` could not use its lock file beside the database, or could not finish an earlier move: {source}; \
         nothing was lost"
    );
    Words::new(Fault::Environment, what).help(
        "see that the folder can be written; SQLite needs a file system with locks as well; or leave `or_recreate` out",
    )
}

pub(super) fn unknown_length() -> Words {
    let what = "a share of the files was asked for, and the iterator does not say how many there are; no file was opened";
    Words::new(Fault::Caller, what.to_owned())
        .help("collect the paths into a vector first, or write a number of files in place of the share")
}

pub(super) fn no_thread(source: &io::Error) -> Words {
    let what = format!("no thread can be had to work on the files: {source}; no file was opened");
    Words::new(Fault::Environment, what).help("see how many threads this process may have, `ulimit -u`")
}
