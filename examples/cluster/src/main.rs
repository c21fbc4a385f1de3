//! Notes on a cluster of rqlite, whose leader is killed while three programs migrate it.
//!
//! `cargo run -p cluster` starts three nodes on this machine, and three of these programs at once, each at another node. It kills the
//! leader when they have begun, starts it again when they have ended, and compares schema, ledger and rows on all three nodes.
//! `ONWARD_RQLITED` names the program `rqlited`, unless it is on the path; `cargo xtask cluster` installs it first.

mod nodes;

use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitCode, Stdio};

use nodes::{Node, Nodes, execute, until};
use onward::{Migrations, migrations};
use onward_rqlite::Cluster;

static MIGRATIONS: Migrations = migrations!();

/// What a program says when it begins.
const BEGUN: &str = "begun";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.split_first() {
        None => demonstrate(),
        Some((command, addresses)) if command == "serve" && !addresses.is_empty() => serve(addresses),
        _ => Err("say nothing, or `serve ADDRESS…`".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A program that starts: it migrates, and writes a note.
fn serve(addresses: &[String]) -> Result<(), Box<dyn Error>> {
    println!("{BEGUN}");
    let cluster = Cluster::connect(&addresses[0])?;
    let cluster = addresses[1..].iter().try_fold(cluster, |cluster, address| cluster.or(address))?;
    let report = cluster.apply(&MIGRATIONS)?;
    println!("{report}");
    let first = &addresses[0];
    let note =
        format!("INSERT OR IGNORE INTO notes(id, body, words) VALUES ('{first}', 'a note from here', 4)");
    // A program that gets no answer writes the same once more.
    until("the note is written", || addresses.iter().any(|address| execute(address, &note)))?;
    Ok(())
}

fn demonstrate() -> Result<(), Box<dyn Error>> {
    let mut nodes = Nodes::start()?;
    let leader = nodes.leader()?;
    println!("three nodes, of which {} leads", nodes.list[leader].address());

    let mut programs = (0..3).map(|first| start(&nodes, first)).collect::<Result<Vec<_>, _>>()?;
    for (_, said) in &mut programs {
        let mut line = String::new();
        said.read_line(&mut line)?;
    }
    nodes.list[leader].kill()?;
    println!("three programs have begun, and {} is killed", nodes.list[leader].address());
    let mut winners = 0;
    for (number, (mut program, mut said)) in (1..).zip(programs) {
        let mut report = String::new();
        said.read_to_string(&mut report)?;
        if !program.wait()?.success() {
            return Err(format!("program {number} has failed").into());
        }
        winners += usize::from(report.contains("applied 3 migrations"));
        println!("program {number}:\n{}", report.trim_end());
    }
    if winners != 1 {
        return Err(format!("{winners} programs have run the migrations").into());
    }

    nodes.restart(leader)?;
    println!("{} is started again", nodes.list[leader].address());
    for what in [
        "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name",
        "SELECT version, name, chain, run FROM onward_migrations ORDER BY version",
        "SELECT id, body, words FROM notes ORDER BY id",
    ] {
        let expected = nodes.agreed(what)?;
        // What is replicated takes a moment.
        let is_same = |node: &Node| node.rows(what).as_ref() == Some(&expected);
        until("all nodes have the same", || nodes.list.iter().all(is_same))?;
        println!("the same {} rows on all three nodes: {what}", expected.as_array().map_or(0, Vec::len));
    }
    Ok(())
}

/// One of these programs, at this node first, and what it says.
fn start(nodes: &Nodes, first: usize) -> Result<(Child, impl BufRead + use<>), Box<dyn Error>> {
    let mut addresses: Vec<String> = nodes.list.iter().map(Node::address).collect();
    addresses.rotate_left(first);
    let mut program = Command::new(std::env::current_exe()?);
    let mut child = program.arg("serve").args(addresses).stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take().ok_or("it says nothing")?;
    Ok((child, BufReader::new(said)))
}
