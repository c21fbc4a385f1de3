//! What to write instead, for people who come from another database or tool, or who have mistyped.
//!
//! All of it is looked up only after SQLite has refused a statement, so nothing that works is ever spoken of.

use onward_schema::token::{Kind, Token, significant};

use crate::cause::Refusal;

/// Forms of other databases, with the token at which SQLite stops marked by `^`, and what to write instead.
///
/// `|` is the start of the statement, `*` any one token, `...` any number of them, `a/b` either word, `^` alone the end.
/// The first that fits is taken.
const FORMS: &[(&str, &str)] = &[
    ("| ALTER ... IF NOT ^EXISTS", "ALTER TABLE has no IF NOT EXISTS: leave it out, a migration runs once"),
    ("| ALTER ... IF ^EXISTS", "ALTER TABLE has no IF EXISTS: leave it out, a migration runs once"),
    (
        "| ALTER ... ALTER ... ^TYPE/DATA",
        "SQLite does not change the type of a column: make a new table, copy the rows, drop the old table and rename the \
         new one; between texts of other lengths nothing needs to change",
    ),
    (
        "| ALTER ... ALTER ... SET/DROP ^DEFAULT",
        "SQLite does not change a default: make a new table, copy the rows, drop the old table and rename the new one",
    ),
    (
        "| ALTER ... ^MODIFY/CHANGE",
        "SQLite has no MODIFY: `ALTER TABLE … RENAME COLUMN a TO b` renames; for another type, make a new table, copy the \
         rows, drop the old table and rename the new one",
    ),
    (
        "| ALTER ... ADD ^UNIQUE",
        "SQLite adds no UNIQUE to a table: write `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    (
        "| ALTER ... ADD CONSTRAINT * ^UNIQUE",
        "SQLite adds no UNIQUE to a table: write `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    ("| ALTER ... ADD ^FOREIGN", ADD_FOREIGN_KEY),
    ("| ALTER ... ADD CONSTRAINT * ^FOREIGN", ADD_FOREIGN_KEY),
    ("| ALTER ... ADD ^PRIMARY", ADD_PRIMARY_KEY),
    ("| ALTER ... ADD CONSTRAINT * ^PRIMARY", ADD_PRIMARY_KEY),
    ("| ALTER ... ADD ^INDEX/KEY/FULLTEXT", "write `CREATE INDEX name ON table(column)`"),
    ("| ALTER ... DROP ^INDEX/KEY", "write `DROP INDEX name`"),
    (
        "| ALTER ... DROP ^FOREIGN/PRIMARY",
        "SQLite takes no key away: make a new table without it, copy the rows, drop the old table and rename the new one",
    ),
    ("| ALTER ... ADD ^(", "write one `ALTER TABLE … ADD COLUMN` for each column"),
    ("| ALTER ... ^,", "an ALTER TABLE makes one change: write a statement of its own for each"),
    ("| ALTER ... RENAME ^INDEX/KEY", "SQLite renames no index: DROP INDEX it and CREATE INDEX it anew"),
    (
        "| ALTER ^INDEX/VIEW/TRIGGER/SEQUENCE/TYPE",
        "SQLite alters tables only: drop the object and create it anew",
    ),
    ("| ^RENAME", "write `ALTER TABLE old RENAME TO new`"),
    ("| ^TRUNCATE", "write `DELETE FROM table`: without a WHERE it deletes all rows"),
    (
        "| CREATE ^TYPE/DOMAIN",
        "SQLite has no types of one's own: write TEXT and `CHECK (column IN ('a', 'b'))`",
    ),
    ("ENUM ( ^*", "SQLite has no ENUM: write TEXT and `CHECK (column IN ('a', 'b'))`"),
    (
        "| CREATE ^SEQUENCE",
        "SQLite has no sequences: a column `id INTEGER PRIMARY KEY` numbers its rows by itself",
    ),
    ("| CREATE ^EXTENSION/SCHEMA/DATABASE/ROLE/USER", "SQLite has none: leave the statement out"),
    ("| CREATE ^FUNCTION/PROCEDURE", FUNCTION),
    ("| CREATE ^OR REPLACE FUNCTION/PROCEDURE", FUNCTION),
    ("| CREATE ^OR REPLACE", "SQLite has no OR REPLACE: drop it first, as `DROP VIEW IF EXISTS name`"),
    (
        "| CREATE ^MATERIALIZED",
        "SQLite has no materialized views: write a plain VIEW, or a table that triggers keep",
    ),
    ("| ^DO", "SQLite has no blocks of code: write the statements themselves"),
    (
        "| ^SET/USE/GRANT/REVOKE/LOCK/UNLOCK/COMMENT/DELIMITER/GO/CALL",
        "another database understands this, SQLite has nothing of the kind: leave it out",
    ),
    ("^AUTO_INCREMENT", AUTOINCREMENT),
    ("GENERATED ... AS ^IDENTITY", AUTOINCREMENT),
    ("^AUTOINCREMENT", "AUTOINCREMENT stands behind PRIMARY KEY: `id INTEGER PRIMARY KEY AUTOINCREMENT`"),
    ("DEFAULT * ^(", DEFAULT),
    ("DEFAULT * ^||/+/-", DEFAULT),
    ("DEFAULT +/- * ^||/+/-", DEFAULT),
    (", ^)", "take the comma before the bracket out"),
    (", ^FROM/WHERE/VALUES/SET", "take the comma before it out"),
    (", ^", "take the comma at the end out"),
    ("ENGINE ^=", "SQLite has no storage engines: leave out what stands behind the last bracket"),
    ("^CHARACTER SET", "SQLite keeps all texts in one encoding: leave CHARACTER SET out"),
    ("KEY/INDEX * ( ^*", INDEX),
    (", ^INDEX/FULLTEXT * (", INDEX),
    ("UNIQUE ^KEY/INDEX", "write `UNIQUE (column)`, without KEY and without a name"),
    ("^ON UPDATE", "SQLite sets no column by itself on an UPDATE: write a trigger, `AFTER UPDATE ON table`"),
    ("INDEX CONCURRENTLY ^*", "leave CONCURRENTLY out: a migration runs alone"),
    ("| CREATE ... INDEX ... ON * ^USING", "SQLite has one kind of index: leave USING out"),
    ("| DROP ... ^CASCADE/RESTRICT", "SQLite has no CASCADE here: drop what refers to it first"),
    ("| DROP INDEX * ^ON", "leave ON out: the names of indexes are those of the whole database"),
    ("| INSERT ^IGNORE", "write `INSERT OR IGNORE INTO`"),
    ("| INSERT ^* (", "write `INSERT INTO table`"),
    ("| DELETE ^* WHERE", "write `DELETE FROM table`"),
    ("^DUPLICATE KEY", "write `ON CONFLICT (column) DO UPDATE SET column = excluded.column`"),
    ("SELECT TOP ^*", "write `LIMIT` and the number at the end"),
    ("| DELETE FROM * ^USING", "SQLite joins nothing here: write `WHERE id IN (SELECT …)`"),
    ("| UPDATE ... ^JOIN", "write `UPDATE table SET … FROM other WHERE …`"),
    ("| UPDATE/DELETE ... ^LIMIT/ORDER", "write `WHERE rowid IN (SELECT rowid FROM table … LIMIT n)`"),
    ("^ILIKE", "write LIKE: SQLite's does not look at the case of ASCII letters"),
    ("FOR EACH ^STATEMENT", "SQLite's triggers run for each row: write `FOR EACH ROW`"),
    (
        "| CREATE ... TRIGGER ... ^EXECUTE",
        "write the statements into the trigger itself: `BEGIN <statement>; END`",
    ),
    ("| CREATE ... TRIGGER ... ^END", "end the statement before END with `;`"),
];

const ADD_FOREIGN_KEY: &str = "SQLite adds no foreign key to a table: write `ALTER TABLE … ADD COLUMN column REFERENCES parent(id)`, or make a new \
     table with it, copy the rows, drop the old table and rename the new one";
const ADD_PRIMARY_KEY: &str = "SQLite adds no primary key to a table: make a new table with it, copy the rows, drop the old table and rename the \
     new one";
const DROP_KEY: &str = "SQLite drops no column that is UNIQUE or a key: make a new table without it, copy the rows, drop the old table and rename \
     the new one";
const AUTOINCREMENT: &str = "write `id INTEGER PRIMARY KEY`, which numbers its rows by itself; with `AUTOINCREMENT` behind it, SQLite never gives a \
     number twice";
const DEFAULT: &str = "put brackets around an expression that is a default: `DEFAULT (datetime('now'))`";
const FUNCTION: &str = "SQLite has no functions in SQL: write statements into a trigger, or a function of the application's and its name \
     into onward.toml";
const INDEX: &str = "an index is a statement of its own: `CREATE INDEX name ON table(column)`";

/// What SQLite says beside syntax errors, by how it begins, and what to write instead.
const MESSAGES: &[(&str, &str)] = &[
    (
        "Cannot add a UNIQUE column",
        "add the column without UNIQUE, and then `CREATE UNIQUE INDEX name ON table(column)`",
    ),
    ("Cannot add a PRIMARY KEY column", ADD_PRIMARY_KEY),
    ("cannot drop UNIQUE column", DROP_KEY),
    ("cannot drop PRIMARY KEY column", DROP_KEY),
    ("AUTOINCREMENT is only allowed", "write INTEGER: `id INTEGER PRIMARY KEY AUTOINCREMENT`"),
    ("unknown datatype", "a STRICT table has columns of INT, INTEGER, REAL, TEXT, BLOB and ANY"),
    ("missing datatype", "a STRICT table has columns of INT, INTEGER, REAL, TEXT, BLOB and ANY"),
    ("unknown table option", "end the statement with `;`, or leave out what stands behind the last bracket"),
];

/// Functions of other databases, and what to write instead.
const FUNCTIONS: &[(&str, &str)] = &[
    ("now/sysdate/getdate", "write `datetime('now')` for a text, or `unixepoch()` for a number"),
    ("curdate/current_date", "write `date('now')`"),
    ("unix_timestamp/epoch", "write `unixepoch()`"),
    ("to_timestamp/from_unixtime", "write `datetime(seconds, 'unixepoch')`"),
    ("to_char/date_format", "write `strftime(format, time)`"),
    ("gen_random_uuid/uuid_generate_v4/uuid/newid", "write `lower(hex(randomblob(16)))` for a random text"),
    ("nvl/isnull", "write `ifnull(a, b)`"),
    ("len/char_length/character_length", "write `length(text)`"),
    ("jsonb_build_object/json_build_object", "write `json_object(…)`"),
    ("rand", "write `random()`"),
    ("least", "write `min(a, b)`"),
    ("greatest", "write `max(a, b)`"),
    ("string_agg", "write `group_concat(column, separator)`"),
];

/// Words that cannot be names without quotes, and which people give to tables and columns.
const RESERVED: &[&str] = &[
    "ADD",
    "ALL",
    "ALTER",
    "AND",
    "AS",
    "BETWEEN",
    "CASE",
    "CHECK",
    "COLLATE",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "ESCAPE",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "JOIN",
    "LIMIT",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "SELECT",
    "SET",
    "TABLE",
    "THEN",
    "TO",
    "TRANSACTION",
    "UNION",
    "UNIQUE",
    "UPDATE",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
];

/// What stands in front of a name.
const BEFORE_NAMES: &[&str] = &[
    "(",
    ",",
    ".",
    "TABLE",
    "INTO",
    "FROM",
    "JOIN",
    "UPDATE",
    "ON",
    "COLUMN",
    "ADD",
    "TO",
    "REFERENCES",
    "EXISTS",
];

/// Words that are often mistyped.
const TYPED: &[&str] = &[
    "ALTER",
    "BEGIN",
    "CHECK",
    "COLUMN",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "INDEX",
    "INSERT",
    "INTO",
    "JOIN",
    "LIMIT",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RENAME",
    "SELECT",
    "TABLE",
    "TRIGGER",
    "UNIQUE",
    "UPDATE",
    "VALUES",
    "WHERE",
    "SET",
];

/// Words that begin a statement.
const FIRST: &[&str] =
    &["ALTER", "CREATE", "DELETE", "DROP", "INSERT", "PRAGMA", "REPLACE", "SELECT", "UPDATE", "WITH"];

/// What to write instead of a statement that SQLite has refused, if it looks like something well known.
pub(crate) fn statement(sql: &str, refusal: &Refusal) -> Option<String> {
    let by_message = MESSAGES.iter().find(|(message, _)| refusal.message.starts_with(message));
    if let Some((_, help)) = by_message {
        return Some((*help).to_owned());
    }
    let tokens: Vec<Token<'_>> = significant(sql).collect();
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
        return semicolon(sql, before, behind)
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

    #[test]
    fn each_form_of_another_database_has_its_help() {
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
        ] {
            assert_eq!(help(wrong), general, "{wrong}");
        }
    }
}
