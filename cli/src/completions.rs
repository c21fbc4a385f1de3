//! `cargo onward completions`

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Cli;

/// The script is for the program itself: what stands behind `cargo` is cargo's to complete, and its script for zsh asks for a
/// function of this name.
pub(crate) fn print(shell: Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "cargo-onward", &mut std::io::stdout());
}
