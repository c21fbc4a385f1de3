//! What comes back from a request.

use serde_json::Value;
use ureq::Body;
use ureq::http::Response;

use crate::address::Address;
use crate::engine::Failure;
use crate::trust;

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// The longest message that is handed on, in characters.
const LONGEST_MESSAGE: usize = 2000;

/// What ureq has for it.
pub(crate) type Answer = Result<Response<Body>, ureq::Error>;

/// What came of a request.
pub enum Reply {
    /// It was not sent.
    NotSent(String),
    /// It was not sent, since the server's certificate is of nobody who is trusted.
    Untrusted(String),
    /// It was sent, and no answer came back, or one that is cut off.
    Lost(String),
    /// A status, and a text.
    Text(u16, String),
}

impl Reply {
    pub(crate) fn of(answer: Answer, address: &Address) -> Reply {
        let mut response = match answer {
            Ok(response) => response,
            Err(error) => return failed(&error, address),
        };
        let status = response.status().as_u16();
        match response.body_mut().with_config().limit(LONGEST).read_to_string() {
            Ok(text) => Reply::Text(status, text),
            Err(error) => Reply::Lost(error.to_string()),
        }
    }

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

    /// As [`Reply::json`], whatever the text is.
    pub(crate) fn text(self, engine: &str, unknown: impl Fn(String) -> Failure) -> Result<String, Failure> {
        match self {
            Reply::NotSent(message) => Err(Failure::Unreachable { message }),
            Reply::Untrusted(message) => Err(Failure::Untrusted { message }),
            Reply::Lost(message) => Err(unknown(message)),
            Reply::Text(200, text) => Ok(text),
            Reply::Text(status @ (401 | 403), _) => Err(denied(format!(
                "{status}: it asks for credentials, for other ones, or for a permission that they have not"
            ))),
            Reply::Text(status @ 500.., text) => Err(unknown(format!("{status}: {}", first_line(&text)))),
            Reply::Text(status, text) => Err(denied(match said(&text) {
                Some(error) => format!("{status}: {}", first_line(&error)),
                None if text.trim().is_empty() => format!("{status}, and nothing else; is this {engine}?"),
                None => format!("{status}: {}; is this {engine}?", first_line(&text)),
            })),
        }
    }
}

/// The engine has refused a request.
pub fn denied(message: impl Into<String>) -> Failure {
    Failure::Denied { message: message.into() }
}

/// As much of what an engine says as an error has room for.
pub fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// The error that an engine tells in JSON.
fn said(text: &str) -> Option<String> {
    let json: Value = serde_json::from_str(text).ok()?;
    Some(json.get("error")?.as_str()?.to_owned())
}

/// As much of a text as a message has room for.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    line.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

fn failed(error: &ureq::Error, address: &Address) -> Reply {
    if let Some(message) = trust::distrust(error) {
        return Reply::Untrusted(format!("the certificate of {} is not trusted: {message}", address.base));
    }
    let said = error.to_string();
    let not_sent = match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => true,
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => true,
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    };
    if not_sent { Reply::NotSent(said) } else { Reply::Lost(said) }
}
