//! One of the databases of a server that has many.

use std::thread::sleep;
use std::time::Duration;

use onward_batch::{Engine, ErrorKind, Failure, Result, Statement, name};

use crate::server::Server;

impl Server {
    /// The same, known to tell namespaces apart.
    pub(crate) fn telling_apart(self) -> Server {
        Server { tells_apart: true, ..self }
    }

    /// # Errors
    /// As [`Server::is_allowed`], and that the server has one database for every namespace.
    pub(crate) fn is_meant(&self) -> Result<()> {
        self.is_allowed()?;
        if self.namespace.is_some() && !self.tells_apart { self.tell_apart() } else { Ok(()) }
    }

    /// Asks for a namespace that nobody has.
    ///
    /// # Errors
    /// If it is there: the server takes every name for the same database.
    pub(crate) fn tell_apart(&self) -> Result<()> {
        self.is_allowed()?;
        let http = self.http.clone().host(format!("onward-{}.{}", name(), self.host()));
        let other = Server { http, namespace: None, ..self.unwatched() };
        match other.read(&[Statement::new("SELECT 1")]) {
            // Whatever else is wrong, each namespace has it by itself.
            Err(_) => Ok(()),
            Ok(_) => {
                let message = "it answers for one that is not there, and takes every name for the same database; start it \
                               with --enable-namespaces"
                    .to_owned();
                let failure = Failure::Denied { message };
                Err(ErrorKind::Engine { doing: "tell the namespaces apart", failure }.into())
            }
        }
    }

    /// # Errors
    /// That what is sent could be read on the way, and nobody has allowed that; or that it would go to another namespace.
    pub(crate) fn is_allowed(&self) -> Result<()> {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if let Some(name) = self.namespace.as_ref().filter(|name| name.is_empty() || !name.chars().all(fits))
        {
            let problem = "the name of a namespace has letters, digits, `-` and `_`: the server would cut any other short".to_owned();
            return Err(ErrorKind::Address { address: name.clone(), problem }.into());
        }
        self.http.may_ask(&self.address)
    }

    /// Asks again where a namespace is not there: one that the server has just put aside to make room for others, as it does with more
    /// than `--max-active-namespaces`, is not for a moment. Nothing was run then.
    pub(crate) fn loaded<T>(
        &self,
        ask: impl Fn() -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let pauses = [10, 20, 40, 80, 160].map(Duration::from_millis);
        for pause in pauses.into_iter().filter(|_| self.namespace.is_some()) {
            match ask() {
                Err(Failure::Denied { message }) if message.starts_with("404: Namespace") => sleep(pause),
                outcome => return outcome.map_err(|failure| self.named(failure)),
            }
        }
        ask().map_err(|failure| self.named(failure))
    }
}
