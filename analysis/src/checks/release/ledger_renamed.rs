//! The ledger of a released history got another name.

use onward_core::ledger::{LEDGER, Ledger};

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::history::History;
use crate::folder::lock::{self, Entry};

/// `ledger_renamed`
pub static RULE: Rule = Rule::error("ledger_renamed", "the ledger of a released history keeps its name")
    .effect("No database that has the old ledger starts: the program finds no ledger of its own there.")
    .examples(
        "-- onward.lock
format = 1
ledger = \"onward_migrations_auth\"

[[migration]]
version = 1
file = \"0001_users.sql\"
checksum = \"04dad4a23eb815872555edc879a681ee61d815fc0f8e430d99acdd5f7ba99730\"
-- onward.toml
[ledger]
name = \"accounts\"
-- 0001_users.sql
CREATE TABLE auth_users(id INTEGER PRIMARY KEY);",
        "-- onward.lock
format = 1
ledger = \"onward_migrations_auth\"
-- onward.toml
[ledger]
name = \"auth\"
-- 0001_users.sql
CREATE TABLE auth_users(id INTEGER PRIMARY KEY);",
    );

pub(crate) fn check(history: &History, lock: FileId, entries: &[Entry]) -> Option<Diagnostic> {
    if entries.is_empty() {
        return None;
    }
    let locked = lock::ledger(&history.files.get(lock).text);
    let released = locked.as_ref().map_or(LEDGER, |(table, _)| table);
    let ledger = history.config.ledger();
    if ledger.table() == released {
        return None;
    }
    let locked = locked.as_ref().map(|(_, range)| lock.at(range.clone()));
    let place = history.config.ledger.as_ref().map(|(_, place)| place.clone()).or_else(|| locked.clone());
    let message =
        format!("the ledger of this history is `{}`, and the released one is `{released}`", ledger.table());
    let label = if history.config.ledger.is_some() {
        "not the name that was locked"
    } else {
        "locked under this name"
    };
    let diagnostic = Diagnostic::new(&RULE, place.unwrap_or_else(|| lock.start()), message)
        .label(label)
        .note("databases have the rows of the released migrations in the old ledger, and would be refused")
        .help(match Ledger::of(released).name() {
            Some(name) => format!("write `name = \"{name}\"` below `[ledger]` in onward.toml"),
            None => "take `[ledger]` out of onward.toml".to_owned(),
        });
    Some(match (locked, &history.config.ledger) {
        (Some(locked), Some(_)) => diagnostic.related(locked, "locked here"),
        _ => diagnostic,
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};
    use crate::folder::locked;

    #[test]
    fn given_taken_away_and_changed() {
        let text = "CREATE TABLE t(a);";
        let (auth, other) = ("[ledger]\nname = 'auth'", "[ledger]\nname = 'other'");
        let plain = locked::text(&folder(&[("1_a.sql", text)]).history);
        let named = locked::text(&folder(&[("1_a.sql", text), ("onward.toml", auth)]).history);
        for (lock, toml, expected) in [
            (&plain, "", None),
            (&named, auth, None),
            (&plain, auth, Some("ledger_renamed onward.toml:2:8")),
            (&named, "", Some("ledger_renamed onward.lock:4:10")),
            (&named, other, Some("ledger_renamed onward.toml:2:8")),
        ] {
            let found = codes(&[("1_a.sql", text), ("onward.toml", toml), ("onward.lock", lock)]);
            assert_eq!(found.first().map(String::as_str), expected, "{toml}");
        }
        // Nothing is released yet.
        assert_eq!(
            codes(&[("1_a.sql", text), ("onward.toml", auth), ("onward.lock", "format = 1\n")]),
            [""; 0]
        );
    }
}
