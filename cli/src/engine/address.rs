//! An address that stands where a file might.

use anyhow::bail;

/// The engines that are known, as addresses name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Rqlite,
    Libsql,
}

/// Where an engine is: `http+rqlite://user@host:4001`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) engine: Engine,
    /// `http` or `https`.
    pub(crate) scheme: String,
    /// What stands behind `://`: the host, with a user and a port perhaps, and no password.
    pub(crate) place: String,
}

impl Address {
    /// `None` if this is no address but the path of a file.
    ///
    /// # Errors
    /// If the engine is not known, or a password stands in it, which is in no message.
    pub(crate) fn parse(written: &str) -> anyhow::Result<Option<Address>> {
        let Some((scheme, place)) = split(written) else { return Ok(None) };
        let (user, host) = (place.rsplit_once('@').map(|(user, _)| user), host(place));
        let scheme = scheme.to_ascii_lowercase();
        let (transport, engine) = match scheme.split_once('+') {
            Some((transport, "rqlite")) => (transport, Engine::Rqlite),
            Some((transport, "libsql")) => (transport, Engine::Libsql),
            _ => ("", Engine::Rqlite),
        };
        if !matches!(transport, "http" | "https") {
            bail!(
                "{scheme}://{host} is the address of no engine that is known; nothing was done\nhelp: write which engine it is: \
                 http+rqlite://{host} or http+libsql://{host}, or https+… with TLS; for a file, write its path"
            );
        }
        if let Some((user, _)) = user.and_then(|user| user.split_once(':')) {
            let help = match engine {
                Engine::Rqlite => format!(
                    "write {scheme}://{user}@{host}, and put the password into the variable ONWARD_PASSWORD, or into a file for \
                     `--password-file`"
                ),
                Engine::Libsql => format!(
                    "write {scheme}://{host}, and put the token into the variable ONWARD_TOKEN, or into a file for `--token-file`"
                ),
            };
            bail!(
                "there is a password in the address of {host}, where lists of processes and the shell's history show it; nothing was \
                 done\nhelp: {help}"
            );
        }
        Ok(Some(Address { engine, scheme: transport.to_owned(), place: place.to_owned() }))
    }

    /// As it was written, without the user.
    pub(crate) fn shown(&self) -> String {
        format!("{}+{}://{}", self.scheme, self.engine.name(), host(&self.place))
    }
}

impl Engine {
    /// As an address has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Rqlite => "rqlite",
            Engine::Libsql => "libsql",
        }
    }
}

/// Scheme and rest, if there is a scheme: `./a://b` is a file.
fn split(written: &str) -> Option<(&str, &str)> {
    let (scheme, place) = written.split_once("://")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.'));
    is_scheme.then_some((scheme, place))
}

/// What may be shown: no user, and nothing that may be meant as a password.
fn host(place: &str) -> &str {
    let host = place.rsplit('@').next().unwrap_or_default();
    host.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_no_address() {
        for path in
            ["app.db", "/var/app.db", "./http+rqlite://x", "a b://c", "://x", "C:\\app.db", ":memory:"]
        {
            assert_eq!(Address::parse(path).unwrap(), None, "{path}");
        }
    }

    #[test]
    fn an_address_names_its_engine() {
        let address = Address::parse("HTTPS+rqlite://ada@db.example:4001").unwrap().unwrap();
        assert_eq!((address.engine, &*address.scheme), (Engine::Rqlite, "https"));
        assert_eq!(
            (&*address.place, &*address.shown()),
            ("ada@db.example:4001", "https+rqlite://db.example:4001")
        );
        assert_eq!(Address::parse("http+libsql://localhost").unwrap().unwrap().engine, Engine::Libsql);
        for unknown in ["http://localhost:4001", "libsql://db.example", "ftp+rqlite://x", "http+other://x"] {
            let error = Address::parse(unknown).unwrap_err().to_string();
            assert!(error.contains("write which engine it is"), "{error}");
        }
    }

    #[test]
    fn a_password_is_refused_and_in_no_message() {
        for written in [
            "http+rqlite://ada:secret@h:4001",
            "http://ada:secret@h",
            "https+libsql://:sec@ret@h",
            "x://a:secret@h",
            "http://h?token=secret",
        ] {
            let error = Address::parse(written).unwrap_err().to_string();
            assert!(!error.contains("sec") && error.contains('h'), "{error}");
        }
        let address = Address::parse("http+rqlite://h?password=secret").unwrap().unwrap();
        assert_eq!(address.shown(), "http+rqlite://h");
    }

    #[test]
    fn a_password_names_what_the_engine_has() {
        for (engine, variable) in [("rqlite", "ONWARD_PASSWORD"), ("libsql", "ONWARD_TOKEN")] {
            let error = Address::parse(&format!("http+{engine}://ada:secret@h")).unwrap_err().to_string();
            assert!(error.contains(variable) && error.matches("ONWARD").count() == 1, "{error}");
        }
    }
}
