//! Names as SQLite compares them, and how they and strings are written in SQL.

use std::hash::{Hash, Hasher};

/// A name of a table, a column, a database or the like, without quotes. It is equal to every spelling of it: SQLite does
/// not look at the case of ASCII letters, and at that of no others.
///
/// ```
/// use onward_core::name::Ident;
/// assert!(Ident("Jobs") == "jobs");
/// assert!(Ident("größe") == "GRößE" && Ident("größe") != "GRÖSSE");
/// let columns = ["id".to_owned(), "State".to_owned()];
/// assert!(columns.iter().any(|column| Ident(column) == "state"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Ident<T>(pub T);

impl<T: AsRef<str>> AsRef<str> for Ident<T> {
    fn as_ref(&self) -> &str {
        self.0.as_ref()
    }
}

impl<T: AsRef<str>, U: AsRef<str> + ?Sized> PartialEq<U> for Ident<T> {
    fn eq(&self, other: &U) -> bool {
        self.as_ref().eq_ignore_ascii_case(other.as_ref())
    }
}

impl<T: AsRef<str>> Eq for Ident<T> {}

impl<T: AsRef<str>> Hash for Ident<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().to_ascii_lowercase().hash(state);
    }
}

/// A name in double quotes, whatever is in it.
///
/// ```
/// assert_eq!(onward_core::name::quoted("a \"b\""), r#""a ""b""""#);
/// ```
pub fn quoted(name: &str) -> String {
    between(name, '"')
}

/// A text as a string of SQL.
///
/// ```
/// assert_eq!(onward_core::name::string("it's"), "'it''s'");
/// ```
pub fn string(text: &str) -> String {
    between(text, '\'')
}

/// Between quotes, each of which is doubled inside.
fn between(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for character in text.chars() {
        if character == quote {
            quoted.push(quote);
        }
        quoted.push(character);
    }
    quoted.push(quote);
    quoted
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rusqlite::{Connection, Result};

    use super::*;

    #[test]
    fn names_compare_and_hash_alike() {
        let known: HashSet<Ident<&str>> = ["Jobs", "JOBS", "größe"].map(Ident).into();
        assert_eq!(known.len(), 2);
        assert!(known.contains(&Ident("jobs")) && !known.contains(&Ident("GRÖSSE")));
        assert!(Ident("a".to_owned()) == Ident("A") && Ident("a") != *"b");
    }

    #[test]
    fn sqlite_reads_what_is_written() -> Result<()> {
        for text in ["a", "", "it's", "a \"b\"", "'", "\"\"", "größe`]"] {
            let conn = Connection::open_in_memory()?;
            let sql = format!("SELECT {} AS {}", string(text), quoted(text));
            let mut query = conn.prepare(&sql)?;
            assert_eq!(query.column_name(0)?, text);
            assert_eq!(query.query_row([], |row| row.get::<_, String>(0))?, text);
        }
        Ok(())
    }
}
