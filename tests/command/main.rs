//! `cargo onward`, as a user runs it: with a folder, with a database, and what it prints for programs and terminals.

mod database;
mod empty;
mod folder;
mod formats;
mod init;
mod terminal;
