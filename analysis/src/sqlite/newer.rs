//! Where a statement uses what came with a newer SQLite.
//!
//! It goes by the tokens, so that it also knows syntax that a parser does not, and reads the bodies of triggers and views
//! like everything else. A name counts as a function only where nothing but an expression or a table can stand.

use std::ops::Range;

use onward_core::token::Kind;

use super::date;
use super::feature::{self, Syntax, came_with};
use super::text::{JOIN_WORDS, Text};
pub use super::used::Use;

/// What a statement uses that SQLite 3.37 does not have, in the order of its text.
pub fn uses(sql: &str) -> Vec<Use> {
    let text = Text::read(sql);
    let mut uses = Vec::new();
    for at in 0..text.tokens.len() {
        text.token(at, &mut uses);
    }
    uses.extend(text.alter());
    uses.sort_by_key(|found| found.range.start);
    uses
}

impl Text<'_> {
    fn use_of(&self, tokens: Range<usize>, found: &Syntax) -> Use {
        Use::of(&self.tokens[tokens], found)
    }

    /// What begins at this token. A history has many, and hardly any is one of these: each is asked only what its kind can be.
    fn token(&self, at: usize, uses: &mut Vec<Use>) {
        let token = &self.tokens[at];
        match token.kind {
            Kind::Number if token.text.contains('_') => {
                uses.push(self.use_of(at..at + 1, &feature::UNDERSCORE));
            }
            Kind::Symbol if token.text == "->" || token.text == "->>" => {
                uses.push(self.use_of(at..at + 1, &feature::ARROW));
                if self.is(at + 1, "-") {
                    uses.push(self.use_of(at..at + 2, &feature::FROM_THE_END));
                }
            }
            Kind::Word => self.word(at, uses),
            _ => {}
        }
        if let Some(name) = self.name(at) {
            uses.extend(self.function(at, &name));
        }
    }

    /// What begins at this keyword, if it is one.
    fn word(&self, at: usize, uses: &mut Vec<Use>) {
        let token = &self.tokens[at];
        if token.is("IS") {
            let length = if self.is(at + 1, "NOT") { 4 } else { 3 };
            if self.are(at + length - 2, &["DISTINCT", "FROM"]) {
                uses.push(self.use_of(at..at + length, &feature::DISTINCT_FROM));
            }
        }
        if token.is("JOIN")
            && let Some(side) = self.kind_of_join(at).find(|at| self.is(*at, "RIGHT") || self.is(*at, "FULL"))
        {
            uses.push(self.use_of(side..at + 1, &feature::RIGHT_JOIN));
        }
        if token.is("HAVING") && self.ungrouped.binary_search(&at).is_ok() {
            uses.push(self.use_of(at..at + 1, &feature::HAVING));
        }
        if token.is("RAISE") && self.is(at + 1, "(") && self.has_long_message(at + 1) {
            uses.push(self.use_of(at..at + 1, &feature::RAISE));
        }
        if token.is("AS") && self.is_changed_in_trigger(at) {
            uses.push(self.use_of(at..(at + 2).min(self.tokens.len()), &feature::ALIAS_IN_TRIGGER));
        }
        if token.is("USING") && self.is(0, "CREATE") && self.is(1, "VIRTUAL") && self.is(at + 1, "FTS5") {
            uses.extend(self.fts5(at + 2));
        }
        if token.is("INTO") {
            uses.extend(self.fts5_commands(at + 1));
        }
        if at == 0 && token.is("REINDEX") && self.reindexes_expressions() {
            uses.push(self.use_of(0..2, &feature::REINDEX_EXPRESSIONS));
        }
        // The bracket around it is that of a call, and there is no query in it.
        if token.is("ORDER")
            && self.is(at + 1, "BY")
            && let Some(bracket) = self.inside[at]
            && bracket.checked_sub(1).is_some_and(|name| self.name(name).is_some())
            && !["SELECT", "VALUES", "WITH"].iter().any(|word| self.is(bracket + 1, word))
        {
            uses.push(self.use_of(at..at + 2, &feature::ORDERED_AGGREGATE));
        }
    }

    /// Whether what stands before is the table that a statement inside a trigger changes.
    fn is_changed_in_trigger(&self, at: usize) -> bool {
        let is_trigger = self.is(0, "CREATE") && (self.is(1, "TRIGGER") || self.is(2, "TRIGGER"));
        let Some(verb) = at.checked_sub(2).filter(|_| is_trigger) else { return false };
        let is_update =
            self.is(verb, "UPDATE") || (verb > 1 && self.is(verb - 2, "UPDATE") && self.is(verb - 1, "OR"));
        is_update || self.is(verb, "INTO") || (self.is(verb, "FROM") && self.follows(verb, &["DELETE"]))
    }

    fn has_long_message(&self, bracket: usize) -> bool {
        match self.arguments(bracket).get(1) {
            Some([message]) => message.name().is_none(),
            Some(message) => message.len() > 1,
            None => false,
        }
    }

    fn function(&self, at: usize, name: &str) -> Vec<Use> {
        let mut uses = Vec::new();
        let mut named = feature::FUNCTIONS.iter().chain(feature::TABLES);
        if let Some((since, _, instead)) = named.find(|(_, call, _)| call.split('(').next() == Some(name)) {
            uses.push(Use {
                what: format!("`{name}()`"),
                since: came_with(*since),
                range: self.tokens[at].range.clone(),
                instead,
                function: Some(name.to_owned()),
            });
        }
        let arguments = || self.arguments(at + 1);
        let this = at..at + 1;
        // In quotes, it always was one.
        if JOIN_WORDS.iter().any(|word| self.is(at, word)) {
            uses.push(self.use_of(this.clone(), &feature::CALL_OF_JOIN_WORD));
        }
        match name {
            "iif" | "if" => match arguments().len() {
                2 => uses.push(self.use_of(this, &feature::SHORT_IIF)),
                4.. => uses.push(self.use_of(this, &feature::LONG_IIF)),
                _ => {}
            },
            "json_valid" if arguments().len() == 2 => {
                uses.push(self.use_of(this, &feature::JSON_VALID_FLAGS));
            }
            "date" | "time" | "datetime" | "julianday" | "unixepoch" => {
                uses.extend(date::uses(&arguments(), false))
            }
            "strftime" => uses.extend(date::uses(&arguments(), true)),
            _ => {}
        }
        uses
    }

    /// Whether it is REINDEX with this name and no more. It may be the name of something that was made.
    fn reindexes_expressions(&self) -> bool {
        let is_end = |at: usize| self.tokens.get(at).is_none_or(|token| token.kind == Kind::Semicolon);
        self.tokens.get(1).is_some_and(|token| token.is_name("expressions")) && is_end(2)
    }

    /// ALTER TABLE as it was extended.
    fn alter(&self) -> Option<Use> {
        if !self.are(0, &["ALTER", "TABLE"]) {
            return None;
        }
        let verb = if self.is(3, ".") { 5 } else { 3 };
        let constraint = self.is(verb + 1, "CONSTRAINT") || self.is(verb + 1, "CHECK");
        if self.is(verb, "ALTER") {
            Some(self.use_of(verb..verb + 1, &feature::ALTER_COLUMN))
        } else if constraint && (self.is(verb, "ADD") || self.is(verb, "DROP")) {
            Some(self.use_of(verb..verb + 2, &feature::ALTER_CONSTRAINT))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<&str> {
        uses(sql).into_iter().map(|found| &sql[found.range]).collect()
    }

    #[test]
    fn what_is_used_has_its_place() {
        for (sql, expected) in [
            ("SELECT concat(a, unhex(b)) FROM t", &["concat", "unhex"][..]),
            ("SELECT a IS NOT DISTINCT FROM format(b)", &["IS NOT DISTINCT FROM", "format"]),
            ("SELECT * FROM a NATURAL FULL OUTER JOIN b RIGHT JOIN c", &["FULL OUTER JOIN", "RIGHT JOIN"]),
            (
                "SELECT * FROM a RIGHT NATURAL JOIN b, c OUTER full JOIN d LEFT RIGHT JOIN e",
                &["RIGHT NATURAL JOIN", "full JOIN", "RIGHT JOIN"],
            ),
            ("SELECT a ->> -1_0 FROM t", &["->>", "->> -", "1_0"]),
            ("SELECT string_agg(a, ',' ORDER BY b) FROM t", &["string_agg", "ORDER BY"]),
            (
                "SELECT strftime('%s %V', a, 'SubSec'), datetime('now', 'auto')",
                &["'%s %V'", "'SubSec'", "'auto'"],
            ),
            (
                "SELECT 1 FROM t, jsonb_each(t.a) WHERE x NOT IN (SELECT if(1, 2))",
                &["jsonb_each", "if", "if"],
            ),
            ("SELECT max(a) FROM (SELECT 1 GROUP BY 1) HAVING 1", &["HAVING"]),
            ("SELECT raise(ABORT, new.a)", &["raise"]),
            (
                "SELECT left(a, 1), \"right\"(a, 1) FROM a LEFT JOIN b, (c CROSS JOIN d) WHERE Inner(*)",
                &["left", "Inner"],
            ),
            ("CREATE VIRTUAL TABLE f USING fts5(a, contentless_delete = 1)", &["contentless_delete"]),
            ("ALTER TABLE main.t ADD CHECK (a)", &["ADD CHECK"]),
            (
                "CREATE TEMP TRIGGER r AFTER DELETE ON t BEGIN INSERT OR IGNORE INTO t AS a SELECT b AS c FROM u AS d; UPDATE t AS e SET a = 1; \
                 UPDATE OR FAIL \"t\" AS f SET a = 1 FROM t AS g; DELETE FROM t AS h WHERE a IN (SELECT 1 FROM t AS i); END",
                &["AS a", "AS e", "AS f", "AS h"],
            ),
        ] {
            assert_eq!(found(sql), expected, "{sql}");
        }
    }

    #[test]
    fn names_that_are_no_calls_and_old_syntax() {
        for sql in [
            "CREATE TABLE format(concat, unhex TEXT, PRIMARY KEY (concat))",
            "CREATE TABLE IF NOT EXISTS main.concat(a REFERENCES format(concat), b format(3))",
            "CREATE UNIQUE INDEX i ON format(concat)",
            "INSERT INTO main.format(concat) SELECT unhex FROM concat AS format",
            "REPLACE INTO concat (a) VALUES ('unhex(1)')",
            "WITH format(a) AS (SELECT 1), concat(b) AS NOT MATERIALIZED (SELECT 2) SELECT CAST(a AS unhex(3)) FROM format",
            "CREATE VIEW format(concat) AS SELECT 1",
            "SELECT * FROM a AS right JOIN b, full JOIN main.right JOIN c",
            "SELECT count(*) FROM t GROUP BY a HAVING count(*) > (SELECT 1)",
            "SELECT rank() OVER (PARTITION BY a ORDER BY b), x IN (SELECT a FROM t ORDER BY b) FROM t WINDOW w AS (ORDER BY a)",
            "SELECT iif(1, 2, 3), strftime('%Y-%%F', a, 'utc'), date('auto'), json_valid(a), '1_0', x'00'",
            "SELECT raise(ABORT, 'no'), raise(IGNORE), raise(FAIL, \"no\")",
            "ALTER TABLE t ADD COLUMN \"constraint\" TEXT",
            "ALTER TABLE t RENAME COLUMN a TO b",
            "INSERT INTO t AS a(b) VALUES (1) ON CONFLICT DO UPDATE SET b = a.b",
            "UPDATE t AS a SET b = 1",
            "DELETE FROM t AS a",
            "CREATE TRIGGER r UPDATE OF a ON t BEGIN SELECT a AS b FROM t AS c; INSERT INTO t SELECT 1 AS d; END",
            "USING fts5 ) ) (",
            "iif(",
            ") HAVING",
            "IS",
            "->",
            "RAISE (",
            "strftime('%",
            "CREATE VIRTUAL USING fts5",
        ] {
            let found = found(sql);
            assert!(found.iter().all(|found| *found == "->"), "{sql}: {found:?}");
        }
    }

    #[test]
    fn a_long_text_does_not_take_long() {
        let depth = 20_000;
        for part in ["date(", "HAVING ", "SELECT HAVING ", "a IS NOT ", "(SELECT raise(", "x, concat("] {
            let _ = uses(&part.repeat(depth));
            let _ = uses(&format!("SELECT {}1{}", part.repeat(depth), ")".repeat(depth)));
        }
    }
}
