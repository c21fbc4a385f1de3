//! A statement by itself: what SQLite refuses of it, and what a migration cannot have done.

pub mod connection_dependent_value;
pub mod engine_mismatch;
pub mod newer_sqlite;
pub mod node_dependent_value;
pub mod non_transactional_statement;
pub mod pragma_without_effect;
pub mod redundant_transaction;
pub mod replay_limit_reached;
pub mod sqlite_error;
pub mod syntax_error;
pub mod transaction_control;
