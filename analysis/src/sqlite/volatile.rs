//! Where a statement stores what another machine, or the same one a moment later, would not store: chance, the clock, and how the
//! machine is set up.
//!
//! What is stored is what a statement writes, what a trigger does, a DEFAULT and a CHECK. SQLite itself refuses both in indexes
//! and generated columns, and what a view or a SELECT gives is nowhere, until a statement stores it.

use std::ops::Range;

use onward_core::token::{Kind, Token};

use super::text::{Text, calls};

/// Functions of date and time, and how many arguments stand before the time value
/// (<https://www.sqlite.org/lang_datefunc.html>).
pub(crate) const TIMES: &[(&str, usize)] = &[
    ("date", 0),
    ("time", 0),
    ("datetime", 0),
    ("julianday", 0),
    ("unixepoch", 0),
    ("strftime", 1),
    ("timediff", 0),
];

const CHANCE: &[&str] = &["random", "randomblob"];
/// What a SQLite tells of itself.
const BUILD: &[&str] =
    &["sqlite_version", "sqlite_source_id", "sqlite_compileoption_get", "sqlite_compileoption_used"];
const NOW: &[&str] = &["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"];

/// What a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Chance,
    Clock,
    /// The time zone of the machine.
    Zone,
    /// Which SQLite it is.
    Build,
}

/// What uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Default,
    Check,
    Trigger,
    /// The statement itself, which is run once.
    Once,
}

/// A value that is stored and comes from one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Volatile {
    /// The bytes of the statement that name it.
    pub(crate) range: Range<usize>,
    /// As it is called: `random()`, `CURRENT_DATE`.
    pub(crate) what: String,
    pub(crate) source: Source,
    pub(crate) part: Part,
}

/// What a statement stores that comes from one of these, in the order of its text.
pub(crate) fn volatile(sql: &str) -> Vec<Volatile> {
    let text = Text::read(sql);
    let Some(form) = Form::of(&text) else { return Vec::new() };
    let found = (0..text.tokens.len()).filter_map(|at| {
        let (source, what, in_check) = text.source(at)?;
        let part = form.part(&text, at)?;
        (part != Part::Check || in_check).then(|| Volatile {
            range: text.tokens[at].range.clone(),
            what,
            source,
            part,
        })
    });
    found.collect()
}

/// A call that gives what comes from one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// As in [`Volatile::what`].
    pub(crate) what: String,
    pub(crate) source: Source,
}

/// All such calls of a text, whatever becomes of it.
pub(crate) fn sources(sql: &str) -> Vec<Call> {
    let text = Text::read(sql);
    let call = |at| text.source(at).map(|(source, what, _)| Call { what, source });
    (0..text.tokens.len()).filter_map(call).collect()
}

/// How often a function is called in a text, by its name in lower case.
pub(crate) fn calls_of(sql: &str, function: &str) -> usize {
    let now = |call: &Call| call.what.eq_ignore_ascii_case(function);
    calls(sql).iter().filter(|(name, _)| name == function).count()
        + sources(sql).into_iter().filter(now).count()
}

/// The names in what a statement writes once, and in what a trigger does.
pub(crate) fn names(sql: &str) -> Vec<(String, Range<usize>, Part)> {
    let text = Text::read(sql);
    let Some(form) = Form::of(&text) else { return Vec::new() };
    let name = |at: usize| {
        let part = form.part(&text, at).filter(|part| matches!(part, Part::Once | Part::Trigger))?;
        Some((text.tokens[at].name()?, text.tokens[at].range.clone(), part))
    };
    (0..text.tokens.len()).filter_map(name).collect()
}

/// What a statement is, by what it stores.
enum Form {
    /// CREATE TABLE and ALTER TABLE: the expressions of columns and constraints.
    Table,
    /// The statements of its body that do something.
    Trigger(Vec<Range<usize>>),
    /// What stands in these tokens is written.
    Writes(Range<usize>),
}

impl Form {
    fn of(text: &Text<'_>) -> Option<Form> {
        let end = text.tokens.len();
        let first = text.tokens.first()?;
        if first.is("CREATE") {
            let object = (1..4).find(|at| {
                ["TABLE", "TRIGGER", "VIEW", "INDEX", "VIRTUAL"].iter().any(|word| text.is(*at, word))
            })?;
            return match () {
                () if text.is(object, "TRIGGER") => Some(Form::Trigger(acts(text))),
                () if text.is(object, "TABLE") => Some(match text.top(object..end, &["AS"]) {
                    Some(query) => Form::Writes(query..end),
                    None => Form::Table,
                }),
                () => None,
            };
        }
        if first.is("ALTER") {
            return Some(Form::Table);
        }
        let verb = text.top(0..end, &["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "VALUES"])?;
        let is_start = verb == 0 || first.is("WITH");
        let writes = is_start && !text.is(verb, "SELECT") && !text.is(verb, "VALUES");
        writes.then(|| Form::Writes(0..text.top(verb..end, &["RETURNING"]).unwrap_or(end)))
    }

    fn part(&self, text: &Text<'_>, at: usize) -> Option<Part> {
        match self {
            Form::Writes(tokens) => tokens.contains(&at).then_some(Part::Once),
            Form::Trigger(acts) => acts.iter().any(|act| act.contains(&at)).then_some(Part::Trigger),
            Form::Table if text.follows(at, &["DEFAULT"]) => Some(Part::Default),
            Form::Table => {
                let mut around = std::iter::successors(text.inside[at], |bracket| text.inside[*bracket]);
                around.find_map(|bracket| match () {
                    () if text.follows(bracket, &["DEFAULT"]) => Some(Part::Default),
                    () if text.follows(bracket, &["CHECK"]) => Some(Part::Check),
                    () => None,
                })
            }
        }
    }
}

/// The head of a trigger, and the statements of its body but those that only read.
fn acts(text: &Text<'_>) -> Vec<Range<usize>> {
    let end = text.tokens.len();
    let Some(body) = text.top(0..end, &["BEGIN"]) else { return Vec::new() };
    let ends = (body..end).filter(|at| text.is(*at, ";"));
    let mut start = body + 1;
    let statements = ends.map(|at| std::mem::replace(&mut start, at + 1)..at);
    let reads =
        |act: &Range<usize>| text.is(act.start, "SELECT") && !act.clone().any(|at| text.is(at, "RAISE"));
    std::iter::once(0..body).chain(statements.filter(|act| !reads(act))).collect()
}

impl Text<'_> {
    /// The first of these words outside of all brackets.
    fn top(&self, tokens: Range<usize>, words: &[&str]) -> Option<usize> {
        let mut tokens = tokens.filter(|at| self.inside[*at].is_none());
        tokens.find(|at| words.iter().any(|word| self.is(*at, word)))
    }

    /// Whether it is one of these that stands here, as it is called, and whether SQLite takes it in a CHECK.
    fn source(&self, at: usize) -> Option<(Source, String, bool)> {
        let token = &self.tokens[at];
        if let Some(name) = NOW.iter().find(|name| token.kind == Kind::Word && token.is(name)) {
            return (!self.is_name(at)).then(|| (Source::Clock, (*name).to_owned(), true));
        }
        let name = self.name(at)?;
        if CHANCE.contains(&name.as_str()) {
            return Some((Source::Chance, format!("{name}()"), true));
        }
        if BUILD.contains(&name.as_str()) {
            return Some((Source::Build, format!("{name}()"), true));
        }
        let (_, before) = TIMES.iter().find(|(time, _)| *time == name)?;
        let open = at + 1;
        let arguments = self.arguments(open);
        let asks = match arguments.get(*before) {
            // Empty as well is what is too long to be looked at.
            None => self.closes.get(open).copied().flatten() == Some(open + 1) || !arguments.is_empty(),
            Some([time]) if is(time, &["subsec", "subsecond"]) => true,
            Some(_) => arguments
                .iter()
                .skip(*before)
                .any(|argument| argument.iter().any(|token| is(token, &["now"]))),
        };
        let source = match asks {
            true => Source::Clock,
            false if name != "timediff" && goes_by_zone(arguments.get(*before..).unwrap_or_default()) => {
                Source::Zone
            }
            false => return None,
        };
        Some((source, format!("{name}()"), false))
    }

    /// Whether a word that is also a value can only be the name of a column here.
    fn is_name(&self, at: usize) -> bool {
        let next = |words: &[&str]| words.iter().any(|word| self.is(at + 1, word));
        self.follows(at, &[".", "AS", "COLUMN", "ADD", "INTO", "UPDATE", "TABLE", "TO", "OF"])
            || next(&["."])
            || (self.follows(at, &["SET"]) && next(&["="]))
            || self.is_in_list_of_names(at)
    }

    /// The columns of INSERT.
    fn is_in_list_of_names(&self, at: usize) -> bool {
        let Some(bracket) = self.inside[at] else { return false };
        let into = (0..bracket).rev().take(6).find(|at| self.is(*at, "INTO"));
        into.is_some_and(|into| {
            !(into..bracket).any(|at| ["(", "VALUES", "SELECT"].iter().any(|word| self.is(at, word)))
        })
    }
}

/// Whether a token is a string of one of these words.
fn is(token: &Token<'_>, words: &[&str]) -> bool {
    let text = (token.kind == Kind::String).then(|| token.name()).flatten();
    text.is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Whether a time is turned into that of the machine, or from it. One that says its own zone is in UTC by then.
fn goes_by_zone(arguments: &[&[Token<'_>]]) -> bool {
    let Some((time, modifiers)) = arguments.split_first() else { return false };
    let has = |word: &str| modifiers.iter().any(|modifier| matches!(modifier, [one] if is(one, &[word])));
    let says_zone = || {
        let [token] = time else { return false };
        let Some(text) = token.name().filter(|_| token.kind == Kind::String) else { return false };
        let text = text.trim_end();
        let offset = text.len().checked_sub(6).and_then(|at| text.get(at..));
        let is_offset = |text: &str| text.starts_with(['+', '-']) && text.as_bytes()[3] == b':';
        text.ends_with(['Z', 'z']) || offset.is_some_and(is_offset)
    };
    has("localtime") || (has("utc") && !says_zone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<(&str, Source, Part)> {
        volatile(sql).into_iter().map(|found| (&sql[found.range], found.source, found.part)).collect()
    }

    #[test]
    fn what_is_stored() {
        use Part::{Check, Default, Once, Trigger};
        use Source::{Build, Chance, Clock, Zone};
        for (sql, expected) in [
            ("CREATE TABLE t(a DEFAULT CURRENT_TIMESTAMP)", ("CURRENT_TIMESTAMP", Clock, Default)),
            (
                "CREATE TABLE t(a, b TEXT DEFAULT (lower(hex(randomblob(8)))))",
                ("randomblob", Chance, Default),
            ),
            ("CREATE TABLE t(a TEXT DEFAULT (strftime('%s', 'now')))", ("strftime", Clock, Default)),
            ("CREATE TABLE t(a TEXT DEFAULT (strftime('%s')))", ("strftime", Clock, Default)),
            ("ALTER TABLE t ADD COLUMN a DEFAULT (unixepoch())", ("unixepoch", Clock, Default)),
            ("CREATE TABLE t(a CHECK (a > abs(\"random\"())))", ("\"random\"", Chance, Check)),
            ("CREATE TABLE t(a CHECK (a > CURRENT_DATE))", ("CURRENT_DATE", Clock, Check)),
            ("CREATE TABLE t AS SELECT Random() AS a", ("Random", Chance, Once)),
            ("INSERT INTO t VALUES (julianday('NOW'))", ("julianday", Clock, Once)),
            ("INSERT INTO t VALUES (timediff('2020-01-01', 'now'))", ("timediff", Clock, Once)),
            ("INSERT INTO t SELECT a FROM u ORDER BY random()", ("random", Chance, Once)),
            ("UPDATE t SET a = datetime(b, 'localtime')", ("datetime", Zone, Once)),
            ("INSERT INTO t VALUES (datetime('2020-01-01', 'UTC'))", ("datetime", Zone, Once)),
            ("INSERT INTO t VALUES (date('2020-01-01 00:00Z', '+1 day', 'localtime'))", ("date", Zone, Once)),
            (
                "CREATE TABLE t(a DEFAULT (strftime('%H', 0, 'unixepoch', 'localtime')))",
                ("strftime", Zone, Default),
            ),
            ("UPDATE t SET a = datetime('now', 'localtime')", ("datetime", Clock, Once)),
            ("UPDATE t SET a = sqlite_version()", ("sqlite_version", Build, Once)),
            ("CREATE TABLE t(a DEFAULT (SQLite_Source_ID()))", ("SQLite_Source_ID", Build, Default)),
            (
                "UPDATE t SET a = sqlite_compileoption_used('THREADSAFE')",
                ("sqlite_compileoption_used", Build, Once),
            ),
            ("WITH n AS (SELECT random() AS r) INSERT INTO t SELECT r FROM n", ("random", Chance, Once)),
            ("DELETE FROM t WHERE a < datetime('now', '-1 day')", ("datetime", Clock, Once)),
            ("UPDATE t SET a = coalesce(a, unixepoch('subsec'))", ("unixepoch", Clock, Once)),
            (
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; UPDATE t SET a = CURRENT_TIME; END",
                ("CURRENT_TIME", Clock, Trigger),
            ),
            (
                "CREATE TRIGGER g BEFORE INSERT ON t WHEN random() > 0 BEGIN SELECT raise(IGNORE); END",
                ("random", Chance, Trigger),
            ),
            (
                "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'late') WHERE new.a < date('now'); END",
                ("date", Clock, Trigger),
            ),
        ] {
            assert_eq!(found(sql), [expected], "{sql}");
        }
    }

    #[test]
    fn what_is_the_same_everywhere_and_what_is_not_stored() {
        for sql in [
            "CREATE VIEW v AS SELECT random(), CURRENT_TIMESTAMP FROM t",
            "SELECT random()",
            "WITH n AS (SELECT random()) SELECT replace(1, 2, 3) FROM n",
            "VALUES (random())",
            "EXPLAIN INSERT INTO t VALUES (random())",
            "CREATE TABLE t(random, randomblob TEXT DEFAULT 'random()', date TEXT, now DEFAULT 'now')",
            "CREATE TABLE t(a DEFAULT (date('2020-01-01', '+1 day')), b CHECK (b IS date(b)))",
            "CREATE TABLE t(a, current_date TEXT)",
            "INSERT INTO t(a, current_date) VALUES (date(1), strftime('%s', 0)), ('CURRENT_TIMESTAMP', 'now')",
            "INSERT INTO t SELECT date(a), t.current_date, time(b, '+1 hour') FROM t",
            "INSERT INTO t(a) VALUES (1) RETURNING random()",
            "UPDATE t SET a = strftime('%s', a), b = timediff(a, b) -- random()",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT random(); DELETE FROM t WHERE a = date(new.a); END",
            "CREATE INDEX i ON t(a) WHERE a < random()",
            "UPDATE t SET a = datetime('localtime'), b = datetime(b, tz, 'local' || 'time')",
            "UPDATE t SET a = datetime(b, (SELECT shift FROM zones WHERE name = 'utc'))",
            "UPDATE t SET a = datetime('2020-01-01 12:00Z', 'utc'), b = time('12:00+02:00 ', 'utc')",
            "UPDATE t SET a = timediff(a, 'localtime'), b = strftime('localtime', b), c = 'localtime'",
            "CREATE TABLE t(a CHECK (a < datetime(b, 'localtime')), sqlite_version TEXT)",
            "CREATE VIEW v AS SELECT datetime(a, 'localtime'), sqlite_version() FROM t",
            "CREATE TABLE t(a, b AS (random()))",
            "CREATE TABLE t(a CHECK (a < datetime('now')))",
            "DROP TABLE random",
            "PRAGMA user_version = 3",
            "",
        ] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }

    #[test]
    fn broken_and_long_texts() {
        for sql in
            ["CREATE", "CREATE TRIGGER", "WITH (", "INSERT INTO t VALUES (date(", "INSERT ) random() ("]
        {
            let _ = volatile(sql);
        }
        for part in ["date(", "CHECK (", "random(), ", "AS ("] {
            let _ = volatile(&format!("INSERT INTO t VALUES ({}", part.repeat(20_000)));
            let _ = volatile(&format!("CREATE TABLE t(a DEFAULT ({}", part.repeat(20_000)));
        }
    }
}
