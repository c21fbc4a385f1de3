//! Requests, and what comes back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::Agent;

use crate::address::Address;

/// How long to wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// What came of a request.
pub enum Reply {
    /// It was not sent.
    NotSent(String),
    /// It was sent, and no answer came back, or one that is cut off.
    Lost(String),
    /// A status, and a text.
    Text(u16, String),
}

/// Sends requests, and waits for each no longer than a minute.
pub struct Http {
    agent: Agent,
    authorization: Option<String>,
    host: Option<String>,
}

impl Http {
    /// With this in the header `Authorization`.
    pub fn new(authorization: Option<String>) -> Http {
        let config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(ANSWER))
            .http_status_as_error(false)
            // An engine that is asked not to redirects nobody.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Http { agent: config.into(), authorization, host: None }
    }

    /// With the user and the password in an address, if there are any, for basic authentication.
    pub fn of(address: &Address) -> Http {
        let user = address.user.as_deref();
        Http::new(user.map(|user| basic(user, address.password.as_deref().unwrap_or_default())))
    }

    /// With this in the header `Host`.
    pub fn host(mut self, host: String) -> Http {
        self.host = Some(host);
        self
    }

    /// Asks.
    pub fn get(&self, address: &Address, path: &str) -> Reply {
        let mut request = self.agent.get(format!("{}{path}", address.base));
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        reply(request.call())
    }

    /// Sends.
    pub fn post(&self, address: &Address, path: &str, body: &Value) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", address.base));
        for (name, value) in self.headers().chain([("Content-Type", "application/json")]) {
            request = request.header(name, value);
        }
        reply(request.send(body.to_string()))
    }

    fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let authorization = self.authorization.as_deref().map(|value| ("Authorization", value));
        authorization.into_iter().chain(self.host.as_deref().map(|value| ("Host", value)))
    }
}

/// What the header `Authorization` has for basic authentication.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => return failed(&error),
    };
    let status = response.status().as_u16();
    match response.body_mut().with_config().limit(LONGEST).read_to_string() {
        Ok(text) => Reply::Text(status, text),
        Err(error) => Reply::Lost(error.to_string()),
    }
}

fn failed(error: &ureq::Error) -> Reply {
    let said = error.to_string();
    let not_sent = match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => true,
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        #[cfg(feature = "rustls")]
        ureq::Error::Rustls(_) => true,
        _ => false,
    };
    if not_sent { Reply::NotSent(said) } else { Reply::Lost(said) }
}
