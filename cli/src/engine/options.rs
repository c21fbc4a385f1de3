//! What can be said of an engine beside its address.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;
use onward_core::batch::Target;

const ENGINES: &str = "Engines over the network";

#[derive(Args)]
pub(crate) struct Options {
    /// The file that has the password of the user in rqlite's address [default: the variable ONWARD_PASSWORD]
    #[arg(long, value_name = "FILE", help_heading = ENGINES)]
    pub(crate) password_file: Option<PathBuf>,
    /// The file that has the token for libSQL [default: the variable ONWARD_TOKEN]
    #[arg(long, value_name = "FILE", help_heading = ENGINES)]
    pub(crate) token_file: Option<PathBuf>,
    /// The certificate of the authority that has signed the server's, in PEM, if nobody else trusts it
    #[arg(long, value_name = "FILE", help_heading = ENGINES)]
    pub(crate) root_certificate: Option<PathBuf>,
    /// One of the databases of a libSQL server that has many
    #[arg(long, value_name = "NAME", help_heading = ENGINES)]
    pub(crate) namespace: Option<String>,
    /// Allow http to another machine, where whoever listens reads all that is sent
    #[arg(long, help_heading = ENGINES)]
    pub(crate) allow_http: bool,
    /// How long to go on in all while nobody answers [default: 120]
    #[arg(long, value_name = "SECONDS", help_heading = ENGINES, value_parser = seconds)]
    pub(crate) timeout: Option<NonZeroU64>,
}

impl Options {
    /// What was said and is not for this engine, or for a file if there is none, and whom it is for.
    pub(crate) fn stray(&self, engine: Option<Target>) -> Option<(&'static str, &'static str)> {
        let (rqlite, libsql) = (engine == Some(Target::Rqlite), engine == Some(Target::Libsql));
        let options = [
            (self.password_file.is_some() && !rqlite, "--password-file", "a cluster of rqlite"),
            (self.token_file.is_some() && !libsql, "--token-file", "a libSQL server"),
            (self.namespace.is_some() && !libsql, "--namespace", "a libSQL server"),
            (
                self.root_certificate.is_some() && engine.is_none(),
                "--root-certificate",
                "an engine over the network",
            ),
            (self.allow_http && engine.is_none(), "--allow-http", "an engine over the network"),
            (self.timeout.is_some() && engine.is_none(), "--timeout", "an engine over the network"),
        ];
        options.into_iter().find_map(|(is_stray, option, whose)| is_stray.then_some((option, whose)))
    }
}

fn seconds(text: &str) -> Result<NonZeroU64, &'static str> {
    text.parse().map_err(|_| "a timeout is a whole number of seconds, 1 or more")
}
