//! drizzle's breakpoints between statements, and the journal that says which files run, and in which order.

use std::collections::BTreeMap;

use onward_core::token::{Kind, tokens};
use serde_json::Value;

use crate::folder::parts::{Means, Parts, Unread, ended};
use crate::folder::tool::Tool;

/// Where the journal lies.
pub(crate) const JOURNAL: &str = "meta/_journal.json";

const BREAKPOINT: &str = "--> statement-breakpoint";

/// A statement ends at each breakpoint, with or without a semicolon.
pub(crate) fn breakpoints(text: &str, parts: &mut Parts) {
    if !text.contains(BREAKPOINT) {
        return;
    }
    let mut marks = Vec::new();
    for token in tokens(&parts.up).filter(|token| token.kind == Kind::Comment) {
        let Some(rest) = token.text.strip_prefix(BREAKPOINT).map(str::trim) else { continue };
        let range = token.range.start..token.range.start + BREAKPOINT.len();
        // drizzle would run what is a comment to everybody else.
        if !rest.is_empty() && !rest.starts_with("--") {
            let (tool, means) = (Tool::Drizzle.name(), Means::End);
            let text = BREAKPOINT.to_owned();
            parts.unread.get_or_insert(Unread { tool, means, text, range: range.clone() });
        }
        marks.push(range);
    }
    if !marks.is_empty() {
        parts.tool.get_or_insert(Tool::Drizzle);
        parts.up = ended(std::mem::take(&mut parts.up), &marks);
    }
}

/// What the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Journal {
    /// The database that the migrations are for.
    pub(crate) dialect: Option<String>,
    /// The names of the files, without `.sql`, in the order in which they run.
    pub(crate) tags: Vec<String>,
    /// When each was made, in milliseconds: drizzle's name for it in its ledger.
    times: BTreeMap<String, i64>,
}

impl Journal {
    /// Reads it.
    ///
    /// # Errors
    /// If it is no JSON.
    pub(crate) fn parse(text: &str) -> Result<Journal, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let entries = value["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut journal = Journal {
            dialect: value["dialect"].as_str().map(str::to_owned),
            tags: Vec::new(),
            times: BTreeMap::new(),
        };
        for entry in entries {
            let Some(tag) = entry["tag"].as_str() else { continue };
            journal.tags.push(tag.to_owned());
            if let Some(time) = entry["when"].as_i64() {
                journal.times.entry(tag.to_owned()).or_insert(time);
            }
        }
        Ok(journal)
    }

    /// The first entry that drizzle skips where an earlier one has run, and that one: it runs what has a later time than
    /// the newest in its ledger.
    pub(crate) fn skipped(&self) -> Option<(&str, &str)> {
        let mut newest: Option<(&str, i64)> = None;
        for tag in &self.tags {
            let Some(time) = self.time(tag) else { continue };
            match newest {
                Some((before, newest)) if time <= newest && before != tag => return Some((tag, before)),
                _ => newest = Some((tag, time)),
            }
        }
        None
    }

    /// When the file of this name was made, if the journal says so.
    pub(crate) fn time(&self, tag: &str) -> Option<i64> {
        self.times.get(tag).copied()
    }
}

/// Whether SQL of this dialect is SQLite's.
pub(crate) fn is_sqlite(dialect: &str) -> bool {
    matches!(dialect, "sqlite" | "turso" | "libsql" | "d1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_read_in_its_order() {
        let text = r#"{"version":"7","dialect":"sqlite","entries":[
            {"idx":0,"version":"6","when":1700000000000,"tag":"0000_b","breakpoints":true},
            {"idx":1,"version":"6","when":1700000000001,"tag":"0000_a","breakpoints":true}]}"#;
        let journal = Journal::parse(text).unwrap();
        assert_eq!((journal.time("0000_a"), journal.time("0000_c")), (Some(1700000000001), None));
        assert_eq!(
            (journal.dialect.as_deref(), &journal.tags),
            (Some("sqlite"), &vec!["0000_b".into(), "0000_a".into()])
        );
        assert_eq!(journal.skipped(), None);
        let skipped = |times: [i64; 3]| {
            let entry = |(at, time)| format!("{{\"tag\":\"{at}\",\"when\":{time}}}");
            let entries: Vec<String> = (0..).zip(times).map(entry).collect();
            let journal = Journal::parse(&format!("{{\"entries\":[{}]}}", entries.join(","))).unwrap();
            journal.skipped().map(|(tag, before)| format!("{tag} behind {before}"))
        };
        assert_eq!(skipped([1, 2, 3]), None);
        assert_eq!(skipped([1, 2, 2]).as_deref(), Some("2 behind 1"));
        assert_eq!(skipped([5, 1, 6]).as_deref(), Some("1 behind 0"));
        for text in ["{}", "[]", "{\"entries\":[]}", "{\"entries\":[1, {}, {\"tag\":7}]}", "7"] {
            assert_eq!(Journal::parse(text).map(|journal| journal.tags), Ok(vec![]), "{text}");
        }
        for text in ["", "{", "{\"entries\":", "\u{0}"] {
            assert!(Journal::parse(text).is_err(), "{text}");
        }
    }
}
