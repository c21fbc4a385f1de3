//! A server, as a program calls it.

use std::time::{Duration, Instant};

use onward::rusqlite::Connection;
use onward::{Difference, Migrations, Readiness, Rehearsal, Status};
use onward_batch::{
    Address, Engine, Event, Failure, Http, OBJECTS, Report, Result, Row, Statement, Target, Value, Watch,
};
use serde_json::{Value as Json, json};

use crate::answer::{ENGINE, Steps, rows};
use crate::copy::{Copy, object};
use crate::cursor::{Cursor, batch};

/// What a request of so many statements has before and behind them.
const BEFORE: usize = 2;

/// A libSQL server, or one of its namespaces.
#[derive(Clone)]
pub struct Server {
    pub(crate) address: Address,
    pub(crate) http: Http,
    pub(crate) watch: Watch,
    pub(crate) namespace: Option<String>,
    /// Whether the server is known to tell namespaces apart.
    pub(crate) tells_apart: bool,
}

impl Server {
    /// The server at this address: `http://localhost:8080`, `https://db.example`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Address`](crate::ErrorKind::Address) if this is none.
    pub fn connect(address: &str) -> Result<Server> {
        let address = Address::parse(address)?;
        let (http, watch) = (Http::of(&address), Watch::default());
        Ok(Server { address, http, watch, namespace: None, tells_apart: false })
    }

    /// The token that the server asks for.
    pub fn token(mut self, token: &str) -> Server {
        self.http = self.http.authorization(format!("Bearer {token}"));
        self
    }

    /// One of its databases: servers with `--enable-namespaces` tell them apart by the first part of the host's name. One that has a
    /// single database, whatever it is called, is refused.
    pub fn namespace(self, name: &str) -> Server {
        let host = format!("{name}.{}", self.host());
        Server { http: self.http.host(host), namespace: Some(name.to_owned()), ..self }
    }

    pub(crate) fn host(&self) -> &str {
        self.address.base.split("://").last().unwrap_or_default()
    }

    /// Allows `http://` to another machine, where whoever listens reads all that is sent, the token too.
    pub fn allow_http(mut self) -> Server {
        self.http = self.http.allow_http();
        self
    }

    /// Trusts a server whose certificate is of this authority, as PEM, and no other: one of further calls as well. Without it, the
    /// authorities are those that browsers trust.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use onward_libsql::Server;
    ///
    /// let authority = std::fs::read("/etc/ssl/our-own.pem")?;
    /// let server = Server::connect("https://db.example")?.root_certificate(&authority)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`](crate::ErrorKind::Certificate) if this is none.
    #[cfg(feature = "rustls")]
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Server> {
        self.http = self.http.root_certificate(pem)?;
        Ok(self)
    }

    /// Sets how long to go on in all while nobody answers or others are faster: two minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Server {
        self.http = self.http.timeout(timeout);
        self
    }

    /// Calls a function for each [`Event`] of [`Server::apply`], for a log. It is called on the thread that migrates.
    ///
    /// ```no_run
    /// # fn main() -> onward_libsql::Result<()> {
    /// use onward_libsql::{Server, Event};
    ///
    /// let server = Server::connect("http://localhost:8080")?.observer(|event| match event {
    ///     Event::Waiting { waited, .. } => eprintln!("waiting for the database, {} s", waited.as_secs()),
    ///     Event::Started { migrations } => eprintln!("{} migrations are sent", migrations.len()),
    ///     _ => {}
    /// });
    /// # Ok(()) }
    /// ```
    pub fn observer(mut self, observer: impl Fn(Event<'_>) + Send + Sync + 'static) -> Server {
        self.watch = self.watch.observer(observer);
        self
    }

    /// Writes how far [`Server::apply`] is to a [`Readiness`], which other threads read.
    ///
    /// ```no_run
    /// # fn main() -> onward_libsql::Result<()> {
    /// use onward::Readiness;
    /// use onward_libsql::Server;
    ///
    /// static READINESS: Readiness = Readiness::new();
    ///
    /// let server = Server::connect("http://localhost:8080")?.readiness(&READINESS);
    /// # Ok(()) }
    /// ```
    pub fn readiness(mut self, readiness: &'static Readiness) -> Server {
        self.watch = self.watch.readiness(readiness);
        self
    }

    /// Runs what is pending, in one atomic request.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error). The database is as it was, but after [`ErrorKind::InDoubt`](crate::ErrorKind::InDoubt)
    /// perhaps.
    pub fn apply(&self, migrations: &Migrations) -> Result<Report> {
        self.watch.over(|| {
            self.is_meant()?;
            onward_batch::apply(self, migrations, self.http.patience(), &self.watch)
        })
    }

    /// Says what has run and what is pending. It only reads.
    ///
    /// # Errors
    /// As [`Migrations::status`], and that nobody answers.
    pub fn status(&self, migrations: &Migrations) -> Result<Status> {
        self.is_meant()?;
        onward_batch::status(self, migrations)
    }

    /// Compares the schema with the ledger, and returns each difference as a sentence. It only reads.
    ///
    /// # Errors
    /// As [`Migrations::verify`], and that nobody answers.
    pub fn verify(&self, migrations: &Migrations) -> Result<Vec<Difference>> {
        self.is_meant()?;
        onward_batch::verify(self, migrations)
    }

    /// Runs what is pending on a copy of the database, and tells how long that takes, which rows would be lost and which foreign
    /// keys would dangle. The server is only read, row by row and in one transaction; the copy lies in the folder for temporary
    /// files.
    ///
    /// ```no_run
    /// # fn rehearse(migrations: &onward::Migrations) -> onward_libsql::Result<()> {
    /// use onward_libsql::Server;
    ///
    /// let rehearsal = Server::connect("http://localhost:8080")?.rehearse(migrations)?;
    /// println!("{rehearsal}");
    /// assert!(rehearsal.rows.iter().all(|table| table.lost() == 0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What would make [`Server::apply`] fail, but for foreign keys, which are told in the [`Rehearsal`]; and that the rows do not
    /// come, not whole, or not within [`Server::timeout`].
    pub fn rehearse(&self, migrations: &Migrations) -> Result<Rehearsal> {
        self.is_meant()?;
        onward_batch::rehearse(self, migrations, self.http.patience())
    }

    /// The same, and nobody is told what is done with it.
    pub(crate) fn unwatched(&self) -> Server {
        Server { watch: Watch::default(), ..self.clone() }
    }

    /// Sends the steps of a batch, on a connection that ends with it.
    fn send(&self, steps: Vec<Json>, unknown: fn(String) -> Failure) -> std::result::Result<Steps, Failure> {
        let body = json!({"requests": [{"type": "batch", "batch": {"steps": steps}}, {"type": "close"}]});
        self.loaded(|| Steps::of(self.http.post(&self.address, "/v3/pipeline", &body), unknown))
    }

    /// Asks these in one transaction, to be read row by row within this time.
    fn cursor(&self, queries: &[String], within: Duration) -> std::result::Result<Cursor<'_>, Failure> {
        let body = batch(queries);
        let ask = || self.http.stream(&self.address, ("/v3/cursor", Some(&body)), ENGINE, within);
        Cursor::begin(self.loaded(ask)?)
    }

    /// With the address, where nobody answers there.
    pub(crate) fn named(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unreachable { message } => {
                Failure::Unreachable { message: format!("{}: {message}", self.address.base) }
            }
            failure => failure,
        }
    }
}

impl Engine for Server {
    const NAME: &'static str = "libSQL";
    const TARGET: Option<Target> = Some(Target::Libsql);
    // Before the transaction, where that has an effect (https://www.sqlite.org/pragma.html#pragma_foreign_keys).
    const SWITCHES_FOREIGN_KEYS: bool = true;

    fn write(&self, statements: &[Statement]) -> std::result::Result<(), Failure> {
        let mut steps = vec![json!({"stmt": {"sql": "PRAGMA foreign_keys = OFF"}})];
        let after = |step: usize| json!({"type": "ok", "step": step});
        steps.push(json!({"stmt": {"sql": "BEGIN IMMEDIATE"}, "condition": after(0)}));
        for statement in statements {
            steps.push(json!({"stmt": stmt(statement), "condition": after(steps.len() - 1)}));
        }
        let commit = steps.len();
        steps.push(json!({"stmt": {"sql": "COMMIT"}, "condition": after(commit - 1)}));
        let open = json!({"type": "not", "cond": {"type": "is_autocommit"}});
        steps.push(json!({"stmt": {"sql": "ROLLBACK"}, "condition": open}));
        let steps = self.send(steps, |message| Failure::InDoubt { message })?;
        if steps.has_run(commit) {
            return Ok(());
        }
        let (step, message) = steps.failed().unwrap_or((commit, "nothing was committed".to_owned()));
        Err(match step.checked_sub(BEFORE) {
            Some(statement) if statement < statements.len() => Failure::Refused { statement, message },
            // A COMMIT that fails may have been one.
            Some(_) => Failure::InDoubt { message },
            // Somebody else writes.
            None => Failure::Unreachable { message },
        })
    }

    fn read(&self, queries: &[Statement]) -> std::result::Result<Vec<Vec<Row>>, Failure> {
        let steps = queries.iter().map(|query| json!({"stmt": stmt(query)})).collect();
        let steps = self.send(steps, |message| Failure::Unreachable { message })?;
        match steps.failed() {
            Some((statement, message)) => Err(Failure::Refused { statement, message }),
            None if steps.results.len() != queries.len() => {
                Err(Failure::Denied { message: "fewer answers came back than queries were sent".to_owned() })
            }
            None => steps.results.iter().map(rows).collect(),
        }
    }

    fn copy(&self, into: &mut Connection, within: Duration) -> std::result::Result<(), Failure> {
        let start = Instant::now();
        let mut objects = Vec::new();
        self.cursor(&[OBJECTS.to_owned()], within)?.rows(|row| {
            objects.extend(object(row));
            Ok(())
        })?;
        let copy = Copy::begin(into, objects)?;
        let mut cursor = self.cursor(&copy.queries(), within.saturating_sub(start.elapsed()))?;
        copy.fill(&mut cursor)
    }
}

/// A statement as Hrana has it.
fn stmt(statement: &Statement) -> Json {
    let value = |value: &Value| match value {
        Value::Null => json!({"type": "null"}),
        Value::Integer(number) => json!({"type": "integer", "value": number.to_string()}),
        Value::Text(text) => json!({"type": "text", "value": text}),
    };
    json!({"sql": statement.sql, "args": statement.parameters.iter().map(value).collect::<Vec<_>>()})
}
