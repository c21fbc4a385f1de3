//! What stands in a statement and in the views that it reads, word by word.

use std::collections::BTreeSet;

use onward_core::name::Ident;
use onward_core::token::{Kind, Token, list, significant};
use onward_schema::Schema;

/// What stands in a statement and in the views that it reads.
#[derive(Debug)]
pub(super) struct Words {
    /// The statement.
    pub(super) sql: String,
    /// The texts of the views, theirs among them.
    views: Vec<String>,
    /// All names, in lower case.
    names: BTreeSet<String>,
}

/// How a statement begins that reads rows.
const READERS: [&str; 6] = ["SELECT", "WITH", "INSERT", "REPLACE", "UPDATE", "DELETE"];

impl Words {
    pub(super) fn of(sql: &str, schema: &Schema) -> Words {
        let mut words = Words { sql: sql.to_owned(), views: Vec::new(), names: names(sql) };
        let mut new = words.names.clone();
        while !new.is_empty() {
            let views: Vec<String> = new
                .iter()
                .filter_map(|name| schema.views.get(name))
                .map(|view| view.definition.clone())
                .collect();
            new = views
                .iter()
                .flat_map(|text| names(text))
                .filter(|name| !words.names.contains(name))
                .collect();
            words.names.extend(new.iter().cloned());
            words.views.extend(views);
        }
        words
    }

    /// Whether it is a statement that reads rows: EXPLAIN in front of a PRAGMA can change the connection.
    pub(super) fn reads_rows(&self) -> bool {
        significant(&self.sql).next().is_some_and(|first| READERS.iter().any(|word| first.is(word)))
    }

    /// Whether a name stands anywhere.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    /// The texts, the statement first.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.sql.as_str()).chain(self.views.iter().map(String::as_str))
    }

    /// Whether a column of this name is asked for NULL, as a flag is asked, or held against a number that is written down: how
    /// many rows that leaves, nobody knows.
    pub(super) fn is_vague(&self, column: &str) -> bool {
        self.texts().any(|text| {
            let tokens = list(text);
            let is_tested = |at: usize| is_column(&tokens[at], column) && !is_set(&tokens[..at]);
            (0..tokens.len()).any(|at| is_tested(at) && is_vague(&tokens[at + 1..]))
        })
    }
}

fn is_column(token: &Token<'_>, column: &str) -> bool {
    matches!(token.kind, Kind::Word | Kind::DoubleQuoted | Kind::Quoted)
        && token.name().is_some_and(|name| Ident(name) == column)
}

/// Whether these stand before a column that an UPDATE sets to something, which is no test of it.
fn is_set(before: &[Token<'_>]) -> bool {
    if !before.last().is_some_and(|token| token.is("SET") || token.is(",")) {
        return false;
    }
    let mut depth = 0_usize;
    for token in before.iter().rev() {
        let ends = ["SELECT", "FROM", "WHERE", "VALUES", "ORDER", "GROUP"];
        match token.text {
            ")" => depth += 1,
            "(" if depth == 0 => return false,
            "(" => depth -= 1,
            _ if depth == 0 && token.is("SET") => return true,
            _ if depth == 0 && ends.iter().any(|word| token.is(word)) => return false,
            _ => {}
        }
    }
    false
}

/// Whether these follow a column whose test may leave most rows.
fn is_vague(next: &[Token<'_>]) -> bool {
    let is =
        |at: usize, words: &[&str]| next.get(at).is_some_and(|token| words.iter().any(|word| token.is(word)));
    let is_number = |at: usize| {
        let at = if is(at, &["-", "+"]) { at + 1 } else { at };
        next.get(at).is_some_and(|token| token.kind == Kind::Number)
    };
    (is(0, &["IS", "NOT"]) && is(1, &["NULL", "NOT"]))
        || (is(0, &["=", "==", "<>", "!=", "IS"]) && is_flag(next.get(1)))
        || is(0, &["ISNULL", "NOTNULL"])
        || (is(0, &["<", ">", "<=", ">=", "BETWEEN"]) && is_number(1))
}

/// Whether it is a value of a flag.
fn is_flag(token: Option<&Token<'_>>) -> bool {
    token.is_some_and(|token| ["0", "1"].contains(&token.text) || token.is("TRUE") || token.is("FALSE"))
}

fn names(text: &str) -> BTreeSet<String> {
    let is_name = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::DoubleQuoted | Kind::Quoted);
    significant(text)
        .filter(is_name)
        .filter_map(|token| token.name())
        .map(|name| name.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use onward_schema::View;

    use super::*;

    #[test]
    fn what_is_set_is_not_tested() {
        for (sql, vague) in [
            ("UPDATE t SET a = 1 WHERE a = ?", false),
            ("UPDATE t SET b = max(1, (2)), \"a\" = 0 FROM u WHERE t.a = ?", false),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET b = 2, a = TRUE", false),
            ("UPDATE t SET b = ? WHERE a = 1", true),
            ("UPDATE t SET a = 1 WHERE b = ? AND a = 1", true),
            ("UPDATE t SET b = (SELECT c FROM u ORDER BY c, a = 1)", true),
            ("UPDATE t SET b = iif(c, a = 1, 0)", true),
        ] {
            assert_eq!(Words::of(sql, &Schema::default()).is_vague("a"), vague, "{sql}");
        }
    }

    #[test]
    fn views_are_looked_through() {
        let mut schema = Schema::default();
        for (name, text) in
            [("a", "create view a as select x from b"), ("b", "create view b as select y x from a")]
        {
            schema.views.insert(name.into(), View { name: name.into(), definition: text.into() });
        }
        let words = Words::of("SELECT * FROM A", &schema);
        assert!(words.has("Y") && !words.has("z"));
        assert_eq!(words.texts().count(), 3);
    }

    #[test]
    fn what_leaves_an_unknown_share_of_the_rows_is_vague() {
        for (test, vague) in [
            ("a IS NULL", true),
            ("t.a is not null", true),
            ("\"a\" NOTNULL", true),
            ("a NOT NULL", true),
            ("a > 0", true),
            ("a <= -1", true),
            ("a BETWEEN 1 AND ?", true),
            ("a = 1", true),
            ("t.a == FALSE", true),
            ("a IS true", true),
            ("a = 17", false),
            ("a > ?", false),
            ("a IS ?", false),
            ("a NOT IN (1)", false),
            ("b IS NULL", false),
        ] {
            let words = Words::of(&format!("SELECT 1 FROM t WHERE {test}"), &Schema::default());
            assert_eq!(words.is_vague("A"), vague, "{test}");
        }
    }
}
