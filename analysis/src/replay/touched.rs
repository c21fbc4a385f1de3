//! Which tables statements of a history may touch.

use std::collections::BTreeSet;

use rusqlite::Result;

use super::step::Step;
use crate::folder::history::History;
use crate::sqlite::sandbox::Sandbox;

/// The names of these tables, in lower case. The parents of a table that gets rows get some when it does.
pub(super) fn tables(history: &History, steps: &[Step], sandbox: &Sandbox) -> Result<BTreeSet<String>> {
    onward_schema::reached(sandbox.conn(), steps.iter().map(|step| history.sql(step.at)))
}
