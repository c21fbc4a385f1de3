//! How to come to the same schema in two releases, neither of which breaks the one before: add what is new in the first, take
//! away what is old in the second.

use onward_core::kind::{Change as Alter, Kind, Name, ObjectKind};

use super::change::{self, Change};
use crate::folder::history::{At, History};

pub(super) fn help(history: &History, since: Option<At>, change: &Change) -> String {
    let kind = since.map(|at| &history.statement(at).kind);
    let is_about = |name: &Name| change.about.iter().any(|about| name.is(about));
    match kind {
        _ if change.kind == change::Kind::Ambiguous => {
            "give the new column another name, or add it in the release after, when every statement says whose column it means"
                .to_owned()
        }
        Some(Kind::Alter { table, change: Some(Alter::Rename(from, to)) }) => format!(
            "leave `{from}` in this release: add `{to}` to `{table}` beside it, with triggers that keep the two alike, and drop \
             `{from}` in the release after",
            from = from.text,
            to = to.text,
            table = table.text,
        ),
        // Else it is the end of a rebuild.
        Some(Kind::Alter { table, change: Some(Alter::RenameTable(to)) }) if !is_about(to) => format!(
            "leave a view under the old name in this release, `CREATE VIEW {from} AS SELECT * FROM {to}`, with INSTEAD OF \
             triggers if programs write to it, and drop it in the release after",
            from = table.text,
            to = to.text,
        ),
        Some(Kind::Alter { table, change: Some(Alter::Drop(column)) }) => format!(
            "drop `{}.{}` in the release after this one, when no program that names it runs any more",
            table.text, column.text
        ),
        Some(Kind::Drop { object: ObjectKind::Table | ObjectKind::View, name }) => {
            format!("drop `{}` in the release after this one, when no program that names it runs any more", name.text)
        }
        Some(Kind::Create { object: ObjectKind::View, name, .. }) => format!(
            "leave `{0}` as it is in this release: make a view of another name for what is new, and drop \
             `{0}` in the release after",
            name.text
        ),
        _ => match change.kind {
            change::Kind::Narrower => {
                "let the program keep to it from this release on, and make the constraint in the release after"
            }
            change::Kind::Lost => {
                "let no statement go by the constraint from this release on, and take it away in the release after"
            }
            change::Kind::Wider => {
                "let this release read what may come, and change the column in the release after, which writes it"
            }
            change::Kind::Names | change::Kind::Ambiguous => {
                "keep what programs of the last release name in this one, with a DEFAULT for what they do not give, and take \
                 it away in the release after"
            }
        }
        .to_owned(),
    }
}
