//! Reads a file whole, if it is one that ends: neither a pipe, on which a build would wait for ever, nor a device.

use std::fmt;
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::Path;

/// A file may have so many bytes. The text of a migration is a part of the program.
pub(crate) const LARGEST: u64 = 64 << 20;

/// Folders deeper than this are not looked into; no layout has more than one.
pub(crate) const DEPTH: usize = 8;

/// Why a file is not read.
#[derive(Debug)]
pub enum Problem {
    /// The system says so.
    System(io::Error),
    /// It is something else than a file, which is named: "a folder".
    Other(&'static str),
    /// It has more bytes than a file may have.
    Large,
    /// It is a link to a folder around it.
    Loop,
    /// It is a folder below so many others that it was not looked into.
    Deep,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::System(error) => error.fmt(f),
            Problem::Other(what) => write!(f, "it is {what}, not a file"),
            Problem::Large => write!(f, "it has more than {} MiB", LARGEST >> 20),
            Problem::Loop => f.write_str("it is a link that leads back to a folder around it"),
            Problem::Deep => write!(f, "it lies below more than {} folders", DEPTH),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Problem {
        Problem::System(error)
    }
}

/// The bytes of a regular file that is not too large. A link is followed to where it leads in the end.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    // A file that grows meanwhile is read no further.
    open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(Problem::Large) } else { Ok(bytes) }
}

/// Opens such a file.
pub fn open(path: &Path) -> Result<File, Problem> {
    // Looked at first, since to open a pipe is to wait for somebody who writes; and again, in case it is another by then.
    look(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    look(&file.metadata()?)?;
    Ok(file)
}

fn look(metadata: &fs::Metadata) -> Result<(), Problem> {
    if !metadata.is_file() {
        return Err(Problem::Other(kind(metadata.file_type())));
    }
    if metadata.len() > LARGEST { Err(Problem::Large) } else { Ok(()) }
}

/// What something is that is no file: "a pipe".
pub fn kind(found: FileType) -> &'static str {
    if found.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
    }
    "a device"
}
