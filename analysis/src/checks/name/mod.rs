//! Names of tables, columns and functions that mean nothing, or something else than it looks like.
//!
//! What exists earlier or later is in `order`.

pub mod double_quoted_string;
pub mod outer_column;
pub mod unknown_column;
pub mod unknown_function;
pub mod unknown_table;
pub mod unnamed_function;
