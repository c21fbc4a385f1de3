//! Requests, and what comes back.

use std::io::Read;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body, RequestBuilder};

use crate::address::Address;
use crate::engine::Failure;

/// How long to wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 256 << 20;

type Answer = Result<Response<Body>, ureq::Error>;

/// What came of a request.
pub enum Reply {
    /// It was not sent.
    NotSent(String),
    /// It was sent, and no answer came back, or one that is cut off.
    Lost(String),
    /// A status, and a text.
    Text(u16, String),
}

impl Reply {
    /// The JSON that an engine of this name answers, with a status of 200.
    ///
    /// # Errors
    /// Why there is none. What a request that was sent has done nobody knows then: `unknown` says what that means for it.
    pub fn json(self, engine: &str, unknown: impl Fn(String) -> Failure) -> Result<Value, Failure> {
        let text = self.text(engine, &unknown)?;
        serde_json::from_str(&text).map_err(|error| match text.trim_start().starts_with('{') {
            // Cut off.
            true => unknown(format!("the answer is no JSON: {error}")),
            false => denied(format!("the answer is no JSON: {}; is this {engine}?", first_line(&text))),
        })
    }

    fn text(self, engine: &str, unknown: impl Fn(String) -> Failure) -> Result<String, Failure> {
        match self {
            Reply::NotSent(message) => Err(Failure::Unreachable { message }),
            Reply::Lost(message) => Err(unknown(message)),
            Reply::Text(200, text) => Ok(text),
            Reply::Text(status @ (401 | 403), _) => {
                Err(denied(format!("{status}: it asks for credentials, or for other ones")))
            }
            Reply::Text(status @ 500.., text) => Err(unknown(format!("{status}: {}", first_line(&text)))),
            Reply::Text(status, text) => {
                Err(denied(format!("{status}: {}; is this {engine}?", first_line(&text))))
            }
        }
    }
}

/// The engine has refused a request.
pub fn denied(message: impl Into<String>) -> Failure {
    Failure::Denied { message: message.into() }
}

/// As much of a text as a message has room for.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    line.chars().filter(|letter| !letter.is_control()).take(200).collect()
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
        Http { agent: agent(ANSWER), authorization, host: None }
    }

    /// Waits for an answer no longer than this, if that is less than a minute.
    pub fn within(mut self, timeout: Duration) -> Http {
        self.agent = agent(timeout.min(ANSWER));
        self
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
        reply(self.call(address, path, None, None))
    }

    /// Sends.
    pub fn post(&self, address: &Address, path: &str, body: &Value) -> Reply {
        reply(self.call(address, path, Some(body), None))
    }

    /// Asks an engine of this name for what may be longer than memory has room for, to be read to its end within this time. It
    /// sends a body, if there is one.
    ///
    /// # Errors
    /// Why there is no answer with a status of 200.
    pub fn stream(
        &self,
        address: &Address,
        (path, body): (&str, Option<&Value>),
        engine: &str,
        within: Duration,
    ) -> Result<impl Read + use<>, Failure> {
        match self.call(address, path, body, Some(within)) {
            Ok(response) if response.status() == 200 => Ok(response.into_body().into_reader()),
            answer => {
                let unknown = |message| Failure::Unreachable { message };
                let text = reply(answer).text(engine, unknown);
                Err(text.err().unwrap_or_else(|| denied("no answer came")))
            }
        }
    }

    fn call(&self, address: &Address, path: &str, body: Option<&Value>, within: Option<Duration>) -> Answer {
        let url = format!("{}{path}", address.base);
        match body {
            None => self.with(self.agent.get(url), within).call(),
            Some(body) => {
                let request = self.agent.post(url).header("Content-Type", "application/json");
                self.with(request, within).send(body.to_string())
            }
        }
    }

    fn with<B>(&self, mut request: RequestBuilder<B>, within: Option<Duration>) -> RequestBuilder<B> {
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        if within.is_some() { request.config().timeout_global(within).build() } else { request }
    }

    fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let authorization = self.authorization.as_deref().map(|value| ("Authorization", value));
        authorization.into_iter().chain(self.host.as_deref().map(|value| ("Host", value)))
    }
}

fn agent(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_connect(Some(CONNECT.min(timeout)))
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // An engine that is asked not to redirects nobody.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build();
    config.into()
}

/// What the header `Authorization` has for basic authentication.
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn reply(answer: Answer) -> Reply {
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
