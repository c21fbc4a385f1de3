//! The disk of a thread: counts calls, fails some, and remembers what is not synced yet.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::path::Path;

use onward::rusqlite::ffi;

use crate::wreck::Wreck;

/// What SQLite asks of the file system, or onward itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Open,
    Create,
    FullPath,
    Access,
    Delete,
    Read,
    Write,
    Truncate,
    Sync,
    FileSize,
    Lock,
    Unlock,
    CheckReservedLock,
    ShmMap,
    ShmLock,
    Link,
    Rename,
    SyncFolder,
}

impl Call {
    /// How often each is among these.
    pub fn counts(calls: &[Call]) -> BTreeMap<Call, usize> {
        let mut counts = BTreeMap::new();
        calls.iter().for_each(|&call| *counts.entry(call).or_default() += 1);
        counts
    }
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The device says EIO, and nothing was done.
    Broken,
    /// Half of what was to be written is, and then the device says EIO.
    Short,
    /// There is no room.
    Full,
    /// There is room for half of what was to be written.
    Filled,
}

impl Fault {
    pub const ALL: [Fault; 4] = [Fault::Broken, Fault::Short, Fault::Full, Fault::Filled];

    /// What SQLite's own VFS would say, if the call can fail like this.
    pub fn code(self, call: Call) -> Option<c_int> {
        let broken = match call {
            // SQLite has no other word, whatever the system says.
            Call::Open | Call::Create | Call::FullPath => ffi::SQLITE_CANTOPEN,
            Call::Access => ffi::SQLITE_IOERR_ACCESS,
            Call::Delete => ffi::SQLITE_IOERR_DELETE,
            Call::Read => ffi::SQLITE_IOERR_READ,
            Call::Write => ffi::SQLITE_IOERR_WRITE,
            Call::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            Call::Sync => ffi::SQLITE_IOERR_FSYNC,
            Call::FileSize => ffi::SQLITE_IOERR_FSTAT,
            Call::Lock => ffi::SQLITE_IOERR_LOCK,
            Call::Unlock => ffi::SQLITE_IOERR_UNLOCK,
            Call::CheckReservedLock => ffi::SQLITE_IOERR_CHECKRESERVEDLOCK,
            Call::ShmMap => ffi::SQLITE_IOERR_SHMMAP,
            Call::ShmLock => ffi::SQLITE_IOERR_SHMLOCK,
            Call::Link | Call::Rename | Call::SyncFolder => ffi::SQLITE_IOERR,
        };
        match (self, call) {
            (Fault::Broken, _) | (Fault::Short, Call::Write) => Some(broken),
            (Fault::Full | Fault::Filled, Call::Write) => Some(ffi::SQLITE_FULL),
            (Fault::Full, Call::Create) => Some(broken),
            (Fault::Full, Call::Link | Call::Rename) => Some(ffi::SQLITE_FULL),
            (Fault::Full, Call::ShmMap) => Some(ffi::SQLITE_IOERR_SHMSIZE),
            _ => None,
        }
    }
}

/// What the disk does while it is [`on`](crate::on).
#[derive(Debug, Clone, Copy)]
pub enum Plan {
    /// It works.
    Works,
    /// The call of this number, from one, fails.
    Once(Fault, usize),
    /// So does every call after it that can fail like this.
    From(Fault, usize),
    /// From the call of this number on there is no power.
    Cut(usize),
}

/// What was asked of the disk.
#[derive(Debug)]
pub struct Ran {
    /// Every call, in order.
    pub calls: Vec<Call>,
    /// The calls that failed.
    pub failed: usize,
    /// What a power cut leaves, if that was planned.
    pub wreck: Wreck,
}

struct Disk {
    plan: Plan,
    ran: Ran,
}

thread_local! {
    static DISK: RefCell<Option<Disk>> = const { RefCell::new(None) };
}

/// Calls while the disk of this thread does as planned.
pub(crate) fn planned<T>(plan: Plan, call: impl FnOnce() -> T) -> (T, Ran) {
    let ran = Ran { calls: Vec::new(), failed: 0, wreck: Wreck::default() };
    DISK.set(Some(Disk { plan, ran }));
    let result = call();
    let disk = DISK.take().expect("nothing else takes it");
    (result, disk.ran)
}

fn with<T>(then: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    DISK.with_borrow_mut(|disk| disk.as_mut().map(then))
}

impl Disk {
    /// The fault that happens to this call.
    fn fault(&mut self, call: Call) -> Option<(Fault, c_int)> {
        self.ran.calls.push(call);
        let number = self.ran.calls.len();
        let fault = match self.plan {
            Plan::Once(fault, at) if number == at => fault,
            // What is half full is full then.
            Plan::From(Fault::Filled, from) if number > from => Fault::Full,
            Plan::From(fault, from) if number >= from => fault,
            Plan::Cut(from) if number >= from => Fault::Broken,
            _ => return None,
        };
        let code = fault.code(call)?;
        self.ran.failed += 1;
        Some((fault, code))
    }

    /// The wreck to be, if there is a power cut to come.
    fn wreck(&mut self) -> Option<&mut Wreck> {
        matches!(self.plan, Plan::Cut(_)).then_some(&mut self.ran.wreck)
    }
}

/// The code with which this call fails, if it does.
pub(crate) fn call(call: Call) -> Option<c_int> {
    fault(call).map(|(_, code)| code)
}

/// How much is to be written.
pub(crate) enum Write {
    All,
    /// So many bytes, and then it fails.
    Part(c_int, c_int),
    None(c_int),
}

pub(crate) fn write(length: c_int) -> Write {
    match fault(Call::Write) {
        None => Write::All,
        Some((Fault::Short | Fault::Filled, code)) => Write::Part(length / 2, code),
        Some((_, code)) => Write::None(code),
    }
}

/// The number of a file that is about to be opened.
pub(crate) fn opened(path: &Path, flags: c_int, is_new: bool) -> u64 {
    with(|disk| disk.wreck().map_or(0, |wreck| wreck.opened(path, flags, is_new))).unwrap_or(0)
}

pub(crate) fn written(number: u64, at: u64, bytes: &[u8]) {
    with(|disk| disk.wreck().map(|wreck| wreck.written(number, at, bytes)));
}

pub(crate) fn truncated(number: u64, length: u64) {
    with(|disk| disk.wreck().map(|wreck| wreck.truncated(number, length)));
}

pub(crate) fn synced(number: u64) {
    with(|disk| disk.wreck().map(|wreck| wreck.synced(number)));
}

pub(crate) fn deleted(path: &Path, sync_folder: bool) {
    with(|disk| disk.wreck().map(|wreck| wreck.deleted(path, sync_folder)));
}

/// Does this with the wreck to be, if there is a power cut to come.
pub(crate) fn note(then: impl FnOnce(&mut Wreck)) {
    with(|disk| disk.wreck().map(then));
}

/// The fault that happens to this call, if one does.
pub(crate) fn fault(call: Call) -> Option<(Fault, c_int)> {
    with(|disk| disk.fault(call)).flatten()
}
