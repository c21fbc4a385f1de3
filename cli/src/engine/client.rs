//! What commands ask of either engine.

use onward::{Difference, Migrations, Rehearsal, Status};
use onward_batch::Result;
use onward_libsql::Server;
use onward_rqlite::{Cluster, Node, Standing};

use super::advice;
use crate::exit::{UNKNOWN, WRONG};

pub(crate) enum Client {
    Rqlite(Cluster),
    Libsql(Server),
}

impl Client {
    pub(crate) fn status(&self, migrations: &Migrations) -> Result<Status> {
        match self {
            Client::Rqlite(cluster) => cluster.status(migrations),
            Client::Libsql(server) => server.status(migrations),
        }
    }

    pub(crate) fn verify(&self, migrations: &Migrations) -> Result<Vec<Difference>> {
        match self {
            Client::Rqlite(cluster) => cluster.verify(migrations),
            Client::Libsql(server) => server.verify(migrations),
        }
    }

    /// Those that have not what the cluster has, in words, and the exit code for that.
    pub(crate) fn others(&self, migrations: &Migrations) -> Result<(Vec<String>, Option<u8>)> {
        let Client::Rqlite(cluster) = self else { return Ok((Vec::new(), None)) };
        let nodes = cluster.nodes(migrations)?;
        if nodes.is_empty() {
            let untold = "the nodes were not compared: the cluster has not told this user of them\nhelp: give the user rqlite's \
                          permission `status`";
            return Ok((vec![untold.to_owned()], Some(UNKNOWN)));
        }
        let differs = nodes.iter().any(|node| node.standing == Standing::Differs);
        Ok((nodes.iter().filter_map(told).collect(), differs.then_some(WRONG)))
    }

    pub(crate) fn rehearse(&self, migrations: &Migrations) -> Result<Rehearsal> {
        match self {
            Client::Rqlite(cluster) => cluster.rehearse(migrations),
            Client::Libsql(server) => server.rehearse(migrations),
        }
    }

    /// What was done, in words.
    pub(crate) fn apply(&self, migrations: &Migrations) -> Result<String> {
        match self {
            Client::Rqlite(cluster) => Ok(advice::in_options(&cluster.apply(migrations)?.to_string())),
            Client::Libsql(server) => server.apply(migrations).map(|report| report.to_string()),
        }
    }
}

fn told(Node { address, standing, .. }: &Node) -> Option<String> {
    match standing {
        Standing::Differs => Some(format!("{address} has another schema")),
        Standing::Behind => Some(format!("{address} has not heard of the newest migration yet")),
        Standing::Silent(why) => Some(format!("{address} does not answer: {}", advice::in_options(why))),
        _ => None,
    }
}
