//! A table's columns.

use std::fmt;

use onward_core::name::Ident;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name as written.
    pub name: String,
    /// Its type as written; empty if it has none.
    pub declared_type: String,
    /// What SQLite makes of the type.
    pub affinity: Affinity,
    /// Whether NULL is refused. A rowid table's PRIMARY KEY alone does not refuse it.
    pub not_null: bool,
    /// The expression after `DEFAULT`, its comments and white space folded.
    pub default: Option<String>,
    /// Its place in the primary key, from 1.
    pub primary_key: Option<u32>,
    /// How it is computed, if it is.
    pub generated: Option<Generated>,
    /// The collation its text is compared by; `BINARY` unless another is named.
    pub collation: String,
}

/// The computation of a generated column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Whether the value is kept in the row (`STORED`), not computed at every reading (`VIRTUAL`).
    pub stored: bool,
    /// The expression, without its brackets, comments and white space folded.
    pub expression: String,
}

/// What SQLite would rather keep in a column: it tries to convert what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// Text.
    Text,
    /// Whatever is a number by its look, the rest as it is.
    Numeric,
    /// As [`Numeric`](Affinity::Numeric).
    Integer,
    /// As [`Numeric`](Affinity::Numeric), with integers as floating point numbers.
    Real,
    /// Everything as it is.
    Blob,
}

impl Affinity {
    /// The affinity of a declared type in a table that is not `STRICT`, by the five rules of
    /// [section 3.1](https://www.sqlite.org/datatype3.html#determination_of_column_affinity), in their order.
    pub fn of(declared_type: &str) -> Affinity {
        let declared_type = declared_type.to_ascii_uppercase();
        let has = |parts: &[&str]| parts.iter().any(|part| declared_type.contains(part));
        if has(&["INT"]) {
            Affinity::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Affinity::Text
        } else if has(&["BLOB"]) || declared_type.is_empty() {
            Affinity::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }

    /// In a `STRICT` table, `ANY` keeps what it gets; elsewhere it is an unknown type.
    pub(crate) fn of_strict(declared_type: &str) -> Affinity {
        if declared_type.eq_ignore_ascii_case("any") { Affinity::Blob } else { Affinity::of(declared_type) }
    }
}

/// What follows the column's name in its definition; the primary key is the table's matter.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.declared_type.is_empty() { "untyped" } else { &self.declared_type })?;
        if self.not_null {
            f.write_str(" NOT NULL")?;
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {default}")?;
        }
        if Ident(&self.collation) != "binary" {
            write!(f, " COLLATE {}", self.collation)?;
        }
        if let Some(generated) = &self.generated {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            write!(f, " GENERATED ALWAYS AS ({}) {kind}", generated.expression)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn affinity_is_what_sqlite_does() -> rusqlite::Result<()> {
        let conn = Connection::open_in_memory()?;
        let types = [
            ("", Affinity::Blob),
            ("INT", Affinity::Integer),
            ("bigint unsigned", Affinity::Integer),
            ("charint", Affinity::Integer),
            ("FLOATING POINT", Affinity::Integer),
            ("VARCHAR(70)", Affinity::Text),
            ("clob", Affinity::Text),
            ("TEXTBLOB", Affinity::Text),
            ("blob", Affinity::Blob),
            ("DOUBLE PRECISION", Affinity::Real),
            ("REAL", Affinity::Real),
            ("BOOLEAN", Affinity::Numeric),
            ("STRING", Affinity::Numeric),
            ("ANY", Affinity::Numeric),
            ("DECIMAL(10,5)", Affinity::Numeric),
        ];
        for (declared_type, affinity) in types {
            assert_eq!(Affinity::of(declared_type), affinity, "{declared_type}");
            conn.execute_batch(&format!(
                "DROP TABLE IF EXISTS t; CREATE TABLE t(a {declared_type}); INSERT INTO t VALUES ('5'), (5)"
            ))?;
            let kept: String =
                conn.query_row("SELECT group_concat(typeof(a), ' ') FROM t", [], |row| row.get(0))?;
            let expected = match affinity {
                Affinity::Text => "text text",
                Affinity::Numeric | Affinity::Integer => "integer integer",
                Affinity::Real => "real real",
                Affinity::Blob => "text integer",
            };
            assert_eq!(kept, expected, "{declared_type}");
        }
        assert_eq!(Affinity::of_strict("any"), Affinity::Blob);
        Ok(())
    }
}
