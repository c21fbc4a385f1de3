//! Requests to an engine.

use std::io::Read;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::{Agent, RequestBuilder};

use crate::address::Address;
use crate::engine::Failure;
use crate::error::Result;
use crate::patience::Patience;
use crate::reply::{Answer, Reply, denied};
use crate::trust::Trust;

/// How long to wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);

/// How an engine is asked, as a program has set it: an answer that is not there within a minute is lost.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    authorization: Option<String>,
    host: Option<String>,
    patience: Patience,
    allow_http: bool,
    trust: Trust,
}

impl Http {
    /// With the user and the password in an address, if there are any, for basic authentication.
    pub fn of(address: &Address) -> Http {
        let (patience, trust) = (Patience::default(), Trust::default());
        let agent = agent(patience, &trust);
        let http = Http { agent, authorization: None, host: None, patience, allow_http: false, trust };
        match &address.user {
            Some(user) => http.basic(user, address.password.as_deref().unwrap_or_default()),
            None => http,
        }
    }

    /// With a user and a password, for basic authentication.
    pub fn basic(self, user: &str, password: &str) -> Http {
        self.authorization(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// With this in the header `Authorization`.
    pub fn authorization(mut self, value: String) -> Http {
        self.authorization = Some(value);
        self
    }

    /// With this in the header `Host`.
    pub fn host(mut self, host: String) -> Http {
        self.host = Some(host);
        self
    }

    /// Goes on no longer than this in all, and waits for an answer no longer than this, if that is less than a minute.
    pub fn timeout(mut self, timeout: Duration) -> Http {
        self.patience = Patience { timeout };
        self.agent = agent(self.patience, &self.trust);
        self
    }

    /// Sends to other machines what can be read on the way.
    pub fn allow_http(mut self) -> Http {
        self.allow_http = true;
        self
    }

    /// Trusts servers whose certificates are of this authority, and no others but those of further calls.
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`](crate::ErrorKind::Certificate) if this is none.
    #[cfg(feature = "rustls")]
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Http> {
        self.trust.add(pem)?;
        self.agent = agent(self.patience, &self.trust);
        Ok(self)
    }

    /// How long to go on.
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// # Errors
    /// That what is sent there could be read on the way, and nobody has allowed that.
    pub fn may_ask(&self, address: &Address) -> Result<()> {
        if self.allow_http { Ok(()) } else { address.refuse_open() }
    }

    /// Asks.
    pub fn get(&self, address: &Address, path: &str) -> Reply {
        Reply::of(self.call(address, path, None, None), address)
    }

    /// Sends.
    pub fn post(&self, address: &Address, path: &str, body: &Value) -> Reply {
        Reply::of(self.call(address, path, Some(body), None), address)
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
    ) -> std::result::Result<impl Read + use<>, Failure> {
        match self.call(address, path, body, Some(within)) {
            Ok(response) if response.status() == 200 => Ok(response.into_body().into_reader()),
            answer => {
                let unknown = |message| Failure::Unreachable { message };
                let text = Reply::of(answer, address).text(engine, unknown);
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

fn agent(Patience { timeout }: Patience, trust: &Trust) -> Agent {
    let timeout = timeout.min(ANSWER);
    let config = Agent::config_builder()
        .timeout_connect(Some(CONNECT.min(timeout)))
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // An engine that is asked not to redirects nobody.
        .max_redirects(0)
        .max_redirects_will_error(false);
    trust.config(config).build().into()
}
