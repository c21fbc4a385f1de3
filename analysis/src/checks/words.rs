//! Sentences that several checks say.

use crate::diagnostic::Diagnostic;
use crate::folder::history::History;

/// Something that a rebuild takes away, with what that does, and the statement that makes it again.
pub(super) fn taken_away(lost: Diagnostic, label: &str, effect: &str, sql: &str) -> Diagnostic {
    let help = format!("add after the rebuild, or in a new migration if this one is released: `{sql};`");
    lost.label(label).note(effect).help(help)
}

/// What to write where SQLite refuses something since the engine enforces foreign keys, statement by statement.
pub(super) fn enforced(history: &History, message: &str) -> Option<&'static str> {
    let at_once = match message.to_ascii_lowercase() {
        message if message.starts_with("foreign key constraint failed") => {
            "write the row that is referred to before, and delete the rows that refer to it before it: rqlite with `-fk` puts nothing \
             off to the end"
        }
        message if message.starts_with("cannot add a references column") => {
            "add the column without a DEFAULT, and fill it with an UPDATE: rqlite with `-fk` takes no other"
        }
        _ => return None,
    };
    history.config.engine.foreign_keys.then_some(at_once)
}

/// Which other files have the fault that was told of the first.
pub(super) fn others(paths: &[String]) -> Option<String> {
    let (shown, rest) = paths.split_at(paths.len().min(4));
    let shown: Vec<String> = shown.iter().map(|path| format!("`{path}`")).collect();
    let rest = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    (!shown.is_empty()).then(|| format!("the same is wrong with {}{rest}", shown.join(", ")))
}

/// Names as a sentence has them.
///
/// ```
/// use onward_analysis::checks::words::list;
///
/// let names = ["a", "b", "c"].map(str::to_owned);
/// assert_eq!((&*list(&names[..1]), &*list(&names[..2]), &*list(&names)), ("a", "a and b", "a, b and c"));
/// ```
pub fn list(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.join(", "),
    }
}
