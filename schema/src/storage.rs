//! Storage classes: what a value is, whatever its column was declared as.

use std::fmt;

use crate::{Affinity, Column, Table};

/// A set of SQLite's [storage classes](https://www.sqlite.org/datatype3.html#storage_classes_and_datatypes), NULL aside.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Classes(u8);

impl Classes {
    /// No class: what is always NULL.
    pub const NONE: Classes = Classes(0);
    /// Whole numbers of up to 64 bits.
    pub const INTEGER: Classes = Classes(1);
    /// Floating point numbers.
    pub const REAL: Classes = Classes(2);
    /// Text.
    pub const TEXT: Classes = Classes(4);
    /// Bytes.
    pub const BLOB: Classes = Classes(8);
    /// Either kind of number.
    pub const NUMBER: Classes = Classes::INTEGER.or(Classes::REAL);
    /// All of them.
    pub const ANY: Classes = Classes(15);

    /// The classes in either set.
    ///
    /// ```
    /// use onward_schema::Classes;
    ///
    /// assert_eq!(Classes::INTEGER.or(Classes::REAL), Classes::NUMBER);
    /// ```
    pub const fn or(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }

    /// Whether the sets have a class in common.
    ///
    /// ```
    /// use onward_schema::Classes;
    ///
    /// assert!(Classes::NUMBER.meets(Classes::REAL) && !Classes::NUMBER.meets(Classes::TEXT));
    /// ```
    pub const fn meets(self, other: Classes) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is no class in it.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The names of the classes, as SQLite's documentation writes them.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (Classes::INTEGER, "INTEGER"),
            (Classes::REAL, "REAL"),
            (Classes::TEXT, "TEXT"),
            (Classes::BLOB, "BLOB"),
        ];
        all.into_iter().filter(move |(class, _)| self.meets(*class)).map(|(_, name)| name)
    }
}

/// `INTEGER or REAL`
impl fmt::Display for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Words in a declared type of NUMERIC affinity under which applications keep text or bytes: what looks like no number
/// stays as it is, and dates, JSON and UUIDs look like none.
const LOOSE: [&str; 5] = ["DATE", "TIME", "JSON", "UUID", "GUID"];
/// What NUMERIC affinity leaves of a value: text that looks like no number stays text.
const NUMERIC: Classes = Classes::NUMBER.or(Classes::TEXT);
/// Words under which they keep numbers, fractions among them.
const NUMBERS: [&str; 6] = ["NUMERIC", "DECIMAL", "NUMBER", "FIXED", "MONEY", "CURRENCY"];

impl Column {
    /// The storage classes that a value read from the column may have.
    ///
    /// An affinity is a preference, not a promise, outside of `STRICT` tables. An INTEGER, REAL, TEXT or BLOB column is taken
    /// at its word. A column of NUMERIC affinity, `STRING` or `DECIMAL`, turns text that looks like a number into a number and
    /// keeps any other text. Where the declared type does not settle it, as with none at all, every class is in the set.
    pub fn classes(&self) -> Classes {
        match self.affinity {
            Affinity::Integer => Classes::INTEGER,
            Affinity::Real => Classes::REAL,
            Affinity::Text => Classes::TEXT,
            Affinity::Blob if self.declared_type.to_ascii_uppercase().contains("BLOB") => Classes::BLOB,
            Affinity::Blob => Classes::ANY,
            Affinity::Numeric => {
                let declared = self.declared_type.to_ascii_uppercase();
                let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
                if self.is_boolean() {
                    Classes::INTEGER
                } else if has(&LOOSE) {
                    Classes::ANY
                } else if has(&NUMBERS) || declared.starts_with("DEC") || declared.starts_with("STRING") {
                    NUMERIC
                } else {
                    Classes::ANY
                }
            }
        }
    }

    /// The storage classes of the types whose values the column gives back as they were written: fewer than
    /// [`classes`](Column::classes) in a column of NUMERIC affinity, which gives back `'007'` as 7; where the scale of a
    /// DECIMAL says that there are fractions, which no integer holds; and where a default says that there is text.
    pub fn held_by(&self) -> Classes {
        match self.classes() {
            NUMERIC if self.has_fractions() => Classes::REAL,
            NUMERIC => Classes::NUMBER,
            Classes::ANY if self.affinity == Affinity::Numeric && self.has_text() => Classes::TEXT,
            classes => classes,
        }
    }

    /// `DECIMAL(10, 2)`
    fn has_fractions(&self) -> bool {
        let scale =
            self.declared_type.rsplit_once(',').map(|(_, scale)| scale.trim().trim_end_matches(')').trim());
        scale.and_then(|scale| scale.parse::<i64>().ok()).is_some_and(|scale| scale > 0)
    }

    /// Whether the default is text, and stays so: it looks like no number.
    fn has_text(&self) -> bool {
        let Some(default) = &self.default else { return false };
        let default = default.trim_start_matches(['(', ' ']).to_ascii_lowercase();
        let is_time = ["current_", "datetime", "date", "time"].iter().any(|word| default.starts_with(word));
        let literal = default.strip_prefix('\'').and_then(|text| text.split('\'').next());
        is_time || literal.is_some_and(|text| text.trim().parse::<f64>().is_err())
    }

    /// Whether its declared type speaks of truth values: `BOOL`, `BOOLEAN`.
    pub fn is_boolean(&self) -> bool {
        self.affinity == Affinity::Numeric && self.declared_type.to_ascii_uppercase().starts_with("BOOL")
    }
}

impl Table {
    /// The column that is another name for the rowid: an `INTEGER PRIMARY KEY`.
    ///
    /// `INTEGER PRIMARY KEY DESC` in the column's own definition is none, by a
    /// [quirk](https://www.sqlite.org/lang_createtable.html#rowid) of SQLite, and has an index instead.
    ///
    /// ```
    /// # use onward_schema::Schema;
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let schema = Schema::read(&conn)?;
    /// assert!(schema.tables["jobs"].rowid().is_some_and(|column| column.name == "id"));
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn rowid(&self) -> Option<&Column> {
        let indexed = self.indexes.iter().any(|index| index.origin == crate::Origin::PrimaryKey);
        match self.primary_key()[..] {
            [column] if !indexed && !self.without_rowid && self.module.is_none() => Some(column),
            _ => None,
        }
    }

    /// Whether a column may be NULL: neither `NOT NULL` nor the rowid.
    ///
    /// ```
    /// # use onward_schema::Schema;
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let jobs = &Schema::read(&conn)?.tables["jobs"];
    /// let nullable: Vec<_> = jobs.columns.iter().map(|column| jobs.is_nullable(column)).collect();
    /// assert_eq!(nullable, [false, false, true]);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn is_nullable(&self, column: &Column) -> bool {
        !column.not_null && self.rowid().is_none_or(|rowid| rowid.name != column.name)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;
    use crate::Schema;

    fn table(sql: &str) -> Result<Table> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(sql)?;
        Ok(Schema::read(&conn)?.table("t").unwrap().clone())
    }

    #[test]
    fn classes_by_declared_type() -> Result<()> {
        let classes = |declared: &str| -> Result<String> {
            Ok(table(&format!("CREATE TABLE t(a {declared})"))?.columns[0].classes().to_string())
        };
        assert_eq!(classes("INT")?, "INTEGER");
        assert_eq!(classes("VARCHAR(3)")?, "TEXT");
        assert_eq!(classes("DOUBLE")?, "REAL");
        assert_eq!(classes("BLOB")?, "BLOB");
        assert_eq!(classes("BOOLEAN")?, "INTEGER");
        assert_eq!(classes("DECIMAL(10, 2)")?, "INTEGER or REAL or TEXT");
        assert_eq!(classes("STRING")?, "INTEGER or REAL or TEXT");
        for loose in ["", "DATETIME", "json", "Uuid", "anything"] {
            assert_eq!(classes(loose)?, Classes::ANY.to_string(), "{loose}");
        }
        let held_by = |definition: &str| -> Result<String> {
            Ok(table(&format!("CREATE TABLE t(a {definition})"))?.columns[0].held_by().to_string())
        };
        assert_eq!(held_by("DECIMAL(10, 2)")?, "REAL");
        assert_eq!(held_by("DECIMAL(10,0)")?, "INTEGER or REAL");
        assert_eq!(held_by("STRING")?, "INTEGER or REAL");
        assert_eq!(held_by("DATETIME DEFAULT CURRENT_TIMESTAMP")?, "TEXT");
        assert_eq!(held_by("DATETIME DEFAULT (datetime('now'))")?, "TEXT");
        // Digits alone become a number.
        assert_eq!(held_by("DATETIME DEFAULT (strftime('%s', 'now'))")?, Classes::ANY.to_string());
        assert_eq!(held_by("JSON DEFAULT '{}'")?, "TEXT");
        assert_eq!(held_by("JSON DEFAULT '7'")?, Classes::ANY.to_string());
        assert_eq!(held_by("DATETIME DEFAULT 0")?, Classes::ANY.to_string());
        assert_eq!(table("CREATE TABLE t(a ANY) STRICT")?.columns[0].classes(), Classes::ANY);
        Ok(())
    }

    #[test]
    fn null_is_what_sqlite_takes() -> Result<()> {
        for definition in [
            "a",
            "a NOT NULL",
            "a INTEGER PRIMARY KEY",
            "a INTEGER PRIMARY KEY DESC",
            "a INT PRIMARY KEY",
            "a TEXT PRIMARY KEY",
            "a INTEGER, PRIMARY KEY(a)",
            "a INTEGER, PRIMARY KEY(a DESC)",
            "a INTEGER PRIMARY KEY AUTOINCREMENT",
            "a INTEGER, b INTEGER, PRIMARY KEY(a, b)",
        ] {
            for options in ["", "WITHOUT ROWID", "STRICT", "STRICT, WITHOUT ROWID"] {
                let sql = format!("CREATE TABLE t({definition}) {options}");
                // Not every column has a type that STRICT takes, nor every table a key.
                let Ok(table) = table(&sql) else { continue };
                let conn = Connection::open_in_memory()?;
                conn.execute_batch(&sql)?;
                // The rowid takes NULL for the next free number, and has none.
                let null = conn.execute("INSERT INTO t(a) VALUES (NULL)", []).is_ok()
                    && conn.query_row("SELECT a IS NULL FROM t", [], |row| row.get(0))?;
                let kept = table.column("a").map(|column| table.is_nullable(column));
                // With two columns the other one may be what refuses NULL.
                if table.columns.len() == 1 || null {
                    assert_eq!(kept, Some(null), "{sql}");
                }
            }
        }
        Ok(())
    }
}
