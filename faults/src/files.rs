//! The calls that onward makes beside SQLite: asks the disk of this thread, and tells it what was done.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use onward::__private::{FileCall, watch_files};
use onward::rusqlite::ffi;

use crate::disk::{self, Call, Fault};

thread_local! {
    static LINKS: Cell<bool> = const { Cell::new(true) };
}

/// Calls on a file system that has no links.
pub fn without_links<T>(call: impl FnOnce() -> T) -> T {
    LINKS.set(false);
    let result = call();
    LINKS.set(true);
    result
}

pub(crate) fn install() {
    watch_files(|call, done| if done { note(call) } else { ask(call) });
}

fn ask(call: FileCall<'_>) -> io::Result<()> {
    let kind = match call {
        FileCall::Look(_) => Call::Access,
        FileCall::Open(path) | FileCall::Create(path) if path.exists() => Call::Open,
        FileCall::Open(_) | FileCall::Create(_) => Call::Create,
        FileCall::Lock(_) => Call::Lock,
        FileCall::Write(..) => Call::Write,
        FileCall::Empty(_) => Call::Truncate,
        FileCall::Sync(_) => Call::Sync,
        FileCall::SyncFolder(_) => Call::SyncFolder,
        FileCall::Link(..) => Call::Link,
        FileCall::Rename(..) => Call::Rename,
        FileCall::Remove(_) => Call::Delete,
    };
    let Some((fault, code)) = disk::fault(kind) else {
        if kind == Call::Link && !LINKS.get() {
            // EPERM.
            return Err(io::Error::from_raw_os_error(1));
        }
        if let (FileCall::Open(path) | FileCall::Create(path), Call::Open | Call::Create) = (call, kind) {
            disk::opened(path, 0, kind == Call::Create);
        }
        return Ok(());
    };
    if let (FileCall::Write(path, bytes), Fault::Short | Fault::Filled) = (call, fault) {
        half(path, &bytes[..bytes.len() / 2])?;
    }
    // EIO, ENOSPC.
    Err(io::Error::from_raw_os_error(if code == ffi::SQLITE_FULL { 28 } else { 5 }))
}

fn half(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(bytes)?;
    disk::note(|wreck| {
        let number = wreck.number(path);
        wreck.written(number, 0, bytes);
    });
    Ok(())
}

fn note(call: FileCall<'_>) -> io::Result<()> {
    disk::note(|wreck| match call {
        FileCall::Look(_) | FileCall::Open(_) | FileCall::Create(_) | FileCall::Lock(_) => {}
        FileCall::Write(path, bytes) => {
            let number = wreck.number(path);
            wreck.written(number, 0, bytes);
        }
        FileCall::Empty(path) => {
            let number = wreck.number(path);
            wreck.truncated(number, 0);
        }
        FileCall::Sync(path) => {
            let number = wreck.number(path);
            wreck.synced(number);
        }
        FileCall::SyncFolder(_) => wreck.synced_folder(),
        FileCall::Link(from, to) => wreck.linked(from, to),
        FileCall::Rename(from, to) => wreck.renamed(from, to),
        FileCall::Remove(path) => wreck.deleted(path, false),
    });
    Ok(())
}
