//! What a `CREATE` statement says and no pragma tells.
//!
//! The statements come from `sqlite_schema`, so SQLite has understood them: looking for reserved words at the right
//! depth of brackets is enough, and what is not found is left out.

use onward_core::name::Ident;
use onward_core::token::{Kind, Token, list, tokens};

use crate::{Generated, Module};

/// From a `CREATE TABLE` statement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TableText {
    /// The conditions of the CHECK constraints.
    pub(crate) checks: Vec<String>,
    /// For each foreign key, in the order written, whether it is `INITIALLY DEFERRED`.
    pub(crate) deferred: Vec<bool>,
    /// Whether the table numbers its rows with AUTOINCREMENT.
    pub(crate) autoincrement: bool,
    pub(crate) without_rowid: bool,
    pub(crate) strict: bool,
    /// The computed columns: name and expression.
    generated: Vec<(String, String)>,
    /// The columns with a COLLATE of their own: name and collation.
    collations: Vec<(String, String)>,
}

impl TableText {
    pub(crate) fn read(sql: &str) -> TableText {
        let tokens = list(sql);
        let mut found = TableText::default();
        let open = find(&tokens, "(");
        let body = group(&tokens, open);
        let options = tokens.get(open.unwrap_or(0) + body.len() + 2..).unwrap_or_default();
        found.without_rowid = options.iter().any(|token| token.is("without"));
        found.strict = options.iter().any(|token| token.is("strict"));
        // No name unless it is quoted, and in a key of several columns it stands inside the brackets.
        found.autoincrement = find(body, "autoincrement").is_some();
        for definition in split(body) {
            let first = definition.first().and_then(Token::name).unwrap_or_default();
            let mut at = 0;
            while at < definition.len() {
                let inner = group(definition, Some(at + 1));
                let before = at.checked_sub(1).map(|before| &definition[before]);
                match &definition[at] {
                    token if token.is("check") => found.checks.push(fold(span(sql, inner))),
                    token if token.is("as") => found.generated.push((first.clone(), fold(span(sql, inner)))),
                    token if token.is("collate") => {
                        let collation = definition.get(at + 1).and_then(Token::name).unwrap_or_default();
                        found.collations.push((first.clone(), collation));
                    }
                    token if token.is("references") => found.deferred.push(false),
                    token if token.is("deferrable") => {
                        let not = before.is_some_and(|before| before.is("not"));
                        let initially = definition.get(at + 2).is_some_and(|token| token.is("deferred"));
                        if let Some(last) = found.deferred.last_mut() {
                            *last = !not && initially;
                        }
                    }
                    _ => {}
                }
                // The inside of brackets is passed over: the words in there mean something else.
                at += if definition[at].is("(") { group(definition, Some(at)).len() + 2 } else { 1 };
            }
        }
        found
    }

    /// How this column is computed; the pragma knows that it is.
    pub(crate) fn generated(&self, column: &str, stored: bool) -> Generated {
        let expression = self.generated.iter().find(|(name, _)| Ident(name) == column);
        Generated { stored, expression: expression.map(|(_, text)| text.clone()).unwrap_or_default() }
    }

    /// How the values of this column are compared. Of several COLLATE, the last counts.
    pub(crate) fn collation(&self, column: &str) -> &str {
        let written = self.collations.iter().rev().find(|(name, _)| Ident(name) == column);
        written.map_or("BINARY", |(_, collation)| collation)
    }
}

/// From a `CREATE INDEX` statement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct IndexText {
    /// What is indexed, without its direction. A COLLATE stays: it may belong to a part of an expression only.
    pub(crate) columns: Vec<String>,
    /// The condition after `WHERE`.
    pub(crate) partial: Option<String>,
}

impl IndexText {
    pub(crate) fn read(sql: &str) -> IndexText {
        let tokens = list(sql);
        let open = find(&tokens, "(");
        let body = group(&tokens, open);
        let columns = split(body).into_iter().map(|mut column| {
            if let [rest @ .., last] = column
                && (last.is("asc") || last.is("desc"))
            {
                column = rest;
            }
            fold(span(sql, column))
        });
        let columns = columns.collect();
        let rest = tokens.get(open.unwrap_or(0) + body.len() + 2..).unwrap_or_default();
        let partial = match rest {
            [first, condition @ ..] if first.is("where") => Some(fold(span(sql, condition))),
            _ => None,
        };
        IndexText { columns, partial }
    }
}

/// From a `CREATE VIRTUAL TABLE` statement; `None` if it is none.
pub(crate) fn module(sql: &str) -> Option<Module> {
    let tokens = list(sql);
    if !tokens.get(1)?.is("virtual") {
        return None;
    }
    let name = find(&tokens, "using")? + 1;
    let body = group(&tokens, Some(name + 1));
    let arguments = split(body).into_iter().map(|argument| fold(span(sql, argument))).collect();
    Some(Module { name: tokens.get(name)?.name()?, arguments })
}

/// A text with every stretch of comments and white space folded into one space.
pub fn fold(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut space = false;
    for token in tokens(sql) {
        if token.is_significant() {
            if space && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(token.text);
        }
        space = !token.is_significant();
    }
    text
}

pub(crate) fn find(tokens: &[Token<'_>], word: &str) -> Option<usize> {
    tokens.iter().position(|token| token.is(word))
}

/// The tokens inside the brackets that open at `open`; none if no bracket is there.
pub(crate) fn group<'t, 's>(tokens: &'t [Token<'s>], open: Option<usize>) -> &'t [Token<'s>] {
    let Some(open) = open.filter(|&open| tokens.get(open).is_some_and(|token| token.is("("))) else {
        return &[];
    };
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        depth = depth_after(depth, token);
        if depth == 0 {
            return &tokens[open + 1..at];
        }
    }
    &[]
}

/// The parts between the commas that are in no brackets.
pub(crate) fn split<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut depth = 0;
    let parts = tokens.split(|token| {
        depth = depth_after(depth, token);
        depth == 0 && token.is(",")
    });
    parts.filter(|part| !part.is_empty()).collect()
}

pub(crate) fn depth_after(depth: i32, token: &Token<'_>) -> i32 {
    match token.kind {
        Kind::Symbol if token.text == "(" => depth + 1,
        Kind::Symbol if token.text == ")" => depth - 1,
        _ => depth,
    }
}

/// The text that these neighbouring tokens take.
pub(crate) fn span<'s>(sql: &'s str, tokens: &[Token<'_>]) -> &'s str {
    match tokens {
        [first, .., last] => &sql[first.range.start..last.range.end],
        [only] => &sql[only.range.clone()],
        [] => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_tells_its_checks_computed_columns_and_deferred_keys() {
        let text = TableText::read(
            "CREATE TABLE \"t(\"(\"a)\" INT CHECK (\"a)\" IN (1,\n2)), -- CHECK (no)\n \
             b TEXT AS (upper(cast(c AS TEXT))) STORED, c REFERENCES p DEFERRABLE INITIALLY DEFERRED, \
             d REFERENCES p(x) NOT DEFERRABLE INITIALLY DEFERRED, \
             CHECK (a > 0) CONSTRAINT n CHECK (c <> ')') FOREIGN KEY (a) REFERENCES q(a) DEFERRABLE)",
        );
        assert_eq!(text.checks, ["\"a)\" IN (1, 2)", "a > 0", "c <> ')'"]);
        assert_eq!(text.deferred, [true, false, false]);
        assert_eq!(text.generated("B", true).expression, "upper(cast(c AS TEXT))");
    }

    /// An index of one column takes over the column's collation, and a pragma tells that.
    #[test]
    fn a_table_tells_collations_as_sqlite_has_them() -> rusqlite::Result<()> {
        let conn = rusqlite::Connection::open_in_memory()?;
        conn.create_collation("my own", str::cmp)?;
        let columns = [
            "a",
            "b TEXT COLLATE nocase",
            "\"c(\" COLLATE \"RTRIM\" NOT NULL",
            "d COLLATE nocase COLLATE rtrim",
            "e DEFAULT 'COLLATE nocase' COLLATE [my own]",
            "f DEFAULT ('x' COLLATE nocase)",
            "g TEXT AS (a COLLATE nocase)",
            "h CHECK (a COLLATE nocase > 'x') COLLATE `NoCase`",
            "\"collate\" INT -- COLLATE nocase\n",
            "i CONSTRAINT n COLLATE 'rtrim' UNIQUE",
            "j REFERENCES t(a) COLLATE BINARY",
        ];
        let sql = format!("CREATE TABLE t({}, PRIMARY KEY (a COLLATE nocase))", columns.join(", "));
        conn.execute_batch(&sql)?;
        let text = TableText::read(&sql);
        for name in ["a", "b", "C(", "d", "E", "f", "g", "h", "collate", "i", "j"] {
            conn.execute_batch(&format!("CREATE INDEX probe ON t(\"{name}\")"))?;
            let collation: String =
                conn.query_row("SELECT coll FROM pragma_index_xinfo('probe')", [], |row| row.get(0))?;
            assert_eq!(text.collation(name), collation, "{name}");
            conn.execute_batch("DROP INDEX probe")?;
        }
        Ok(())
    }

    #[test]
    fn a_table_tells_whether_it_has_autoincrement() -> rusqlite::Result<()> {
        for (columns, autoincrement) in [
            ("id INTEGER PRIMARY KEY", false),
            ("id INTEGER PRIMARY KEY AUTOINCREMENT", true),
            ("a, id INTEGER CONSTRAINT n PRIMARY KEY ASC ON CONFLICT ABORT AUTOINCREMENT NOT NULL", true),
            ("id INTEGER, a, PRIMARY KEY (id AUTOINCREMENT)", true),
            ("\"autoincrement\" INTEGER PRIMARY KEY, a DEFAULT 'autoincrement' -- autoincrement\n", false),
        ] {
            let conn = rusqlite::Connection::open_in_memory()?;
            let sql = format!("CREATE TABLE t({columns})");
            conn.execute_batch(&sql)?;
            let sequences = "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'";
            let found: bool = conn.query_row(sequences, [], |row| row.get(0))?;
            assert_eq!(
                (TableText::read(&sql).autoincrement, found),
                (autoincrement, autoincrement),
                "{columns}"
            );
        }
        Ok(())
    }

    #[test]
    fn an_index_tells_its_expressions_and_its_condition() {
        let text = IndexText::read(
            "CREATE INDEX i ON t(a DESC, lower(b, 'x,y') COLLATE nocase ASC, c /* , */ + 1) WHERE a\n> (1)",
        );
        assert_eq!(text.columns, ["a", "lower(b, 'x,y') COLLATE nocase", "c + 1"]);
        assert_eq!(text.partial.as_deref(), Some("a > (1)"));
        assert_eq!(IndexText::read("CREATE INDEX i ON t(a)").partial, None);
    }

    #[test]
    fn a_virtual_table_tells_its_module() {
        let found =
            module("CREATE VIRTUAL TABLE \"using\" USING fts5(a, b UNINDEXED, tokenize = 'porter, x')");
        let arguments = ["a", "b UNINDEXED", "tokenize = 'porter, x'"].map(String::from).to_vec();
        assert_eq!(found, Some(Module { name: "fts5".into(), arguments }));
        assert_eq!(
            module("CREATE VIRTUAL TABLE d USING dbstat").map(|module| module.arguments),
            Some(vec![])
        );
        assert_eq!(module("CREATE TABLE t(a)"), None);
    }

    #[test]
    fn no_text_makes_it_panic() {
        for sql in [
            "",
            "CREATE",
            "CREATE TABLE t(",
            "CREATE TABLE t(a CHECK",
            "CREATE VIRTUAL TABLE t USING",
            ")(",
            "(",
        ] {
            TableText::read(sql);
            IndexText::read(sql);
            module(sql);
        }
    }
}
