//! What contributors run, `cargo xtask …`: CI in steps, and the files of a new check.

mod ci;
mod command;
mod engine;
mod new_check;
mod stacks;
mod steps;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// What contributors run.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run what CI runs: everything, or the steps that are named
    Ci {
        /// Steps, or `quick` for those of every commit
        steps: Vec<String>,
        /// Print the steps, and run none
        #[arg(long)]
        list: bool,
    },
    /// Run the example of a cluster: three nodes of rqlite, which is installed into the target folder, and a leader that is killed
    Cluster,
    /// Write the files of a new check: its rule with a detector that finds nothing yet, its entries, its UI case
    NewCheck {
        /// The code, such as index_before_column
        name: String,
        /// The folder below analysis/src/checks that it belongs to
        #[arg(long, default_value = "statement")]
        topic: String,
    },
}

fn main() -> Result<()> {
    std::env::set_current_dir(root()?)?;
    match Cli::parse().task {
        Task::Ci { list: true, .. } => {
            ci::list();
            Ok(())
        }
        Task::Ci { steps, .. } => ci::run(&steps),
        Task::Cluster => steps::cluster(),
        Task::NewCheck { name, topic } => new_check::write(&name, &topic),
    }
}

/// The checkout that this runs in.
fn root() -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    let root = here.ancestors().find(|folder| folder.join("xtask/Cargo.toml").exists());
    root.map(PathBuf::from).context("this runs in a checkout of onward only")
}
