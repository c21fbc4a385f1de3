//! An address that stands where a file might.

use anyhow::bail;
use onward_core::batch::Target;

/// Where an engine is: `http+rqlite://user@host:4001`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) engine: Target,
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
        let Some((transport, engine)) = known(&scheme) else {
            bail!(
                "{scheme}://{host} is the address of no engine that is known; nothing was done\nhelp: write which engine it is: \
                 http+rqlite://{host} or http+libsql://{host}, or https+… with TLS; for a file, write its path"
            );
        };
        if let Some((user, _)) = user.and_then(|user| user.split_once(':')) {
            let help = match engine {
                Target::Rqlite => format!(
                    "write {scheme}://{user}@{host}, and put the password into the variable ONWARD_PASSWORD, or into a file for \
                     `--password-file`"
                ),
                Target::Libsql => format!(
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
        format!("{}+{}://{}", self.scheme, self.engine.key(), host(&self.place))
    }
}

/// What is wrong with the name of a file that is not there, if an address was meant: SQLite would make one of that name.
pub(crate) fn mistaken(written: &str) -> Option<String> {
    let (scheme, place) = if begins_as_address(written) {
        written.split_once(':').unwrap_or((written, ""))
    } else {
        let (name, port) = host(written).split_once(':')?;
        let is_name = !name.is_empty()
            && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_'));
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        if !is_name || !is_port || written.contains(['/', '\\']) {
            return None;
        }
        ("", written)
    };
    let host = host(place);
    let shown = &written[..written.len() - place.len()];
    let meant = match host.trim_start_matches(['/', '\\']) {
        "" => "localhost:4001",
        meant => meant,
    };
    let scheme = scheme.to_ascii_lowercase();
    let address = match known(&scheme) {
        Some(_) => format!("{scheme}://{meant}"),
        None => format!("http+rqlite://{meant} or http+libsql://{meant}"),
    };
    Some(format!(
        "{shown}{host} is no file that is there, and looks like an address; nothing was done\nhelp: write {address} for an engine, or \
         ./ in front of the name of a file"
    ))
}

fn begins_as_address(written: &str) -> bool {
    let written = written.to_ascii_lowercase();
    ["http:", "http+", "https:", "https+"].iter().any(|start| written.starts_with(start))
}

/// `http` or `https`, and the engine.
fn known(scheme: &str) -> Option<(&str, Target)> {
    let (transport, engine) = scheme.split_once('+')?;
    matches!(transport, "http" | "https").then_some((transport, Target::parse(engine)?))
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
        assert_eq!((address.engine, &*address.scheme), (Target::Rqlite, "https"));
        assert_eq!(
            (&*address.place, &*address.shown()),
            ("ada@db.example:4001", "https+rqlite://db.example:4001")
        );
        assert_eq!(Address::parse("http+libsql://localhost").unwrap().unwrap().engine, Target::Libsql);
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

    #[test]
    fn a_file_that_looks_like_an_address_is_told_how_to_write_one() {
        for (written, shown, address) in [
            ("localhost:21001", "localhost:21001", "http+rqlite://localhost:21001 or "),
            ("ada:secret@db.example:4001", "db.example:4001", "http+rqlite://db.example:4001 or "),
            ("http:\\\\localhost", "http:\\\\localhost", "http+rqlite://localhost or "),
            ("HTTPS+libsql:/ada:secret@h", "HTTPS+libsql:h", "https+libsql://h for"),
            (
                "http+rqlite:/localhost:4001",
                "http+rqlite:/localhost:4001",
                "http+rqlite://localhost:4001 for",
            ),
            ("http:", "http:", "http+rqlite://localhost:4001 or "),
        ] {
            let said = mistaken(written).unwrap_or_default();
            assert!(said.starts_with(&format!("{shown} is no file")), "{said}");
            assert!(said.contains(&format!("help: write {address}")) && !said.contains("secret"), "{said}");
        }
        for path in [
            "app.db",
            "./localhost:1",
            "a/b:1",
            "https.db",
            "httpd",
            "day:1.db",
            "a:b:1",
            ":1",
            "a:",
            "a?:1",
            "C:\\1",
            ":memory:",
        ] {
            assert_eq!(mistaken(path), None, "{path}");
        }
    }
}
