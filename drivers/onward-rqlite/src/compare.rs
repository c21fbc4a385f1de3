//! What each node of a cluster has.

use std::thread::sleep;
use std::time::{Duration, Instant};

use onward::{__private, Migrations};
use onward_batch::{Address, Engine, Error, ErrorKind, Failure, Reply, Result, Row, Statement};
use serde_json::Value as Json;

use crate::cluster::Cluster;
use crate::node::{Node, Standing};

/// How long nodes have to hear of what was committed.
const HEAR: Duration = Duration::from_secs(5);

impl Cluster {
    /// Says of each node whether it has the same schema and ledger as the cluster. One that was just written to may need a moment,
    /// which this waits.
    ///
    /// # Errors
    /// If nobody answers for the cluster.
    pub fn nodes(&self, migrations: &Migrations) -> Result<Vec<Node>> {
        self.is_allowed()?;
        let ledger = __private::ledger(migrations);
        let mut asked = Asked::of(ledger);
        let failed = |failure| Error::from(ErrorKind::Engine { doing: "compare the nodes", failure });
        let start = Instant::now();
        let expected = loop {
            match self.read(&asked.0) {
                // While a new leader is elected.
                Err(Failure::Unreachable { .. }) if start.elapsed() < HEAR => {
                    sleep(Duration::from_millis(50))
                }
                // No migration has run there yet.
                Err(Failure::Refused { message, .. }) if message.ends_with(ledger) && asked.0.len() > 1 => {
                    asked.0.remove(0);
                }
                read => break read.map_err(failed)?,
            }
        };
        let start = Instant::now();
        let node = |written| self.node(written, &asked, &expected, start);
        Ok(self.named().into_iter().map(|named| named.map_or_else(|silent| silent, node)).collect())
    }

    fn node(&self, written: String, asked: &Asked, expected: &[Vec<Row>], start: Instant) -> Node {
        let read = |address: &Address| self.query(address, &asked.0, "none");
        // The cluster names it, and what is sent there has the credentials in it.
        let address =
            Address::parse(&written).and_then(|address| self.http.may_ask(&address).map(|()| address));
        let address = match address {
            Ok(address) => address,
            Err(error) => return Node { address: written, standing: Standing::Silent(error.to_string()) },
        };
        let standing = loop {
            match read(&address) {
                Ok(found) if found == expected => break Standing::Same,
                // What is replicated comes in order: with the newest row comes all before it.
                Ok(found) if found.first() == expected.first() => break Standing::Differs,
                // Or it has no ledger yet.
                Ok(_) | Err(Failure::Refused { .. }) if start.elapsed() < HEAR => {
                    sleep(Duration::from_millis(20))
                }
                Ok(_) | Err(Failure::Refused { .. }) => break Standing::Behind,
                Err(failure) => break Standing::Silent(failure.to_string()),
            }
        };
        Node { address: written, standing }
    }

    /// The addresses that the cluster names; for a node that it cannot reach, and so knows no address of, that it is silent. None if it
    /// does not tell.
    pub(crate) fn named(&self) -> Vec<std::result::Result<String, Node>> {
        let told = self.addresses.iter().find_map(|address| {
            match self.http.get(address, "/nodes?ver=2&timeout=2s") {
                Reply::Text(200, text) => serde_json::from_str::<Json>(&text).ok(),
                _ => None,
            }
        });
        let nodes = told.as_ref().and_then(|told| told.get("nodes")?.as_array());
        let named = |node: &Json| {
            let text =
                |name: &str| node.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            if let Some(address) = text("api_addr") {
                return Some(Ok(address));
            }
            // What the nodes call each other by.
            let address = text("addr").or_else(|| text("id"))?;
            let why = text("error").unwrap_or_else(|| "the cluster does not reach it".to_owned());
            Some(Err(Node { address, standing: Standing::Silent(why) }))
        };
        nodes.map(|nodes| nodes.iter().filter_map(named).collect()).unwrap_or_default()
    }
}

/// What is compared: the ledger first, if there is one, then the schema.
struct Asked(Vec<Statement>);

impl Asked {
    fn of(ledger: &str) -> Asked {
        let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        // No statement of another text is prepared where there is no ledger.
        let newest = format!("SELECT name, chain FROM main.{ledger} ORDER BY version");
        Asked(vec![Statement::new(newest), Statement::new(schema)])
    }
}
