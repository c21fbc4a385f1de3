//! A statement by itself: what SQLite refuses of it, and what a migration cannot have done.

pub mod depends_on_connection;
pub mod newer_sqlite;
pub mod not_in_transaction;
pub mod pragma_without_effect;
pub mod redundant_transaction;
pub mod replay_limit;
pub mod sqlite_error;
pub mod syntax_error;
pub mod transaction_control;
