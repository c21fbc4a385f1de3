//! Down migrations.

pub mod down_differs;
pub mod down_fails;
