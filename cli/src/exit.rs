//! The exit codes: 0 for nothing wrong, and these.

/// Something is wrong.
pub(crate) const WRONG: u8 = 1;
/// It could not be found out.
pub(crate) const UNKNOWN: u8 = 2;
