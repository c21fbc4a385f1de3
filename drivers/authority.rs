//! An authority of a test's own, and a server's certificate of it, made by `openssl`: the tests of the engines have this as a module.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

pub(crate) struct Authority(TempDir);

impl Authority {
    /// With a certificate for 127.0.0.1; `None` if there is no OpenSSL 3 here.
    pub(crate) fn new() -> Option<Authority> {
        let authority = Authority(tempfile::tempdir().unwrap());
        let name = [
            "-subj",
            "/CN=a node",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=CA:FALSE",
        ];
        let made = authority.make("authority", &["-subj", "/CN=an authority"])
            && authority
                .make("node", &[&name[..], &["-CA", "authority.pem", "-CAkey", "authority.key"]].concat());
        if !made {
            println!("openssl does not make certificates here: nothing was tried");
        }
        made.then_some(authority)
    }

    fn make(&self, file: &str, more: &[&str]) -> bool {
        let mut command = Command::new("openssl");
        command.args([
            "req",
            "-x509",
            "-days",
            "2",
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ]);
        command.args(["-keyout", &format!("{file}.key"), "-out", &format!("{file}.pem")]);
        command.args(more).current_dir(self.0.path());
        command.output().is_ok_and(|output| output.status.success())
    }

    /// What clients are given.
    pub(crate) fn pem(&self) -> Vec<u8> {
        fs::read(self.0.path().join("authority.pem")).unwrap()
    }

    /// The files of the server: its certificate, and its key.
    pub(crate) fn node(&self) -> [PathBuf; 2] {
        ["node.pem", "node.key"].map(|file| self.0.path().join(file))
    }
}
