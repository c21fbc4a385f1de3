//! Whether what an INSERT without column names writes goes where it went.

use onward_core::name::Ident;

use super::change::{Change, Sides};
use crate::diagnostic::Severity;
use crate::query::write::What;

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let pairs = sides.writes.0.iter().zip(sides.writes.1).filter(|(was, _)| was.what != What::Update);
    let mut changes = Vec::new();
    for (was, is) in pairs.filter(|(was, is)| was.columns.len() == is.columns.len()) {
        let moved = was.columns.iter().zip(&is.columns).find(|(was, is)| Ident(was) != is.as_str());
        changes.extend(moved.map(|(column, other)| {
            let message = format!(
                "writes into `{other}` what it wrote into `{column}`: the columns of `{}` come in another order",
                is.table
            );
            Change::of(Severity::Warning, message, vec![is.table.clone()])
        }));
    }
    changes
}
