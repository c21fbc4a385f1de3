//! The SQLite of the replay: where it runs, what it may cost, what its messages mean, and what each version of it brought.
//!
//! Nothing here knows a history.

mod authorizer;
mod budget;
pub(crate) mod catalogue;
mod date;
pub(crate) mod engine;
pub mod feature;
mod fts5;
pub(crate) mod image;
pub(crate) mod message;
pub mod newer;
pub(crate) mod outside;
pub(crate) mod sandbox;
pub(crate) mod table;
pub(crate) mod text;
mod used;
pub(crate) mod volatile;
