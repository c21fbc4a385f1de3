//! Who may use a file.

use std::fmt;
use std::path::Path;

/// Who may use a file, as far as the system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Access {
    /// The permission bits; only on Unix.
    pub mode: Option<u32>,
    /// The id of the user who owns it; only on Unix.
    pub owner: Option<u32>,
    /// The id of the user of this process; only on Linux.
    pub user: Option<u32>,
}

impl Access {
    pub(crate) fn of(path: &Path) -> Access {
        #[cfg(unix)]
        {
            use std::fs;
            use std::os::unix::fs::MetadataExt;
            let metadata = fs::metadata(path).ok();
            Access {
                mode: metadata.as_ref().map(|metadata| metadata.mode() & 0o7777),
                owner: metadata.as_ref().map(MetadataExt::uid),
                // Where there is such a folder, it belongs to the process's effective user.
                user: fs::metadata("/proc/self").ok().map(|process| process.uid()),
            }
        }
        #[cfg(not(unix))]
        {
            let _ = path;
            Access::default()
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mode, self.owner) {
            (Some(mode), Some(owner)) => write!(f, "mode {mode:04o}, owner {owner}")?,
            _ => write!(f, "mode and owner not known")?,
        }
        match self.user {
            Some(user) => write!(f, "; this process is user {user}"),
            None => Ok(()),
        }
    }
}
