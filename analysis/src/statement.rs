//! A file cut into statements, and what kind of statement each one is.
//!
//! The cut follows [`sqlite3_complete`](https://www.sqlite.org/c3ref/complete.html): a semicolon ends a statement, and
//! `;END;` ends a CREATE TRIGGER once its BEGIN has been seen.

use std::ops::Range;

use onward_core::token::{Kind as TokenKind, Token, significant};

use crate::directive::Allow;

/// A name in a statement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name without quotes and without the schema before it.
    pub text: String,
    /// The bytes of the file it takes, quotes included.
    pub range: Range<usize>,
}

impl Name {
    /// Whether it is this name; SQLite does not look at the case of ASCII letters.
    pub fn is(&self, other: &str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

/// What can be created and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// A table, virtual ones included.
    Table,
    /// An index.
    Index,
    /// A view.
    View,
    /// A trigger.
    Trigger,
}

impl Object {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Object::Table => "table",
            Object::Index => "index",
            Object::View => "view",
            Object::Trigger => "trigger",
        }
    }
}

/// What an ALTER TABLE changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// ADD COLUMN.
    Add(Name),
    /// DROP COLUMN.
    Drop(Name),
    /// RENAME COLUMN from one name to another.
    Rename(Name, Name),
    /// RENAME TO.
    RenameTable(Name),
}

/// What a statement is, as far as onward treats it differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// CREATE of something; `on` is the table of an index or a trigger.
    Create {
        /// What is created.
        object: Object,
        /// Its name.
        name: Name,
        /// The table that an index or a trigger belongs to.
        on: Option<Name>,
        /// Whether it lasts no longer than the connection.
        temporary: bool,
        /// Whether it does nothing if the name is taken.
        if_not_exists: bool,
    },
    /// ALTER TABLE.
    Alter {
        /// The table.
        table: Name,
        /// What changes, if it was understood.
        change: Option<Change>,
    },
    /// DROP of something.
    Drop {
        /// What is dropped.
        object: Object,
        /// Its name.
        name: Name,
    },
    /// BEGIN, COMMIT or END: left out, the runtime has its own transaction.
    Transaction,
    /// ROLLBACK, with or without TO.
    Rollback,
    /// VACUUM, ATTACH or DETACH, which SQLite refuses inside a transaction or onward cannot follow.
    Outside,
    /// PRAGMA of this name, in lower case.
    Pragma(String),
    /// Anything else: it is run.
    Other,
}

impl Kind {
    /// Whether such a statement changes the schema.
    pub fn changes_schema(&self) -> bool {
        matches!(self, Kind::Create { .. } | Kind::Alter { .. } | Kind::Drop { .. })
    }
}

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The bytes of the file from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// What a directive allows for it.
    pub allows: Vec<Allow>,
}

impl Statement {
    /// Whether an `allow` directive names this code for it.
    pub fn allows(&self, code: &str) -> bool {
        self.allows.iter().any(|allow| allow.code == code)
    }
}

/// Cuts a text into its statements; [`Statement::allows`] stays empty.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut tokens: Vec<Token<'_>> = Vec::new();
    for token in significant(text) {
        if token.kind != TokenKind::Semicolon || (is_trigger(&tokens) && !ends_trigger(&tokens)) {
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
    Statement { range, kind: classify(tokens).unwrap_or(Kind::Other), allows: Vec::new() }
}

/// `None` for what needs no treatment of its own, broken SQL included: SQLite will say what is wrong with it.
fn classify(tokens: &[Token<'_>]) -> Option<Kind> {
    let mut cursor = Cursor { tokens };
    let first = cursor.next()?;
    let is = |word| first.is(word);
    if is("BEGIN") || is("COMMIT") || is("END") {
        Some(Kind::Transaction)
    } else if is("ROLLBACK") {
        Some(Kind::Rollback)
    } else if is("VACUUM") || is("ATTACH") || is("DETACH") {
        Some(Kind::Outside)
    } else if is("PRAGMA") {
        Some(Kind::Pragma(cursor.name()?.text.to_ascii_lowercase()))
    } else if is("CREATE") {
        let mut temporary = cursor.take("TEMP") || cursor.take("TEMPORARY");
        let _ = cursor.take("UNIQUE") || cursor.take("VIRTUAL");
        let object = cursor.object()?;
        let if_not_exists = cursor.take_all(&["IF", "NOT", "EXISTS"]);
        temporary |= cursor.tokens.first().is_some_and(|schema| schema.name().is_some_and(is_temp))
            && cursor.tokens.get(1).is_some_and(|dot| dot.is("."));
        let name = cursor.name()?;
        let on = match object {
            Object::Index | Object::Trigger => cursor.seek("ON").then(|| cursor.name()).flatten(),
            Object::Table | Object::View => None,
        };
        Some(Kind::Create { object, name, on, temporary, if_not_exists })
    } else if is("DROP") {
        let object = cursor.object()?;
        cursor.take_all(&["IF", "EXISTS"]);
        Some(Kind::Drop { object, name: cursor.name()? })
    } else if is("ALTER") && cursor.take("TABLE") {
        Some(Kind::Alter { table: cursor.name()?, change: cursor.change() })
    } else {
        None
    }
}

fn is_temp(schema: String) -> bool {
    schema.eq_ignore_ascii_case("temp")
}

struct Cursor<'t, 'a> {
    tokens: &'t [Token<'a>],
}

impl<'t, 'a> Cursor<'t, 'a> {
    fn next(&mut self) -> Option<&'t Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.tokens.first().is_some_and(|token| token.is(word));
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn take_all(&mut self, words: &[&str]) -> bool {
        words.iter().all(|word| self.take(word))
    }

    /// Goes on behind the next token that is this word.
    fn seek(&mut self, word: &str) -> bool {
        while let Some(token) = self.next() {
            if token.is(word) {
                return true;
            }
        }
        false
    }

    fn object(&mut self) -> Option<Object> {
        [Object::Table, Object::Index, Object::View, Object::Trigger]
            .into_iter()
            .find(|object| self.take(object.as_str()))
    }

    /// A name, without the schema that may stand before it.
    fn name(&mut self) -> Option<Name> {
        let name = self.plain_name()?;
        if self.take(".") { self.plain_name() } else { Some(name) }
    }

    fn plain_name(&mut self) -> Option<Name> {
        let token = self.next()?;
        Some(Name { text: token.name()?, range: token.range.clone() })
    }

    fn change(&mut self) -> Option<Change> {
        // Constraints come and go as columns do.
        let is_constraint =
            |cursor: &Cursor<'_, '_>| cursor.tokens.first().is_some_and(Token::begins_constraint);
        if self.take("ADD") {
            if is_constraint(self) {
                return None;
            }
            self.take("COLUMN");
            Some(Change::Add(self.plain_name()?))
        } else if self.take("DROP") {
            if is_constraint(self) {
                return None;
            }
            self.take("COLUMN");
            Some(Change::Drop(self.plain_name()?))
        } else if self.take_all(&["RENAME", "TO"]) {
            Some(Change::RenameTable(self.plain_name()?))
        } else {
            // `take_all` has taken RENAME if it was there.
            self.take("COLUMN");
            let from = self.plain_name()?;
            if self.take("TO") { Some(Change::Rename(from, self.plain_name()?)) } else { None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        statements(text).into_iter().map(|statement| &text[statement.range]).collect()
    }

    fn kind(text: &str) -> Kind {
        statements(text).remove(0).kind
    }

    fn create(text: &str) -> (Object, String, Option<String>) {
        match kind(text) {
            Kind::Create { object, name, on, .. } => (object, name.text, on.map(|on| on.text)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn constraints_are_no_columns() {
        for text in
            ["ADD CONSTRAINT k CHECK (a > 0)", "ADD CHECK (a > 0)", "ADD UNIQUE (a)", "DROP CONSTRAINT k"]
        {
            let Kind::Alter { change, .. } = kind(&format!("ALTER TABLE t {text}")) else { panic!("{text}") };
            assert_eq!(change, None, "{text}");
        }
        for text in ["ADD COLUMN \"check\"", "ADD \"check\" TEXT", "DROP [constraint]"] {
            let Kind::Alter { change, .. } = kind(&format!("ALTER TABLE t {text}")) else { panic!("{text}") };
            assert!(change.is_some(), "{text}");
        }
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
        use rusqlite::fallible_iterator::FallibleIterator;
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

    #[test]
    fn kinds() {
        assert_eq!(
            create("create unique index if not exists main.\"a b\" on [t](x)"),
            (Object::Index, "a b".into(), Some("t".into()))
        );
        assert_eq!(create("CREATE TRIGGER g AFTER UPDATE OF c ON t BEGIN SELECT 1; END").2, Some("t".into()));
        assert_eq!(create("CREATE VIRTUAL TABLE f USING fts5(a)").1, "f");
        assert_eq!(create("CREATE TEMP VIEW 'v' AS SELECT 1").1, "v");
        for (text, expected) in [
            ("CREATE TEMP TABLE t(a)", true),
            ("CREATE TEMPORARY VIEW v AS SELECT 1", true),
            ("CREATE TABLE IF NOT EXISTS \"Temp\".t(a)", true),
            ("CREATE TABLE temp(a)", false),
            ("CREATE TABLE main.temp(a)", false),
        ] {
            assert!(matches!(kind(text), Kind::Create { temporary, .. } if temporary == expected), "{text}");
        }
        for transaction in ["BEGIN IMMEDIATE", "COMMIT", "END TRANSACTION"] {
            assert_eq!(kind(transaction), Kind::Transaction);
        }
        assert_eq!(kind("rollback to a"), Kind::Rollback);
        assert_eq!(kind("VACUUM INTO 'x'"), Kind::Outside);
        assert_eq!(kind("PRAGMA main.Journal_Mode = wal"), Kind::Pragma("journal_mode".into()));
        assert_eq!(kind("SAVEPOINT a"), Kind::Other);
        assert_eq!(kind("DROP"), Kind::Other);
        assert!(
            matches!(kind("DROP TABLE IF EXISTS a.b"), Kind::Drop { object: Object::Table, name } if name.is("B"))
        );
    }

    #[test]
    fn changes_of_a_table() {
        let change = |text| match kind(text) {
            Kind::Alter { change, .. } => change,
            other => panic!("{other:?}"),
        };
        assert!(matches!(change("ALTER TABLE t ADD c INT"), Some(Change::Add(name)) if name.is("c")));
        assert!(matches!(change("ALTER TABLE t ADD COLUMN c"), Some(Change::Add(name)) if name.is("c")));
        assert!(matches!(change("ALTER TABLE t DROP COLUMN c"), Some(Change::Drop(name)) if name.is("c")));
        assert!(
            matches!(change("ALTER TABLE t RENAME TO u"), Some(Change::RenameTable(name)) if name.is("u"))
        );
        assert!(matches!(change("ALTER TABLE t RENAME a TO b"), Some(Change::Rename(_, to)) if to.is("b")));
        assert!(
            matches!(change("ALTER TABLE t RENAME COLUMN a TO b"), Some(Change::Rename(_, to)) if to.is("b"))
        );
        assert_eq!(change("ALTER TABLE t FROB"), None);
        for text in
            ["ADD CONSTRAINT c CHECK (a)", "ADD CHECK (a)", "DROP CONSTRAINT c", "ALTER a SET NOT NULL"]
        {
            let text = format!("ALTER TABLE t {text}");
            assert!(matches!(kind(&text), Kind::Alter { change: None, .. }), "{text}");
        }
    }
}
