//! Puts the disk between SQLite or onward and the file system.

use crate::disk::{self, Plan, Ran};
use crate::{files, shim};

/// Calls while the disk of this thread does as planned. What is opened meanwhile has to be closed meanwhile.
pub fn on<T>(plan: Plan, call: impl FnOnce() -> T) -> (T, Ran) {
    shim::install();
    files::install();
    disk::planned(plan, call)
}
