//! A name that nothing else has.

use std::hash::{BuildHasher, RandomState};

/// 32 digits and letters that no other call gives, here or elsewhere.
pub fn name() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}
