//! One spelling for every `CREATE` statement that means the same.
//!
//! SQLite keeps the text of a `CREATE` statement, and `ALTER TABLE` edits that text: `ADD COLUMN` pastes the new
//! column's own text, `RENAME TO` writes the new name in double quotes whether or not it needs them, `DROP COLUMN` cuts
//! a piece out. Two databases with the same schema and different histories therefore hold different texts, and so do
//! two people's ways to write one statement. [`canonical`] takes away what SQLite does not see:
//!
//! - comments and white space: the tokens are joined by one space;
//! - the case of unquoted words: keywords, names and types are the same in any case (of ASCII; SQLite folds no other);
//! - the quotes of a name that needs none; a name that needs them has double quotes.
//!
//! Strings, blobs and numbers stay byte for byte. Four things need care:
//!
//! - `"State"` may be a string: SQLite falls back to one where no such column exists. Its case is kept unless its place
//!   allows nothing but a name, such as after `REFERENCES` or before a dot.
//! - `"null"` is a name or a string, `null` is neither: quotes around a reserved word stay.
//! - `DEFAULT Draft` and `DEFAULT "Draft"` are the string `'Draft'`, and are written like that.
//! - The arguments of a virtual table belong to its module, which may care for case and quotes: they stay.

use crate::name::{Ident, quoted, string};
use crate::token::{Kind, Token, significant};

/// The canonical form of a statement as `sqlite_schema` holds it, or of a part of one.
///
/// ```
/// use onward_core::canonical::canonical;
/// assert_eq!(canonical("CREATE TABLE \"Jobs\"([id] INTEGER, -- key\n a)"), "create table jobs ( id integer , a )");
/// ```
pub fn canonical(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + sql.len() / 4);
    // One entry for each open bracket: whether it lists nothing but names.
    let mut brackets: Vec<bool> = Vec::new();
    let mut is_virtual = false;
    let mut in_arguments = false;
    let mut before = Before::default();
    for token in significant(sql) {
        if !before.last.is_empty() {
            text.push(' ');
        }
        is_virtual |= before.second_last.is_empty() && before.last_is("create") && token.is("virtual");
        in_arguments |= is_virtual && before.second_last_is("using");
        if in_arguments {
            text.push_str(token.text);
        } else {
            match token.text {
                "(" => brackets.push(before.opens_names()),
                ")" => drop(brackets.pop()),
                _ => {}
            }
            let place = match token.kind {
                _ if before.last_is("default") => Place::Default,
                Kind::DoubleQuoted | Kind::String
                    if before.wants_name(brackets.last() == Some(&true), &sql[token.range.end..]) =>
                {
                    Place::Name
                }
                _ => Place::Any,
            };
            push(&mut text, &token, place);
        }
        before = Before { second_last: before.last, last: token.text };
    }
    text
}

/// What a token can be where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but a name.
    Name,
    /// The value after `DEFAULT`, where a name is a string.
    Default,
    /// A name, or a string in double quotes.
    Any,
}

/// The texts of the two tokens before another, empty where there is none.
#[derive(Default)]
struct Before<'a> {
    second_last: &'a str,
    last: &'a str,
}

impl Before<'_> {
    fn last_is(&self, word: &str) -> bool {
        Ident(self.last) == word
    }

    fn second_last_is(&self, word: &str) -> bool {
        Ident(self.second_last) == word
    }

    /// Whether what comes now, in quotes, can be nothing but a name.
    fn wants_name(&self, among_names: bool, rest: &str) -> bool {
        let next = significant(rest).next();
        let next_is = |word| next.as_ref().is_some_and(|token| token.is(word));
        BEFORE_NAMES.into_iter().any(|word| self.last_is(word))
            // `a IS NOT DISTINCT FROM "b"` compares values.
            || self.last_is("from") && !self.second_last_is("distinct")
            // The table of a trigger; in a join, `ON "a" = …` may be anything.
            || self.last_is("on") && ["begin", "for", "when"].into_iter().any(next_is)
            || [".", "("].into_iter().any(next_is)
            || among_names && (self.last_is("(") || self.last_is(","))
    }

    /// Whether a bracket that opens now lists the names of columns.
    fn opens_names(&self) -> bool {
        self.last_is("unique")
            || self.last_is("key") && (self.second_last_is("primary") || self.second_last_is("foreign"))
            || ["table", "references", "into"].into_iter().any(|word| self.second_last_is(word))
    }
}

fn push(text: &mut String, token: &Token<'_>, place: Place) {
    match (token.kind, place) {
        (Kind::Word, Place::Default) if !is_reserved(&token.text.to_ascii_lowercase()) => {
            text.push_str(&string(token.text));
        }
        (Kind::Word, _) => {
            let start = text.len();
            text.push_str(token.text);
            text[start..].make_ascii_lowercase();
        }
        (Kind::DoubleQuoted | Kind::Quoted, Place::Default) => {
            text.push_str(&string(&token.name().unwrap_or_default()));
        }
        (Kind::DoubleQuoted, Place::Any) => push_name(text, &token.name().unwrap_or_default()),
        (Kind::Quoted, _) | (Kind::DoubleQuoted | Kind::String, Place::Name) => {
            push_name(text, &token.name().unwrap_or_default().to_ascii_lowercase());
        }
        _ => text.push_str(token.text),
    }
}

fn push_name(text: &mut String, name: &str) {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte >= 0x80;
    // Without its quotes, a byte order mark at the start would be white space.
    let plain = name.bytes().next().is_some_and(word)
        && !name.starts_with('\u{feff}')
        && name.bytes().all(|byte| word(byte) || byte.is_ascii_digit() || byte == b'$');
    if plain && !is_reserved(name) {
        text.push_str(name);
    } else {
        text.push_str(&quoted(name));
    }
}

/// Whether the word, in lower case, means something else once it loses its quotes.
fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// After these comes nothing but a name.
#[rustfmt::skip]
const BEFORE_NAMES: [&str; 12] = [
    "table", "index", "view", "trigger", "references", "into", "join", "update", "using", "constraint", "as", ".",
];

/// The keywords that SQLite's grammar never takes for a name, the joins' (`FROM a "left" JOIN b`), and the constants.
#[rustfmt::skip]
const RESERVED: [&str; 70] = [
    "add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "commit",
    "constraint", "create", "cross", "current_date", "current_time", "current_timestamp", "default",
    "deferrable", "delete", "distinct", "drop", "else", "escape", "except", "exists", "false", "foreign",
    "from", "full", "group", "having", "in", "index", "inner", "insert", "intersect", "into", "is", "isnull",
    "join", "left", "limit", "natural", "not", "nothing", "notnull", "null", "on", "or", "order", "outer",
    "primary", "references", "returning", "right", "select", "set", "table", "then", "to", "transaction",
    "true", "union", "unique", "update", "using", "values", "when", "where",
];

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn same(one: &str, other: &str) {
        assert_eq!(canonical(one), canonical(other));
        assert_eq!(canonical(&canonical(one)), canonical(one));
    }

    fn differ(one: &str, other: &str) {
        assert_ne!(canonical(one), canonical(other));
    }

    #[test]
    fn spelling_does_not_count() {
        let plain = "create table jobs ( id integer primary key , state text not null default 'New' )";
        for sql in [
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY,state TEXT NOT NULL DEFAULT 'New')",
            "CREATE TABLE Jobs (\n  Id integer primary key, -- the key\n  /* ( */ State text not null default 'New'\n)",
            "CREATE TABLE \"Jobs\" ([ID] INTEGER PRIMARY KEY, `state` \"TEXT\" NOT NULL DEFAULT 'New')",
            "CREATE TABLE 'jobs' ('id' INTEGER PRIMARY KEY, \"State\" TEXT NOT NULL DEFAULT \"New\")",
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT New)",
        ] {
            assert_eq!(canonical(sql).replace("\"TEXT\"", "text"), plain, "{sql}");
        }
        assert_eq!(canonical(plain), plain);
    }

    #[test]
    fn a_name_is_folded_where_it_can_be_nothing_else() {
        same(
            "CREATE TABLE \"T\"(\"A\", \"B\", FOREIGN KEY (\"A\", \"B\") REFERENCES \"P\"(\"X\", \"Y\"), UNIQUE (\"A\"))",
            "CREATE TABLE t(a, b, FOREIGN KEY (a, b) REFERENCES p(x, y), UNIQUE (a))",
        );
        same("CREATE INDEX \"I\" ON \"T\"(a)", "CREATE INDEX i ON t(a)");
        same(
            "CREATE TRIGGER \"R\" AFTER DELETE ON \"T\" BEGIN DELETE FROM \"U\" WHERE \"U\".\"A\" = old.\"A\"; END",
            "CREATE TRIGGER r AFTER DELETE ON t BEGIN DELETE FROM u WHERE u.a = old.a; END",
        );
        same("CREATE TABLE t(\"a b\")", "CREATE TABLE t([A B])");
        same("CREATE TABLE t(\"größe\")", "CREATE TABLE t(größe)");
        differ("CREATE TABLE t(\"Größe\")", "CREATE TABLE t(\"GRÖSSE\")");
        differ("CREATE TABLE t(\"\u{feff}a\")", "CREATE TABLE t(\u{feff}a)");
        same(
            "CREATE VIEW v AS SELECT virtual FROM a JOIN b USING (X)",
            "CREATE VIEW v AS SELECT virtual FROM a JOIN b USING (x)",
        );
    }

    #[test]
    fn quotes_go_where_they_are_not_needed() {
        same("CREATE INDEX i ON t(\"archived\")", "CREATE INDEX i ON t(archived)");
        for name in ["_a", "a1", "a$b", "größe"] {
            assert_eq!(
                canonical(&format!("CREATE TABLE t(\"{name}\")")),
                format!("create table t ( {name} )")
            );
        }
        for name in ["1a", "$a", "a b", "a-", "-a", "order", ""] {
            assert_eq!(
                canonical(&format!("CREATE TABLE t(\"{name}\")")),
                format!("create table t ( \"{name}\" )")
            );
        }
    }

    #[test]
    fn what_may_be_a_string_keeps_its_case() {
        differ("CREATE TABLE t(a CHECK (a <> \"Draft\"))", "CREATE TABLE t(a CHECK (a <> \"draft\"))");
        differ(
            "CREATE VIEW v AS SELECT a IS NOT DISTINCT FROM \"X\"",
            "CREATE VIEW v AS SELECT a IS NOT DISTINCT FROM x",
        );
        differ("CREATE INDEX i ON t(\"Archived\")", "CREATE INDEX i ON t(\"archived\")");
        differ(
            "CREATE TABLE t(view CHECK (view IN (\"X\")))",
            "CREATE TABLE t(view CHECK (view IN (\"x\")))",
        );
        for sql in [
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO u(a, b) SELECT a, \"X\"; END",
            "CREATE VIEW v AS SELECT CASE \"X\" WHEN 1 THEN 2 END",
            "CREATE VIEW v AS SELECT * FROM t JOIN u ON \"X\" = 1",
            "CREATE VIEW v AS SELECT key(\"X\", 1)",
        ] {
            differ(sql, &sql.replace("\"X\"", "\"x\""));
        }
        differ("CREATE TABLE t(a DEFAULT Draft)", "CREATE TABLE t(a DEFAULT draft)");
        differ("CREATE TABLE t(a DEFAULT \"null\")", "CREATE TABLE t(a DEFAULT null)");
        same("CREATE TABLE t(a DEFAULT TRUE)", "CREATE TABLE t(a DEFAULT true)");
        same("CREATE TABLE t(a DEFAULT [it's])", "CREATE TABLE t(a DEFAULT 'it''s')");
    }

    #[test]
    fn reserved_words_keep_their_quotes() {
        differ("CREATE TABLE t(a CHECK (a IS NOT \"null\"))", "CREATE TABLE t(a CHECK (a IS NOT null))");
        differ("CREATE TABLE t(a \"unique\")", "CREATE TABLE t(a unique)");
        differ(
            "CREATE VIEW v AS SELECT * FROM a \"left\" JOIN b",
            "CREATE VIEW v AS SELECT * FROM a LEFT JOIN b",
        );
        same("CREATE TABLE t([order])", "CREATE TABLE t(\"ORDER\")");
        same("CREATE TABLE t(\"key\")", "CREATE TABLE t(Key)");
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn a_word_is_reserved_if_sqlite_refuses_it_as_a_name() -> rusqlite::Result<()> {
        let conn = Connection::open_in_memory()?;
        let taken =
            |word: &&str| conn.execute_batch(&format!("CREATE TABLE t({word} INT); DROP TABLE t")).is_ok();
        let names: Vec<&str> = RESERVED.into_iter().filter(taken).collect();
        let joins = ["cross", "full", "inner", "left", "natural", "outer", "right"];
        let constants = ["current_date", "current_time", "current_timestamp", "false", "true"];
        assert!(names.iter().all(|name| joins.contains(name) || constants.contains(name)), "{names:?}");
        Ok(())
    }

    #[test]
    fn a_modules_arguments_stay() {
        assert_eq!(
            canonical("CREATE VIRTUAL TABLE \"Docs\" USING FTS5(Title, -- a\n tokenize = \"porter Ascii\")"),
            "create virtual table docs using fts5 ( Title , tokenize = \"porter Ascii\" )"
        );
        same("CREATE VIRTUAL TABLE d USING dbstat", "CREATE VIRTUAL TABLE [D] USING \"DBSTAT\"");
    }

    #[test]
    fn no_text_makes_it_panic() {
        for sql in [
            "",
            ")",
            "default",
            "\"",
            "a 'b",
            "create virtual",
            "create virtual table t using",
            "(((",
            "é\u{feff}",
        ] {
            canonical(sql);
        }
    }
}
