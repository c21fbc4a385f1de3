//! `cargo onward`, as a user runs it: with a folder, with a database, on an application that was there before, and what it
//! prints for programs and terminals.

mod database;
mod empty;
mod engine;
mod fleet;
mod folder;
mod formats;
mod hooks;
mod init;
mod lock;
mod moving;
mod new;
mod renamed;
mod terminal;
mod workspace;
