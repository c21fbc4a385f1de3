//! The one classifier of statements: from its tokens to its [`Kind`].

use crate::kind::{Change, Kind, Name, ObjectKind};
use crate::name::Ident;
use crate::token::{Token, list};

impl Kind {
    /// What a text of one statement is; the first one counts if there are several.
    ///
    /// ```
    /// use onward_core::kind::{Kind, ObjectKind};
    /// let kind = Kind::of("DROP TABLE IF EXISTS main.\"Jobs\"");
    /// assert!(matches!(kind, Kind::Drop { object: ObjectKind::Table, name } if name.is("jobs") && name.is_in_main()));
    /// assert_eq!(Kind::of("INSERT INTO jobs VALUES (1)"), Kind::Other);
    /// ```
    pub fn of(sql: &str) -> Kind {
        let tokens = list(sql);
        Kind::of_tokens(&tokens)
    }

    /// What a statement is that has these tokens, of those that SQLite's parser sees.
    pub fn of_tokens(tokens: &[Token<'_>]) -> Kind {
        classify(tokens).unwrap_or(Kind::Other)
    }
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
        let name = cursor.name()?;
        temporary |= name.database.as_ref().is_some_and(|database| Ident(database) == "temp");
        let on = match object {
            ObjectKind::Index | ObjectKind::Trigger => cursor.seek("ON").then(|| cursor.name()).flatten(),
            ObjectKind::Table | ObjectKind::View => None,
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

    /// Goes on behind these words if all of them stand here: each may be a name as well, such as in `DROP TABLE if`.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let found = words.len() <= self.tokens.len()
            && self.tokens.iter().zip(words).all(|(token, word)| token.is(word));
        if found {
            self.tokens = &self.tokens[words.len()..];
        }
        found
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

    fn object(&mut self) -> Option<ObjectKind> {
        ObjectKind::ALL.into_iter().find(|object| self.take(object.as_str()))
    }

    /// A name, and the database that may stand before it.
    fn name(&mut self) -> Option<Name> {
        let name = self.plain_name()?;
        match self.take(".") {
            true => Some(Name { database: Some(name.text), ..self.plain_name()? }),
            false => Some(name),
        }
    }

    fn plain_name(&mut self) -> Option<Name> {
        let token = self.next()?;
        Some(Name { text: token.name()?, range: token.range.clone(), database: None })
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
            self.take("RENAME");
            self.take("COLUMN");
            let from = self.plain_name()?;
            if self.take("TO") { Some(Change::Rename(from, self.plain_name()?)) } else { None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(text: &str) -> (ObjectKind, String, Option<String>) {
        match Kind::of(text) {
            Kind::Create { object, name, on, .. } => (object, name.text, on.map(|on| on.text)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn constraints_are_no_columns() {
        for text in
            ["ADD CONSTRAINT k CHECK (a > 0)", "ADD CHECK (a > 0)", "ADD UNIQUE (a)", "DROP CONSTRAINT k"]
        {
            let Kind::Alter { change, .. } = Kind::of(&format!("ALTER TABLE t {text}")) else {
                panic!("{text}")
            };
            assert_eq!(change, None, "{text}");
        }
        for text in ["ADD COLUMN \"check\"", "ADD \"check\" TEXT", "DROP [constraint]"] {
            let Kind::Alter { change, .. } = Kind::of(&format!("ALTER TABLE t {text}")) else {
                panic!("{text}")
            };
            assert!(change.is_some(), "{text}");
        }
    }

    #[test]
    fn kinds() {
        assert_eq!(
            create("create unique index if not exists main.\"a b\" on [t](x)"),
            (ObjectKind::Index, "a b".into(), Some("t".into()))
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
            assert!(
                matches!(Kind::of(text), Kind::Create { temporary, .. } if temporary == expected),
                "{text}"
            );
        }
        for transaction in ["BEGIN IMMEDIATE", "COMMIT", "END TRANSACTION"] {
            assert_eq!(Kind::of(transaction), Kind::Transaction);
        }
        assert_eq!(Kind::of("rollback to a"), Kind::Rollback);
        assert_eq!(Kind::of("VACUUM INTO 'x'"), Kind::Outside);
        assert_eq!(Kind::of("PRAGMA main.Journal_Mode = wal"), Kind::Pragma("journal_mode".into()));
        assert_eq!(Kind::of("SAVEPOINT a"), Kind::Other);
        // IF is a name as well.
        assert_eq!(create("CREATE TABLE if(a)").1, "if");
        assert!(matches!(Kind::of("DROP VIEW if"), Kind::Drop { name, .. } if name.is("if")));
        assert!(matches!(Kind::of("DROP TABLE if exists if"), Kind::Drop { name, .. } if name.is("if")));
        assert_eq!(Kind::of("DROP"), Kind::Other);
        assert!(
            matches!(Kind::of("DROP TABLE IF EXISTS a.b"), Kind::Drop { object: ObjectKind::Table, name } if name.is("B"))
        );
    }

    #[test]
    fn what_is_there_in_the_end() {
        for (sql, name) in [
            ("CREATE TABLE Jobs(a)", Some("Jobs")),
            ("CREATE TEMP TABLE IF NOT EXISTS \"a b\"(a)", Some("a b")),
            ("CREATE UNIQUE INDEX main.i ON t(a)", Some("i")),
            ("CREATE VIRTUAL TABLE f USING fts5(a)", Some("f")),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END", Some("g")),
            ("ALTER TABLE t RENAME TO u", Some("u")),
            ("ALTER TABLE main.t RENAME TO u", Some("u")),
            ("ALTER TABLE t RENAME COLUMN a TO b", None),
            ("ALTER TABLE t ADD COLUMN a", None),
            ("CREATE", None),
            ("DROP TABLE t", None),
        ] {
            let kind = Kind::of(sql);
            assert_eq!(kind.makes().map(|name| name.text.as_str()), name, "{sql}");
        }
    }

    #[test]
    fn changes_of_a_table() {
        let change = |text| match Kind::of(text) {
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
            assert!(matches!(Kind::of(&text), Kind::Alter { change: None, .. }), "{text}");
        }
    }
}
