//! How to get into an engine.

use std::fs;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use onward_batch::{Address as Host, ErrorKind};
use onward_core::batch::Target;
use onward_libsql::Server;
use onward_rqlite::Cluster;

use super::address::Address;
use super::advice;
use super::client::Client;
use super::options::Options;
use super::secret;
use crate::output;

/// An engine that was named, and what was said of it. No secret has been read yet: the process that sends them reads them.
pub(crate) struct Access {
    address: Address,
    host: Host,
    options: Options,
}

impl Access {
    /// # Errors
    /// If the address cannot be used.
    pub(crate) fn of(address: Address, options: Options) -> anyhow::Result<Access> {
        let shown = address.shown();
        let host = Host::parse(&format!("{}://{}", address.scheme, address.place));
        let host = host.map_err(|error| {
            let problem = match error.kind() {
                ErrorKind::Address { problem, .. } => problem,
                _ => "there is something in it that does not belong there",
            };
            let engine = address.engine.key();
            anyhow!(
                "the address of {shown} cannot be used: {problem}; nothing was sent\nhelp: write host and port, and nothing behind \
                 them, as in http+{engine}://host:4001"
            )
        })?;
        if host.is_open() && !options.allow_http {
            bail!(
                "what is sent to {shown} can be read on the way; nothing was sent\nhelp: write https, or allow it with \
                 `--allow-http`"
            );
        }
        Ok(Access { address, host, options })
    }

    /// As it was written, without the user.
    pub(crate) fn shown(&self) -> String {
        self.address.shown()
    }

    pub(crate) fn engine(&self) -> Target {
        self.address.engine
    }

    /// # Errors
    /// If a password or a token cannot be read, or was not given.
    pub(crate) fn open(&self) -> anyhow::Result<Client> {
        match self.address.engine {
            Target::Rqlite => self.rqlite().map(Client::Rqlite),
            Target::Libsql => self.libsql().map(Client::Libsql),
        }
    }

    fn rqlite(&self) -> anyhow::Result<Cluster> {
        let mut cluster = Cluster::connect(&self.host.base)?;
        let password = secret::read(self.options.password_file.as_deref(), "ONWARD_PASSWORD")?;
        match (&self.host.user, password) {
            (Some(user), Some(password)) => cluster = cluster.credentials(user, &password),
            (Some(user), None) => bail!(
                "the address names the user `{user}`, and nothing the password; nothing was sent\nhelp: put it into the variable \
                 ONWARD_PASSWORD, or into a file for `--password-file`"
            ),
            (None, Some(_)) if self.options.password_file.is_some() => bail!(
                "there is a password, and the address names no user; nothing was sent\nhelp: write {}+rqlite://user@{}",
                self.address.scheme,
                self.address.place
            ),
            // Set for another engine.
            (None, _) => {}
        }
        if let Some(pem) = self.authority()? {
            cluster = cluster.root_certificate(&pem).map_err(|error| self.no_authority(&error))?;
        }
        if self.options.allow_http {
            cluster = cluster.allow_http();
        }
        Ok(self.timeout().into_iter().fold(cluster, Cluster::timeout))
    }

    fn libsql(&self) -> anyhow::Result<Server> {
        ensure!(
            self.host.user.is_none(),
            "{} has no users; nothing was sent\nhelp: leave out what stands before the @, and put the token into the variable \
             ONWARD_TOKEN, or into a file for `--token-file`",
            self.shown()
        );
        let mut server = Server::connect(&self.host.base)?;
        if let Some(token) = secret::read(self.options.token_file.as_deref(), "ONWARD_TOKEN")? {
            ensure!(
                token.chars().all(|char| char.is_ascii_graphic()),
                "the token has characters that none can have; nothing was sent"
            );
            server = server.token(&token);
        }
        if let Some(namespace) = &self.options.namespace {
            server = server.namespace(namespace);
        }
        if let Some(pem) = self.authority()? {
            server = server.root_certificate(&pem).map_err(|error| self.no_authority(&error))?;
        }
        if self.options.allow_http {
            server = server.allow_http();
        }
        Ok(self.timeout().into_iter().fold(server, Server::timeout))
    }

    fn authority(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(file) = &self.options.root_certificate else { return Ok(None) };
        let read = fs::read(file);
        read.map(Some).with_context(|| format!("cannot read {}; nothing was sent", output::path(file)))
    }

    fn no_authority(&self, error: &onward_batch::Error) -> anyhow::Error {
        anyhow!(advice::words(error, self.address.engine))
    }

    fn timeout(&self) -> Option<Duration> {
        self.options.timeout.map(|seconds| Duration::from_secs(seconds.get()))
    }
}
