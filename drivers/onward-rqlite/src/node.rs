//! The nodes of a cluster, and whether they have the same.

use std::fmt;

/// A node, and whether its schema is that of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// Its address.
    pub address: String,
    /// Whether it has what the others have.
    pub standing: Standing,
}

/// Whether a node has what the others have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Its schema and its ledger are those of the cluster.
    Same,
    /// It answers, and has not yet heard of the newest migration.
    Behind,
    /// Its schema is another one.
    Differs,
    /// It does not answer.
    Silent(String),
}

/// What a run did, and what the nodes have. Its `Display` is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What the run did.
    pub run: onward_batch::Report,
    /// The nodes, as the cluster names them; empty if nobody may ask for them, or if nothing had to be done.
    pub nodes: Vec<Node>,
}

impl Report {
    /// Whether there was nothing to run.
    pub fn is_up_to_date(&self) -> bool {
        self.run.is_up_to_date()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.run.fmt(f)?;
        let same = self.nodes.iter().filter(|node| node.standing == Standing::Same).count();
        if same > 0 {
            write!(f, "; the same schema on {same} of {} nodes", self.nodes.len())?;
        } else if self.nodes.is_empty() && !self.is_up_to_date() {
            f.write_str("; the nodes were not compared: the cluster has not told this user of them")?;
        }
        for Node { address, standing } in &self.nodes {
            match standing {
                Standing::Same => {}
                Standing::Behind => write!(f, "\n{address} has not heard of it yet")?,
                Standing::Differs => write!(f, "\n{address} has another schema")?,
                Standing::Silent(why) => write!(f, "\n{address} does not answer: {why}")?,
            }
        }
        Ok(())
    }
}
