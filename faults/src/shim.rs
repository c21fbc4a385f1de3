//! The VFS that SQLite sees: asks the disk of this thread, then calls SQLite's own VFS.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Once;

use onward::rusqlite::ffi::{
    self, SQLITE_IOERR, SQLITE_OK, SQLITE_OPEN_CREATE, SQLITE_OPEN_DELETEONCLOSE, sqlite3_file,
    sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
};

use crate::disk::{self, Call, Write};

/// A file as SQLite holds it, in memory that SQLite allocates. The file of the VFS below comes right behind.
#[repr(C)]
struct Shim {
    head: sqlite3_file,
    /// The disk's number for the file; zero for one that nobody misses.
    number: u64,
}

// What comes behind has to be aligned as C's structs are, and SQLite allocates multiples of eight.
const _: () = assert!(size_of::<Shim>().is_multiple_of(8) && align_of::<Shim>() <= 8);

/// Puts the shim between SQLite and its default VFS, for all connections opened from now on without naming one.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: a null name asks for the default VFS, which is never unregistered, and of which only plain fields are
        // copied.
        let below = unsafe { *ffi::sqlite3_vfs_find(std::ptr::null()) };
        let shim = sqlite3_vfs {
            szOsFile: below.szOsFile + size_of::<Shim>() as c_int,
            pNext: std::ptr::null_mut(),
            zName: c"faults".as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            // The clock, randomness and the rest do no I/O: the functions below, with the data that they expect.
            ..below
        };
        // SAFETY: SQLite keeps the pointer, which is never freed, and may write to it, since nobody else has it.
        let registered = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(shim)), 1) };
        assert_eq!(registered, SQLITE_OK);
    });
}

/// SQLite's own VFS.
fn vfs_below() -> *mut sqlite3_vfs {
    // SAFETY: the name is a C string, and a VFS that is found is never unregistered.
    unsafe { ffi::sqlite3_vfs_find(c"unix".as_ptr()) }
}

/// The file of the VFS below.
///
/// # Safety
/// The file must be one that [`open`] was called with.
unsafe fn below(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: SQLite has allocated `szOsFile` bytes, which are a `Shim` and what the VFS below asks for.
    unsafe { file.cast::<Shim>().add(1).cast() }
}

/// Calls a method of the file below, unless the disk says that this call fails.
macro_rules! through {
    ($call:expr, $file:ident.$method:ident($($argument:expr),*)) => {
        match disk::call($call) {
            Some(code) => code,
            None => through!($file.$method($($argument),*)),
        }
    };
    ($file:ident.$method:ident($($argument:expr),*)) => {{
        // SAFETY: SQLite calls methods only on files that were opened, so the one below is open and has methods; the
        // arguments are SQLite's.
        unsafe {
            let file = below($file);
            (*(*file).pMethods).$method.map_or(SQLITE_IOERR, |method| method(file, $($argument),*))
        }
    }};
}

/// Calls a function of the VFS below.
macro_rules! ask {
    ($function:ident($($argument:expr),*)) => {{
        let vfs = vfs_below();
        // SAFETY: the VFS is there for good; the arguments are SQLite's, or a file with room for it.
        unsafe { (*vfs).$function.map_or(SQLITE_IOERR, |function| function(vfs, $($argument),*)) }
    }};
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // The second version: with shared memory, and without the mappings that would read and write behind our back.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The path that SQLite passes.
///
/// # Safety
/// It must be null, or a C string that lives as long as the result is used.
unsafe fn path<'p>(name: *const c_char) -> Option<&'p Path> {
    // SAFETY: it is not null here, and a C string, as the caller has promised.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) })?;
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}

/// The disk's number for a file.
///
/// # Safety
/// As for [`below`].
unsafe fn number(file: *mut sqlite3_file) -> u64 {
    // SAFETY: the memory is a `Shim`, whose number is written before the file has methods to be called.
    unsafe { (*file.cast::<Shim>()).number }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let shim = file.cast::<Shim>();
    // SAFETY: the memory is as large as `szOsFile` says. Without methods, SQLite does not close what did not open.
    unsafe { (*shim).head.pMethods = std::ptr::null() };
    // SAFETY: SQLite's names are C strings that outlive the file.
    let path = unsafe { path(name) };
    let is_new = flags & SQLITE_OPEN_CREATE != 0 && path.is_none_or(|path| !path.exists());
    if let Some(code) = disk::call(if is_new { Call::Create } else { Call::Open }) {
        return code;
    }
    let number = match path {
        Some(path) if flags & SQLITE_OPEN_DELETEONCLOSE == 0 => disk::opened(path, flags, is_new),
        _ => 0,
    };
    // SAFETY: as above; the file below gets the memory that is meant for it.
    let below = unsafe {
        (*shim).number = number;
        below(file)
    };
    let code = ask!(xOpen(name, below, flags, out));
    if code == SQLITE_OK {
        // SAFETY: as above; the methods are static.
        unsafe { (*shim).head.pMethods = &METHODS };
    }
    code
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    if let Some(code) = disk::call(Call::Delete) {
        return code;
    }
    // Without the sync, which would only take time: it is not this machine that crashes.
    let code = ask!(xDelete(name, 0));
    // SAFETY: SQLite's names are C strings for the length of a call.
    if let (SQLITE_OK, Some(path)) = (code, unsafe { path(name) }) {
        disk::deleted(path, sync_folder != 0);
    }
    code
}

unsafe extern "C" fn access(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    result: *mut c_int,
) -> c_int {
    match disk::call(Call::Access) {
        Some(code) => code,
        None => ask!(xAccess(name, flags, result)),
    }
}

unsafe extern "C" fn full_pathname(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    length: c_int,
    result: *mut c_char,
) -> c_int {
    match disk::call(Call::FullPath) {
        Some(code) => code,
        None => ask!(xFullPathname(name, length, result)),
    }
}

/// Never fails: SQLite does not look at what this returns, and the file must be closed in any case.
unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    through!(file.xClose())
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    to: *mut c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    through!(Call::Read, file.xRead(to, length, at))
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    let (part, failure) = match disk::write(length) {
        Write::All => (length, None),
        Write::Part(part, code) => (part, Some(code)),
        Write::None(code) => return code,
    };
    let code = through!(file.xWrite(from, part, at));
    if code == SQLITE_OK {
        // SAFETY: SQLite passes so many bytes to be read, `part` is no more of them, and the file is open.
        let (bytes, number) =
            unsafe { (std::slice::from_raw_parts(from.cast::<u8>(), part as usize), number(file)) };
        disk::written(number, at as u64, bytes);
    }
    failure.unwrap_or(code)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    let code = through!(Call::Truncate, file.xTruncate(length));
    if code == SQLITE_OK {
        // SAFETY: the file is open.
        disk::truncated(unsafe { number(file) }, length as u64);
    }
    code
}

/// As with a deleted file, the disk notes it, and the real one is left alone.
unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    match disk::call(Call::Sync) {
        Some(code) => code,
        None => {
            // SAFETY: the file is open.
            disk::synced(unsafe { number(file) });
            SQLITE_OK
        }
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    through!(Call::FileSize, file.xFileSize(size))
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    through!(Call::Lock, file.xLock(level))
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    through!(Call::Unlock, file.xUnlock(level))
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, result: *mut c_int) -> c_int {
    through!(Call::CheckReservedLock, file.xCheckReservedLock(result))
}

/// Not counted: hints and questions, which the VFS may as well not understand.
unsafe extern "C" fn file_control(file: *mut sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    through!(file.xFileControl(what, argument))
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    through!(file.xSectorSize())
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    through!(file.xDeviceCharacteristics())
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    result: *mut *mut c_void,
) -> c_int {
    through!(Call::ShmMap, file.xShmMap(page, size, extend, result))
}

/// Giving a lock up never fails, as `close`.
unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        return through!(file.xShmLock(offset, count, flags));
    }
    through!(Call::ShmLock, file.xShmLock(offset, count, flags))
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: as in `through`.
    unsafe {
        let file = below(file);
        if let Some(method) = (*(*file).pMethods).xShmBarrier {
            method(file);
        }
    }
}

/// Never fails, as `close`, which it belongs to.
unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    through!(file.xShmUnmap(delete))
}
