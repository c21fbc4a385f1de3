//! Where an engine is.

use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use ureq::http::Uri;

use crate::error::{Error, ErrorKind, Result};

/// An address: scheme, host and port, and the user that was written in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port.
    pub base: String,
    /// The user, if one stands before an @.
    pub user: Option<String>,
    /// The password behind it.
    pub password: Option<String>,
    is_plain: bool,
    is_here: bool,
}

impl Address {
    /// Reads one.
    ///
    /// # Errors
    /// [`ErrorKind::Address`], which has no password in it.
    pub fn parse(written: &str) -> Result<Address> {
        // What stands before an @ may be a password.
        let shown = match written.split_once("://") {
            Some((scheme, rest)) => format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default()),
            None => written.rsplit('@').next().unwrap_or_default().to_owned(),
        };
        let wrong = |problem: &str| {
            Error::from(ErrorKind::Address { address: shown.clone(), problem: problem.to_owned() })
        };
        let uri: Uri = written
            .trim_end_matches('/')
            .parse()
            .map_err(|_| wrong("this is no address; write http://host:4001"))?;
        let is_plain = match uri.scheme_str() {
            Some("http") => true,
            Some("https") => false,
            _ => return Err(wrong("an address begins with http:// or https://, such as http://host:4001")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("the address names no host"))?;
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") {
            return Err(wrong("an address ends behind the port"));
        }
        let (user, place) = match authority.as_str().rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority.as_str()),
        };
        // What no port can be would be left out, and the request go to the usual one.
        let port = if place.ends_with(']') { None } else { place.rsplit_once(':').map(|(_, port)| port) };
        let is_port = |port: &str| {
            port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
        };
        if !port.is_none_or(is_port) {
            return Err(wrong("a port is a number from 1 to 65535"));
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let (user, password) = match user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
            Some((user, password)) => {
                (Some(decoded(user)), Some(password).filter(|word| !word.is_empty()).map(decoded))
            }
            None => (None, None),
        };
        let not_text = |_| wrong("the user or the password is no text");
        let (user, password) = (user.transpose().map_err(not_text)?, password.transpose().map_err(not_text)?);
        let host = authority.host().trim_matches(['[', ']']);
        let is_here = host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let scheme = if is_plain { "http" } else { "https" };
        Ok(Address { base: format!("{scheme}://{place}"), user, password, is_plain, is_here })
    }

    /// Whether what is sent there could be read on the way.
    pub fn is_open(&self) -> bool {
        self.is_plain && !self.is_here
    }

    /// # Errors
    /// [`ErrorKind::Address`] if what is sent there could be read on the way.
    pub fn refuse_open(&self) -> Result<()> {
        if !self.is_open() {
            return Ok(());
        }
        let problem = "what is sent over http to another machine can be read on the way; write https, or call `allow_http`";
        Err(ErrorKind::Address { address: self.base.clone(), problem: problem.to_owned() }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says() {
        let address = Address::parse("https://ada:secret@db.example:4001/").unwrap();
        assert_eq!(address.base, "https://db.example:4001");
        assert_eq!((address.user.as_deref(), address.password.as_deref()), (Some("ada"), Some("secret")));
        assert!(!address.is_open());
        // What has a meaning in an address is written with percent signs.
        let address = Address::parse("https://a%40da:p%3Aw%2Fd@db.example").unwrap();
        assert_eq!((address.user.as_deref(), address.password.as_deref()), (Some("a@da"), Some("p:w/d")));
        for (written, open) in [
            ("http://localhost:4001", false),
            ("http://127.0.0.1:4001", false),
            ("http://LocalHost:4001", false),
            ("http://[::1]:4001", false),
            ("http://[::1]", false),
            ("http://10.0.0.1:4001", true),
            ("http://localhost.example:4001", true),
        ] {
            assert_eq!(Address::parse(written).unwrap().is_open(), open, "{written}");
        }
    }

    #[test]
    fn a_port_is_one_or_nothing_is_sent() {
        for port in ["4001O", "86537", "0", "", "-1", "+80", "abc"] {
            for host in ["localhost", "[::1]", "ada:secret@localhost"] {
                let error = Address::parse(&format!("http://{host}:{port}")).unwrap_err().to_string();
                let is_told = error.contains("from 1 to 65535") || error.contains("no address");
                assert!(is_told && !error.contains("secret"), "{error}");
            }
        }
    }

    #[test]
    fn a_password_is_in_no_message() {
        for written in [
            "ada:secret@host",
            "ftp://ada:secret@host",
            "http://ada:secret@host/db",
            "http://ada:sec ret@host",
            "http://ada:secret%ff@host",
        ] {
            let error = Address::parse(written).unwrap_err().to_string();
            assert!(!error.contains("secret") && !error.contains("ada"), "{error}");
        }
    }
}
