//! drizzle's breakpoints between statements, and the journal that says which files run, and in which order.

use std::collections::BTreeMap;

use onward_core::token::{Kind, position, tokens};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};

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
        let problem = |error: rusqlite::Error| error.to_string();
        let conn = Connection::open_in_memory().map_err(problem)?;
        if let Some(offset) = fault(&conn, text).map_err(problem)? {
            let (line, column) = position(text, offset);
            return Err(format!("not JSON from line {line}, column {column}, on"));
        }
        read(&conn, text).map_err(problem)
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

/// The byte from which on the text is no JSON.
fn fault(conn: &Connection, text: &str) -> rusqlite::Result<Option<usize>> {
    // SQLite reads a text until there.
    if let Some(offset) = text.find('\0') {
        return Ok(Some(offset));
    }
    let asked = "SELECT json_valid(?1, 1), json_error_position(?1)";
    let (is_json, at) =
        conn.query_row(asked, [text], |row| Ok((row.get::<_, bool>(0)?, row.get::<_, u32>(1)?)))?;
    match at {
        _ if is_json => Ok(None),
        // It is JSON5, of which `json` makes JSON: where they part.
        0 => {
            let json: String = conn.query_row("SELECT json(?1)", [text], |row| row.get(0))?;
            let mut json = json.chars().peekable();
            let is_other = |(_, char): &(usize, char)| {
                json.next_if_eq(char).is_none() && !matches!(char, ' ' | '\t' | '\n' | '\r')
            };
            Ok(Some(text.char_indices().find(is_other).map_or(text.len(), |(offset, _)| offset)))
        }
        _ => Ok(Some(text.char_indices().nth(at as usize - 1).map_or(text.len(), |(offset, _)| offset))),
    }
}

/// What the JSON has of a journal. What is of another type than drizzle's is passed over.
fn read(conn: &Connection, text: &str) -> rusqlite::Result<Journal> {
    // Of two members of one name the last one counts, as it does in JavaScript.
    let member = "SELECT type, value FROM json_each(?1) WHERE key = ?2 ORDER BY id DESC LIMIT 1";
    let mut member = conn.prepare(member)?;
    let mut member = |object: &str, name: &str, kind: &str| -> rusqlite::Result<Option<Value>> {
        let found = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
        let found = member.query_row([object, name], found).optional()?;
        Ok(found.filter(|(found, _)| found == kind).map(|(_, value)| value))
    };
    let dialect = member(text, "dialect", "text")?.and_then(text_of);
    let mut journal = Journal { dialect, tags: Vec::new(), times: BTreeMap::new() };
    let Some(entries) = member(text, "entries", "array")?.and_then(text_of) else { return Ok(journal) };
    let mut objects = conn.prepare("SELECT value FROM json_each(?1) WHERE type = 'object' ORDER BY id")?;
    let mut objects = objects.query([entries])?;
    while let Some(object) = objects.next()? {
        let object: String = object.get(0)?;
        let Some(tag) = member(&object, "tag", "text")?.and_then(text_of) else { continue };
        if let Some(Value::Integer(time)) = member(&object, "when", "integer")? {
            journal.times.entry(tag.clone()).or_insert(time);
        }
        journal.tags.push(tag);
    }
    Ok(journal)
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
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
        // A type of its own, and a name twice.
        let text = r#"{"dialect":7,"dialect":"turso","entries":7,"entries":[[{"tag":"x"}],
            {"tag":"a","when":true,"tag":"b","when":1,"when":2},{"tag":"c\u0061","when":1.5},
            {"tag":"d","when":99999999999999999999},{"tag":"e","when":"1"},{"when":1},{"tag":["x"]}]}"#;
        let journal = Journal::parse(text).unwrap();
        assert_eq!(
            (journal.dialect.as_deref(), journal.tags.join(" ").as_str()),
            (Some("turso"), "b ca d e")
        );
        assert_eq!(journal.times, BTreeMap::from([("b".to_owned(), 2)]));
        assert_eq!(Journal::parse(r#"{"dialect":"sqlite","dialect":null}"#).unwrap().dialect, None);
        let text = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(Journal::parse(&text).map(|journal| journal.tags), Ok(vec![]));
    }

    #[test]
    fn what_is_no_json_is_found() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for (text, place) in [
            ("", "1, column 1"),
            ("{", "1, column 2"),
            ("{\"entries\":", "1, column 12"),
            ("\0", "1, column 1"),
            ("{\"entries\":[]}\0", "1, column 15"),
            ("{}\n{}", "1, column 2"),
            ("{\"äö\": nil}", "1, column 8"),
            ("{\"tag\": \"\\x\"}", "1, column 11"),
            ("{\n<<<<<<< HEAD\n}", "2, column 1"),
            // JSON5.
            ("{\"entries\": [\n  {},\n]}", "2, column 5"),
            ("{\n  // newest last\n}", "2, column 3"),
            ("{\"a\": 'b c'}", "1, column 7"),
            ("{\"a\": \"b c\", a: 1}", "1, column 14"),
            ("{\"a\": +1}", "1, column 7"),
            ("{\"a\": 0x10}", "1, column 7"),
            ("\u{feff}{}", "1, column 1"),
            (&deep, "1, column 1001"),
        ] {
            let problem = Journal::parse(text).unwrap_err();
            let shown = text.get(..40).unwrap_or(text);
            assert_eq!(problem, format!("not JSON from line {place}, on"), "{shown}");
        }
    }
}
