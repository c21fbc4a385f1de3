//! Without the feature `engines`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::address::Address;
use super::options::Options;
use crate::take_over::{How, TakeOver};
use crate::until::Until;

/// There is none.
pub(crate) enum Access {}

impl Access {
    /// # Errors
    /// Always.
    pub(crate) fn of(address: Address, _: Options) -> anyhow::Result<Access> {
        bail!(
            "{} is an engine over the network, and this cargo-onward was built without them; nothing was sent\nhelp: install it with \
             them, in a clone of onward: `cargo install --path cli --locked --features engines`",
            address.shown()
        )
    }
}

pub(crate) fn status(access: &Access, _: &Path) -> anyhow::Result<ExitCode> {
    match *access {}
}

pub(crate) fn verify(access: &Access, _: &Path) -> anyhow::Result<ExitCode> {
    match *access {}
}

pub(crate) fn rehearse(
    access: &Access,
    _: &Path,
    _: &Until,
    _: Option<How>,
    _: &TakeOver,
) -> anyhow::Result<ExitCode> {
    match *access {}
}

pub(crate) fn apply(access: &Access, _: &Path, _: &Until) -> anyhow::Result<ExitCode> {
    match *access {}
}
