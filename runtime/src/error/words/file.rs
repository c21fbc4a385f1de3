//! Of the file and its folder.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::said::Words;
use crate::error::access::Access;
use crate::error::fault::Fault;
use crate::error::leftover::Leftover;
use crate::error::sqlite::{damage, message};
use crate::text::shown;

pub(super) fn open(path: Option<&Path>, source: &rusqlite::Error) -> Words {
    let path = path.unwrap_or(Path::new(""));
    let what = format!("the database could not be opened: {}; nothing was changed", message(source));
    Words::new(Fault::Environment, what).help(match path.is_dir() {
        true => "this is a folder; name a file in it".to_owned(),
        false => format!("make sure that the file can be read and written: {}", Access::of(path)),
    })
}

pub(super) fn empty_path(path: &Path) -> Words {
    let what = match path.as_os_str().is_empty() {
        true => "the path of the database is empty".to_owned(),
        false => format!("the path in `{}` is empty", shown(path)),
    };
    let what = format!(
        "{what}: SQLite would make a temporary database, and every row in it would be gone when the connection closes; \
         nothing was made"
    );
    Words::new(Fault::Caller, what).help(
        "look at the setting or environment variable that the path comes from; for a temporary database, write `:memory:`",
    )
}

pub(super) fn no_such_file(found: &io::Result<&'static str>) -> Words {
    let what = match found {
        Ok(found) => format!("this is {found}, and no database; nothing was changed"),
        Err(source) => format!("there is no such file: {source}; none was made"),
    };
    Words::new(Fault::Environment, what)
        .help("look at where the path comes from; the program makes a new database when it opens one, a fleet makes none")
}

pub(super) fn parent_missing(parent: &Path) -> Words {
    let what = format!(
        "the folder `{}` does not exist, and SQLite makes files only; no database was made",
        shown(parent)
    );
    Words::new(Fault::Environment, what)
        .help("make the folder first, or check the path and that its disk is mounted")
}

pub(super) fn parent_not_writable(parent: &Path, access: &Access) -> Words {
    let what = format!(
        "no file can be made in the folder `{}` ({access}), and SQLite writes a journal beside the database; nothing was \
         changed",
        shown(parent)
    );
    Words::new(Fault::Environment, what)
        .help("let the user of this process write the folder, and see that it is not mounted read-only")
}

pub(super) fn unreadable(parent: &Path, access: &Access, source: &rusqlite::Error) -> Words {
    let what = format!(
        "the database cannot be read without a file beside it, and none can be made in the folder `{}` ({access}): {}; \
         nobody knows whether migrations are pending; nothing was changed",
        shown(parent),
        message(source)
    );
    Words::new(Fault::Environment, what).help(
        "it is in WAL mode, or a process that was killed has left a journal: let the user of this process write the file \
         and its folder, or let one that can have it open, or set `journal_mode` to DELETE before the folder becomes \
         read-only",
    )
}

pub(super) fn too_many_files(source: &io::Error) -> Words {
    let what = format!("the database could not be opened: {source}; nothing was changed");
    Words::new(Fault::Environment, what).help(
        "this process, or the system, has as many files open as it may: close what is not needed, or raise the limit, \
         `ulimit -n`",
    )
}

pub(super) fn file_read_only(access: &Access) -> Words {
    let what = format!("the file is read-only ({access}) and has migrations pending; nothing was changed");
    Words::new(Fault::Environment, what).help(
        "let the user of this process write the file and its folder, and see that they are not mounted read-only",
    )
}

pub(super) fn not_a_database(source: &rusqlite::Error) -> Words {
    Words::new(Fault::Database, format!("{}; nothing was changed", message(source))).help(
        "it is either another kind of file or an encrypted database: check the path, or open it with its key and migrate on \
         that connection",
    )
}

pub(super) fn corrupt(action: &str, source: &rusqlite::Error) -> Words {
    let what = format!("could not {action}: {}; everything was rolled back", message(source));
    Words::new(Fault::Database, what).help(damage(source))
}

pub(super) fn disk_full(action: &str, source: &rusqlite::Error) -> Words {
    let what =
        format!("could not {action}: {}; everything was rolled back; nothing was changed", message(source));
    Words::new(Fault::Environment, what).help(
        "make room where the database and the temporary files lie: a migration needs up to the database's size again; or \
         raise the connection's `max_page_count`",
    )
}

pub(super) fn create(source: &io::Error) -> Words {
    match source.kind() {
        ErrorKind::AlreadyExists => Words::new(
            Fault::Caller,
            "there is a file already, and a snapshot replaces none; nothing was changed",
        )
        .help("remove it, or open it with `Migrations::open`, which applies what it lacks"),
        _ if Leftover::is(source) => {
            Words::new(Fault::Environment, format!("{source}; no database was made")).help(
                "move that file away, or put the database back that it belongs to: it may hold rows that are nowhere else",
            )
        }
        ErrorKind::InvalidInput => Words::new(
            Fault::Caller,
            format!("the database cannot be made of the snapshot: {source}; nothing was made"),
        )
        .help("name a file, or use `open_in_memory`"),
        _ => Words::new(
            Fault::Environment,
            format!("the database cannot be made of the snapshot: {source}"),
        )
        .help(
            "see that the folder exists, can be written and is on a file system with hard links, or use \
             `Migrations::open`, which runs the migrations",
        ),
    }
}
