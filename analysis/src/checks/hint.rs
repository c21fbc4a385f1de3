//! What to write instead, for people who come from another database or tool, or who have mistyped.
//!
//! All of it is looked up only after SQLite has refused a statement, so nothing that works is ever spoken of.

mod known;

use onward_core::token::{Kind, Token, list};

use crate::sqlite::message::Refusal;
use known::{BEFORE_NAMES, FIRST, FORMS, FUNCTIONS, MESSAGES, RESERVED, TYPED};

/// What to write instead of a statement that SQLite has refused, if it looks like something well known.
pub(crate) fn statement(sql: &str, refusal: &Refusal) -> Option<String> {
    let by_message = MESSAGES.iter().find(|(message, _)| refusal.message.starts_with(message));
    if let Some((_, help)) = by_message {
        return Some((*help).to_owned());
    }
    let tokens = list(sql);
    if tokens.iter().any(|token| token.text.starts_with("$$")) {
        return Some(
            "SQLite has no strings between `$$`: put them in single quotes, each quote in them twice".into(),
        );
    }
    if refusal.message == "incomplete input" || refusal.offset.is_some() {
        let at = refusal.offset.map_or(sql.len(), |offset| offset);
        if sql.get(at..).is_some_and(|rest| rest.starts_with("::")) {
            return Some("write `CAST(value AS type)`, or leave the `::` and the type out".to_owned());
        }
        let stop = tokens.iter().position(|token| token.range.end > at).unwrap_or(tokens.len());
        let (before, behind) = tokens.split_at(stop);
        return apostrophe(before, behind)
            .or_else(|| semicolon(sql, before, behind))
            .or_else(|| form(before, behind))
            .or_else(|| reserved(before, behind))
            .or_else(|| mistyped(before, behind));
    }
    None
}

/// What to write instead of a function that SQLite does not have.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    let is_it = |names: &str| names.split('/').any(|known| name.eq_ignore_ascii_case(known));
    FUNCTIONS.iter().find(|(names, _)| is_it(names)).map(|(_, help)| *help)
}

/// A quote in the middle of a string ends it, as in `'it's'`: SQLite stops at the word behind it, or takes it for an alias and
/// stops at the quote that is left over.
fn apostrophe(before: &[Token<'_>], behind: &[Token<'_>]) -> Option<String> {
    let next = behind.first()?;
    let is_left_over = next.kind == Kind::Unknown && next.text.starts_with('\'');
    let from = if is_left_over { 0 } else { before.len().saturating_sub(1) };
    let tokens: Vec<&Token<'_>> = before[from..].iter().chain([next]).collect();
    let touches = |pair: &&[&Token<'_>]| {
        let [string, word] = pair else { return false };
        let is_keyword = RESERVED.iter().any(|reserved| word.is(reserved));
        string.kind == Kind::String
            && word.kind == Kind::Word
            && string.range.end == word.range.start
            && !is_keyword
    };
    let [string, word] = tokens.windows(2).find(touches)? else { return None };
    let begin = string.text.strip_suffix('\'')?;
    let shown =
        begin.char_indices().rev().nth(20).map_or(begin.to_owned(), |(at, _)| format!("…{}", &begin[at..]));
    Some(format!("write a quote inside a string twice: `{shown}''{}`", word.text))
}

/// A statement begins on a line of its own, and the one before it has not ended.
fn semicolon(sql: &str, before: &[Token<'_>], behind: &[Token<'_>]) -> Option<String> {
    let (last, next) = (before.last()?, behind.first()?);
    let depth = |word: &str| before.iter().filter(|token| token.is(word)).count();
    let has_break = sql.get(last.range.end..next.range.start)?.contains('\n');
    let is_first = FIRST.iter().any(|word| next.is(word));
    let is_open = last.kind == Kind::Symbol && !last.is(")") || depth("(") > depth(")");
    (is_first && has_break && !is_open)
        .then(|| format!("end the statement before this one with `;`, behind `{}`", last.text))
}

fn form(before: &[Token<'_>], behind: &[Token<'_>]) -> Option<String> {
    let fits = |pattern: &str| {
        let words: Vec<&str> = pattern.split(' ').collect();
        let stop = words.iter().position(|word| word.starts_with('^')).unwrap_or(0);
        let (left, right) = words.split_at(stop);
        let mut right: Vec<&str> = right.iter().map(|word| word.trim_start_matches('^')).collect();
        let left: Vec<&str> = left.iter().rev().copied().collect();
        let (before, behind): (Vec<_>, Vec<_>) = (before.iter().rev().collect(), behind.iter().collect());
        if right == [""] {
            right = vec!["|"];
        }
        matches(&left, &before) && matches(&right, &behind)
    };
    FORMS.iter().find(|(pattern, _)| fits(pattern)).map(|(_, help)| (*help).to_owned())
}

/// Whether tokens begin with what a pattern says; `|` is where there are no more.
fn matches(pattern: &[&str], tokens: &[&Token<'_>]) -> bool {
    let Some((word, pattern)) = pattern.split_first() else { return true };
    let is = |token: &&&Token<'_>| *word == "*" || word.split('/').any(|word| token.is(word));
    match *word {
        "|" => tokens.is_empty(),
        "..." => (0..=tokens.len()).any(|skipped| matches(pattern, &tokens[skipped..])),
        _ => tokens.first().filter(is).is_some_and(|_| matches(pattern, &tokens[1..])),
    }
}

fn reserved(before: &[Token<'_>], behind: &[Token<'_>]) -> Option<String> {
    let (last, next) = (before.last()?, behind.first()?);
    let is_word = |words: &[&str], token: &Token<'_>| words.iter().any(|word| token.is(word));
    (is_word(RESERVED, next) && is_word(BEFORE_NAMES, last)).then(|| {
        format!("`{0}` is a word of SQL's own: choose another name, or write \"{0}\" everywhere", next.text)
    })
}

/// A word that is one slip away from one of SQL's, where SQLite stops or just before: a name may stand anywhere.
fn mistyped(before: &[Token<'_>], behind: &[Token<'_>]) -> Option<String> {
    let nearest = |token: &Token<'_>| {
        let text = token.text.to_ascii_uppercase();
        let is_near = |word: &&&str| text.len() > 3 && strsim::damerau_levenshtein(&text, word) == 1;
        let is_known = TYPED.contains(&text.as_str());
        (token.kind == Kind::Word && !is_known).then(|| TYPED.iter().find(is_near)).flatten()
    };
    let mut tokens = behind.first().into_iter().chain(before.last());
    tokens.find_map(|token| nearest(token).map(|word| format!("is `{}` meant to be `{word}`?", token.text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{folder, history};

    const TABLE: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INTEGER);\n";

    fn help(statement: &str) -> String {
        let analysis = folder(&[("1_a.sql", TABLE), ("2_b.sql", statement)]);
        analysis.diagnostics.first().map(|found| found.help.clone()).unwrap_or_default()
    }

    /// The forms go by where SQLite stops. Since 3.53 it takes some of ALTER TABLE that it stopped before.
    fn is_newer_grammar() -> bool {
        let newer = rusqlite::version_number() >= 3_053_000;
        if !newer {
            println!("not tried on SQLite {}: another grammar of ALTER TABLE", rusqlite::version());
        }
        newer
    }

    #[test]
    fn each_form_of_another_database_has_its_help() {
        if !is_newer_grammar() {
            return;
        }
        for (statement, part) in [
            ("CREATE TABLE x(a)\nCREATE TABLE y(a);", "with `;`, behind `)`"),
            ("UPDATE t SET a = 1\nUPDATE t SET a = 2;", "with `;`, behind `1`"),
            (
                "ALTER TABLE t ADD COLUMN c TEXT\n-- next\nALTER TABLE t ADD COLUMN d TEXT;",
                "with `;`, behind `TEXT`",
            ),
            ("CREATE TABLE x(id INT NOT NULL AUTO_INCREMENT PRIMARY KEY);", "write `id INTEGER PRIMARY KEY`"),
            ("CREATE TABLE x(id INTEGER PRIMARY KEY AUTO_INCREMENT);", "write `id INTEGER PRIMARY KEY`"),
            ("CREATE TABLE x(id INT GENERATED ALWAYS AS IDENTITY);", "write `id INTEGER PRIMARY KEY`"),
            ("CREATE TABLE x(id INTEGER AUTOINCREMENT PRIMARY KEY);", "behind PRIMARY KEY"),
            ("CREATE TABLE x(id INT PRIMARY KEY AUTOINCREMENT);", "write INTEGER"),
            ("ALTER TABLE t ALTER COLUMN a TYPE INTEGER;", "the type of a column"),
            ("ALTER TABLE main.t ALTER a SET DATA TYPE INTEGER;", "the type of a column"),
            ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x';", "does not change a default"),
            ("ALTER TABLE t ALTER COLUMN a DROP DEFAULT;", "does not change a default"),
            ("ALTER TABLE t MODIFY COLUMN a INTEGER;", "no MODIFY"),
            ("ALTER TABLE t CHANGE a c TEXT;", "no MODIFY"),
            ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);", "CREATE UNIQUE INDEX"),
            ("ALTER TABLE t ADD UNIQUE (a);", "CREATE UNIQUE INDEX"),
            ("ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES t(id);", "adds no foreign key"),
            ("ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES t(id);", "adds no foreign key"),
            ("ALTER TABLE t ADD PRIMARY KEY (a);", "adds no primary key"),
            ("ALTER TABLE t ADD INDEX i (a);", "CREATE INDEX"),
            ("ALTER TABLE t DROP FOREIGN KEY k;", "takes no key away"),
            ("ALTER TABLE t ADD COLUMN c TEXT, ADD COLUMN d TEXT;", "one change"),
            ("ALTER TABLE t ADD (c TEXT, d TEXT);", "for each column"),
            ("ALTER TABLE t ADD COLUMN IF NOT EXISTS c TEXT;", "has no IF NOT EXISTS"),
            ("ALTER TABLE t DROP COLUMN IF EXISTS a;", "has no IF EXISTS"),
            ("ALTER TABLE IF EXISTS t ADD COLUMN c;", "has no IF EXISTS"),
            ("ALTER TABLE t ADD COLUMN c TEXT UNIQUE;", "CREATE UNIQUE INDEX"),
            ("ALTER TABLE t ADD COLUMN c INTEGER PRIMARY KEY;", "adds no primary key"),
            ("ALTER INDEX i RENAME TO j;", "alters tables only"),
            ("RENAME TABLE t TO u;", "RENAME TO new"),
            ("TRUNCATE TABLE t;", "DELETE FROM"),
            ("CREATE TYPE mood AS ENUM ('a');", "no types of one's own"),
            ("CREATE TABLE x(a ENUM('a', 'b'));", "no ENUM"),
            ("CREATE EXTENSION pgcrypto;", "leave the statement out"),
            ("CREATE OR REPLACE VIEW v AS SELECT 1;", "DROP VIEW IF EXISTS"),
            ("SET NAMES utf8;", "leave it out"),
            ("CREATE TABLE x(at TEXT DEFAULT datetime('now'));", "`DEFAULT (datetime('now'))`"),
            ("CREATE TABLE x(at TEXT NOT NULL DEFAULT now());", "`DEFAULT (datetime('now'))`"),
            ("CREATE TABLE x(a TEXT DEFAULT 'a' || 'b');", "brackets"),
            ("CREATE TABLE x(a, b,);", "take the comma"),
            ("CREATE TABLE x(a,\n  b, -- last\n);", "take the comma"),
            ("SELECT a, FROM t;", "take the comma"),
            ("INSERT INTO t(a) VALUES ('x'),;", "take the comma"),
            ("UPDATE t SET a = '{}'::jsonb;", "CAST("),
            ("SELECT $$x$$;", "single quotes"),
            ("INSERT INTO t(a) VALUES ('it's');", "inside a string twice: `'it''s`"),
            ("INSERT INTO t(a, b) VALUES ('it's', 'b');", "inside a string twice: `'it''s`"),
            ("SELECT 'it's';", "inside a string twice: `'it''s`"),
            ("UPDATE t SET a = 'the end of the sergeant's day';", "`…e end of the sergeant''s`"),
            ("CREATE TABLE x(a TEXT DEFAULT 'can't');", "inside a string twice: `'can''t`"),
            ("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$;", "single quotes"),
            ("CREATE FUNCTION f() RETURNS int RETURN 1;", "no functions in SQL"),
            ("CREATE TABLE x(a INT, KEY k (a));", "statement of its own"),
            ("CREATE TABLE x(a INT, INDEX k (a));", "statement of its own"),
            ("CREATE TABLE x(a INT, UNIQUE KEY k (a));", "without KEY"),
            ("CREATE TABLE x(a INT) ENGINE=InnoDB;", "no storage engines"),
            ("DROP TABLE t CASCADE;", "no CASCADE"),
            ("DELETE t WHERE a = 1;", "DELETE FROM"),
            ("INSERT t(a) VALUES ('x');", "INSERT INTO"),
            ("INSERT IGNORE INTO t(a) VALUES ('x');", "INSERT OR IGNORE"),
            ("INSERT INTO t(a) VALUES ('x') ON DUPLICATE KEY UPDATE a = 'y';", "ON CONFLICT"),
            ("SELECT * FROM t WHERE a ILIKE 'x';", "write LIKE"),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET a = 1 END;", "before END"),
            ("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();", "the trigger itself"),
            ("CREATE TABLE order(id INTEGER);", "write \"order\" everywhere"),
            ("CREATE TABLE x(id INTEGER, group TEXT);", "write \"group\" everywhere"),
            ("ALTER TABLE t ADD COLUMN references TEXT;", "write \"references\" everywhere"),
            ("INSERT INTO order(id) VALUES (1);", "write \"order\" everywhere"),
            ("SELECT a FORM t;", "is `FORM` meant to be `FROM`?"),
            ("DELETE FORM t;", "is `FORM` meant to be `FROM`?"),
            ("CREATE TABEL x(a);", "is `TABEL` meant to be `TABLE`?"),
            ("SELECT a FROM t WEHRE a = 1;", "is `WEHRE` meant to be `WHERE`?"),
            ("INSERT INTO t(a) VALUES (now());", "datetime('now')"),
        ] {
            let help = help(statement);
            assert!(help.contains(part), "{statement}: {help}");
        }
    }

    #[test]
    fn every_pattern_is_used() {
        let refused = |pattern: &str| FORMS.iter().filter(|(other, _)| *other == pattern).count();
        for (pattern, help) in FORMS {
            assert_eq!(refused(pattern), 1, "{pattern}");
            assert_eq!(pattern.matches('^').count(), 1, "{pattern}");
            assert!(!help.ends_with('.'), "{help}");
        }
    }

    /// The words are SQLite's: each is refused as a name, and taken in quotes.
    #[test]
    fn reserved_words_are_sqlites() {
        for word in RESERVED {
            assert_eq!(history(&[&format!("CREATE TABLE \"{word}\"(a);")]), [""; 0], "{word}");
            let found = history(&[&format!("CREATE TABLE {word}(a);")]);
            assert_eq!(found.len(), 1, "{word}");
        }
    }

    #[test]
    fn what_works_or_is_merely_wrong_gets_no_hint() {
        if !is_newer_grammar() {
            return;
        }
        for sound in [
            "CREATE TABLE form(a, tabel TEXT);",
            "INSERT INTO t(a)\nSELECT a FROM t;",
            "INSERT INTO t(id, a) VALUES (1, 'x') ON CONFLICT DO\nUPDATE SET a = 'y';",
            "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;",
            "ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0 OR true);",
        ] {
            assert_eq!(help(sound), "", "{sound}");
        }
        let general = "see https://www.sqlite.org/lang.html for SQLite's own dialect";
        for wrong in [
            "SELECT a b c FROM t;",
            "SELECT 1 +* 2;",
            "UPDATE t SET a = = 1;",
            "SELECT\n(SELECT 1\n)) FROM t;",
            "SELECT 'a'COLLATE NOCASE b c;",
            "SELECT 'a' b c;",
        ] {
            assert_eq!(help(wrong), general, "{wrong}");
        }
    }
}
