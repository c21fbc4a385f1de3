//! What a build says and does: macro and command line, cargo and rustc, and histories that mean harm. These take minutes.
//!
//! The compiler's messages word for word are a test binary of their own (`ui.rs`): its arguments are trybuild's.

mod build_script;
mod hostile;
mod matrix;
mod parity;
mod random_rows;
mod rebuild;
mod release;
