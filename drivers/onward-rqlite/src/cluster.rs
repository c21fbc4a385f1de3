//! A cluster, as a program calls it.

use std::time::Duration;

use onward::rusqlite::Connection;
use onward::{Difference, Migrations, Readiness, Rehearsal, Status};
use onward_batch::{
    Address, Engine, ErrorKind, Event, Failure, Http, Result, Row, Statement, Target, Value, Watch,
};
use serde_json::{Value as Json, json};

use crate::answer::{Asks, results, rows};
use crate::backup::Backup;
use crate::node::{Node, Report, Standing};

/// A cluster of rqlite.
pub struct Cluster {
    pub(crate) addresses: Vec<Address>,
    pub(crate) http: Http,
    watch: Watch,
}

impl Cluster {
    /// The cluster that this node is one of: `http://localhost:4001`, `https://ada:secret@db.example:4001`. Nothing is sent yet.
    ///
    /// A follower hands on to the leader, so that any node will do. [`Cluster::or`] names others for when it does not answer.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if this is none.
    pub fn connect(address: &str) -> Result<Cluster> {
        let address = Address::parse(address)?;
        Ok(Cluster { http: Http::of(&address), watch: Watch::default(), addresses: vec![address] })
    }

    /// Another node of it, which is asked when those before do not answer.
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if this is none.
    pub fn or(mut self, address: &str) -> Result<Cluster> {
        self.addresses.push(Address::parse(address)?);
        Ok(self)
    }

    /// The user, and the password, for basic authentication: so that it stands in no address.
    pub fn credentials(mut self, user: &str, password: &str) -> Cluster {
        self.http = self.http.basic(user, password);
        self
    }

    /// Allows `http://` to another machine, where whoever listens reads all that is sent, passwords too.
    pub fn allow_http(mut self) -> Cluster {
        self.http = self.http.allow_http();
        self
    }

    /// Trusts nodes whose certificates are of this authority, as PEM, and no others: those of further calls as well. Without it,
    /// the authorities are those that browsers trust.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use onward_rqlite::Cluster;
    ///
    /// let authority = std::fs::read("/etc/ssl/our-own.pem")?;
    /// let cluster = Cluster::connect("https://db.example:4001")?.root_certificate(&authority)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`] if this is none.
    #[cfg(feature = "rustls")]
    pub fn root_certificate(mut self, pem: &[u8]) -> Result<Cluster> {
        self.http = self.http.root_certificate(pem)?;
        Ok(self)
    }

    /// Sets how long to go on in all while nobody answers, there is no leader, or others are faster: two minutes by default.
    pub fn timeout(mut self, timeout: Duration) -> Cluster {
        self.http = self.http.timeout(timeout);
        self
    }

    /// Calls a function for each [`Event`] of [`Cluster::apply`], for a log. It is called on the thread that migrates.
    ///
    /// ```no_run
    /// # fn main() -> onward_rqlite::Result<()> {
    /// use onward_rqlite::{Cluster, Event};
    ///
    /// let cluster = Cluster::connect("http://localhost:4001")?.observer(|event| match event {
    ///     Event::Waiting { waited, .. } => eprintln!("waiting for the database, {} s", waited.as_secs()),
    ///     Event::Started { migrations } => eprintln!("{} migrations are sent", migrations.len()),
    ///     _ => {}
    /// });
    /// # Ok(()) }
    /// ```
    pub fn observer(mut self, observer: impl Fn(Event<'_>) + Send + Sync + 'static) -> Cluster {
        self.watch = self.watch.observer(observer);
        self
    }

    /// Writes how far [`Cluster::apply`] is to a [`Readiness`], which other threads read.
    ///
    /// ```no_run
    /// # fn main() -> onward_rqlite::Result<()> {
    /// use onward::Readiness;
    /// use onward_rqlite::Cluster;
    ///
    /// static READINESS: Readiness = Readiness::new();
    ///
    /// let cluster = Cluster::connect("http://localhost:4001")?.readiness(&READINESS);
    /// # Ok(()) }
    /// ```
    pub fn readiness(mut self, readiness: &'static Readiness) -> Cluster {
        self.watch = self.watch.readiness(readiness);
        self
    }

    /// Runs what is pending, in one atomic request, and compares the schema on every node that answers.
    ///
    /// # Errors
    /// Any [`Error`](crate::Error). The cluster is as it was, but after [`ErrorKind::InDoubt`] perhaps, and after [`ErrorKind::Nodes`], when
    /// everything is applied.
    pub fn apply(&self, migrations: &Migrations) -> Result<Report> {
        self.watch.over(|| {
            self.is_allowed()?;
            let run = onward_batch::apply(self, migrations, self.http.patience(), &self.watch)?;
            // What is applied is applied, whoever answers now.
            let nodes =
                if run.is_up_to_date() { Vec::new() } else { self.nodes(migrations).unwrap_or_default() };
            let standing = |standing| nodes.iter().filter(move |node: &&Node| node.standing == standing);
            if !nodes.is_empty() {
                let same = standing(Standing::Same).count();
                self.watch.tell(Event::Compared { same, of: nodes.len() });
            }
            let differ: Vec<String> = standing(Standing::Differs).map(|node| node.address.clone()).collect();
            if differ.is_empty() {
                Ok(Report { run, nodes })
            } else {
                Err(ErrorKind::Nodes { differ }.into())
            }
        })
    }

    /// Says what has run and what is pending. It only reads.
    ///
    /// # Errors
    /// As [`Migrations::status`], and that nobody answers.
    pub fn status(&self, migrations: &Migrations) -> Result<Status> {
        self.is_allowed()?;
        onward_batch::status(self, migrations)
    }

    /// Compares the schema with the ledger, and returns each difference as a sentence. It only reads.
    ///
    /// # Errors
    /// As [`Migrations::verify`], and that nobody answers.
    pub fn verify(&self, migrations: &Migrations) -> Result<Vec<Difference>> {
        self.is_allowed()?;
        onward_batch::verify(self, migrations)
    }

    /// Runs what is pending on a copy of the cluster's database, and tells how long that takes, which rows would be lost and which
    /// foreign keys would dangle. The cluster is only read: this downloads its backup, into the folder for temporary files.
    ///
    /// The copy is SQLite's as it is here: what each node works out for itself, and what `-fk` does to rows, is not in it.
    ///
    /// ```no_run
    /// # fn rehearse(migrations: &onward::Migrations) -> onward_rqlite::Result<()> {
    /// use onward_rqlite::Cluster;
    ///
    /// let rehearsal = Cluster::connect("http://localhost:4001")?.rehearse(migrations)?;
    /// println!("{rehearsal}");
    /// assert!(rehearsal.rows.iter().all(|table| table.lost() == 0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What would make [`Cluster::apply`] fail, but for foreign keys, which are told in the [`Rehearsal`]; and that the backup does
    /// not come, not whole, or not within [`Cluster::timeout`].
    pub fn rehearse(&self, migrations: &Migrations) -> Result<Rehearsal> {
        self.is_allowed()?;
        onward_batch::rehearse(self, migrations, self.http.patience())
    }

    pub(crate) fn query(
        &self,
        address: &Address,
        queries: &[Statement],
        level: &str,
    ) -> std::result::Result<Vec<Vec<Row>>, Failure> {
        let path = format!("/db/query?level={level}&timeout=30s");
        let reply = self.http.post(address, &path, &body(queries));
        results(reply, Asks::ToRead, queries.len())?.iter().map(rows).collect()
    }

    /// # Errors
    /// That what is sent could be read on the way, and nobody has allowed that.
    pub(crate) fn is_allowed(&self) -> Result<()> {
        self.addresses.iter().try_for_each(|address| self.http.may_ask(address))
    }

    /// Asks one node after the other, until one is reached.
    fn first<T>(
        &self,
        ask: impl Fn(&Address) -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let mut tried = Vec::new();
        for address in &self.addresses {
            match ask(address) {
                Err(Failure::Unreachable { message }) => tried.push(format!("{}: {message}", address.base)),
                outcome => return outcome,
            }
        }
        Err(Failure::Unreachable { message: tried.join("; ") })
    }
}

impl Engine for Cluster {
    const NAME: &'static str = "rqlite";
    const TARGET: Option<Target> = Some(Target::Rqlite);
    const SWITCHES_FOREIGN_KEYS: bool = false;

    fn enforces_foreign_keys_elsewhere(&self) -> bool {
        let asked = [Statement::new("PRAGMA foreign_keys")];
        self.named().into_iter().flatten().any(|written| {
            let address = Address::parse(&written).ok().filter(|address| self.http.may_ask(address).is_ok());
            let answers = address.map(|address| self.query(&address, &asked, "none"));
            answers.is_some_and(|answers| answers.is_ok_and(|answers| answers == [[[Value::Integer(1)]]]))
        })
    }

    fn write(&self, statements: &[Statement]) -> std::result::Result<(), Failure> {
        // Otherwise `random()` in a default becomes the number that the leader has drawn.
        let path = "/db/execute?transaction&norwrandom&timeout=30s";
        let body = body(statements);
        self.first(|address| {
            results(self.http.post(address, path, &body), Asks::ToWrite, statements.len()).map(drop)
        })
    }

    fn read(&self, queries: &[Statement]) -> std::result::Result<Vec<Vec<Row>>, Failure> {
        // After a failover, anything weaker may be behind what was committed.
        self.first(|address| self.query(address, queries, "strong"))
    }

    fn copy(&self, into: &mut Connection, within: Duration) -> std::result::Result<(), Failure> {
        let backup = Backup::new()?;
        // A follower asks the leader.
        self.first(|address| {
            backup.save(self.http.stream(address, ("/db/backup", None), Self::NAME, within)?)
        })?;
        backup.restore(into)
    }
}

/// A list of statements as rqlite takes it.
fn body(statements: &[Statement]) -> Json {
    let value = |value: &Value| match value {
        Value::Null => Json::Null,
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
    };
    let statement = |statement: &Statement| {
        let parameters = statement.parameters.iter().map(value);
        Json::Array([json!(statement.sql)].into_iter().chain(parameters).collect())
    };
    statements.iter().map(statement).collect()
}
