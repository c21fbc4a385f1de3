//! A text cut into its statements.
//!
//! The cut follows [`sqlite3_complete`](https://www.sqlite.org/c3ref/complete.html): a semicolon ends a statement, and
//! `;END;` ends a CREATE TRIGGER once its BEGIN has been seen.

use std::ops::Range;

use crate::kind::Kind;
use crate::token::{self, Token, significant};

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bytes of the text from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// Cuts a text into its statements.
///
/// ```
/// use onward_core::statement::statements;
/// let text = "CREATE TABLE jobs(id); -- the queue;\nSELECT ';'";
/// let cut: Vec<&str> = statements(text).into_iter().map(|statement| &text[statement.range]).collect();
/// assert_eq!(cut, ["CREATE TABLE jobs(id)", "SELECT ';'"]);
/// ```
pub fn statements(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut tokens: Vec<Token<'_>> = Vec::new();
    for token in significant(text) {
        if token.kind != token::Kind::Semicolon || (is_trigger(&tokens) && !ends_trigger(&tokens)) {
            tokens.push(token);
        } else if !tokens.is_empty() {
            statements.push(statement(&tokens));
            tokens.clear();
        }
    }
    if !tokens.is_empty() {
        statements.push(statement(&tokens));
    }
    statements
}

/// Whether these tokens open a trigger whose body has begun: semicolons inside belong to it.
fn is_trigger(tokens: &[Token<'_>]) -> bool {
    let head =
        tokens.iter().position(|token| !(token.is("EXPLAIN") || token.is("QUERY") || token.is("PLAN")));
    let mut head = tokens[head.unwrap_or(0)..].iter();
    head.next().is_some_and(|token| token.is("CREATE"))
        && head
            .find(|token| !token.is("TEMP") && !token.is("TEMPORARY"))
            .is_some_and(|token| token.is("TRIGGER"))
        && head.any(|token| token.is("BEGIN"))
}

fn ends_trigger(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [.., before, last] if last.is("END") && (before.is(";") || before.is("BEGIN")))
}

fn statement(tokens: &[Token<'_>]) -> Statement {
    let range = tokens[0].range.start..tokens[tokens.len() - 1].range.end;
    Statement { range, kind: Kind::of_tokens(tokens) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        statements(text).into_iter().map(|statement| &text[statement.range]).collect()
    }

    #[test]
    fn semicolons_end_statements_but_not_in_quotes_comments_and_triggers() {
        assert_eq!(cut("SELECT ';' ; -- a;b\n;; SELECT 2 /* ; */"), ["SELECT ';'", "SELECT 2"]);
        let trigger =
            "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 3; END";
        assert_eq!(cut(&format!("{trigger}; SELECT 4")), [trigger, "SELECT 4"]);
        assert_eq!(cut(trigger), [trigger]);
        assert!(cut(" -- nothing\n ; ").is_empty());
    }

    /// SQLite itself says where a statement ends, once it has run what comes before.
    #[test]
    fn sqlite_cuts_the_same() {
        use fallible_iterator::FallibleIterator;
        for text in [
            "CREATE TABLE a(x);;;INSERT INTO a VALUES (';'),(1)--;\n;/*;*/ SELECT \"x\" FROM a",
            "CREATE TABLE a(x); CREATE TEMP TRIGGER IF NOT EXISTS t AFTER INSERT ON a WHEN new.x > 1 BEGIN
               UPDATE a SET x = CASE x WHEN 1 THEN 2 ELSE 3 END; SELECT 1; END; SELECT [x] FROM a; SELECT `x` FROM a;",
            "EXPLAIN SELECT 1; CREATE TABLE \"begin\"(\"end\"); SELECT \"end\" FROM \"begin\"; VALUES (x'00'), (.5e-3)",
            "CREATE TABLE a(x);
             CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN DELETE FROM a WHERE x = old.x; END;
             SELECT 'it''s; fine';",
            "\u{feff}SELECT 1;\u{feff} SELECT 2 /* open",
        ] {
            let conn = rusqlite::Connection::open_in_memory().unwrap();
            conn.execute_batch("CREATE VIEW v AS SELECT 1 AS x").unwrap();
            let mut batch = rusqlite::Batch::new(&conn, text);
            let mut count = 0;
            while let Some(mut statement) = batch.next().unwrap() {
                statement.query([]).unwrap().next().unwrap();
                count += 1;
            }
            assert_eq!(statements(text).len(), count, "{text}");
        }
    }

    #[test]
    fn a_broken_trigger_does_not_swallow_what_follows() {
        assert_eq!(cut("CREATE TRIGGER t AFTER INSERT ON a SELECT 1; SELECT 2").len(), 2);
        assert_eq!(cut("CREATE TRIGGER t AFTER INSERT ON a BEGIN END; SELECT 2").len(), 2);
    }
}
