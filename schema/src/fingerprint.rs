//! A schema in 32 bytes.

use std::fmt;

use onward_core::canonical::canonical;
use onward_core::checksum::Checksum;
use rusqlite::{Connection, Result};
use sha2::{Digest, Sha256};

use crate::ObjectKind;
use crate::catalog::{Entry, entries, entries_named};

/// A schema in 32 bytes: equal exactly if [`Schema::compare`](crate::Schema::compare) finds no difference.
///
/// It is the SHA-256 over every object's kind, name, table and [`canonical`](mod@onward_core::canonical) text. It is read at
/// every migration run, so it takes one query and asks nothing about single tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// From its bytes.
    pub const fn new(bytes: [u8; 32]) -> Fingerprint {
        Fingerprint(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The fingerprint of a connection's main database.
    ///
    /// With `objects`, of these alone: whatever else is there, such as the table of a replication tool or an index that
    /// somebody added, does not count. The names are in lower case and sorted, as [`objects`] gives them.
    ///
    /// ```
    /// use onward_schema::Fingerprint;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let before = Fingerprint::read(&conn, Some(&["jobs"]))?;
    /// conn.execute_batch("CREATE TABLE audit(id INTEGER)")?;
    /// assert_eq!(Fingerprint::read(&conn, Some(&["jobs"]))?, before);
    /// assert_ne!(Fingerprint::read(&conn, None)?, before);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn read(conn: &Connection, objects: Option<&[&str]>) -> Result<Fingerprint> {
        Ok(Texts::read(conn, objects)?.fingerprint())
    }

    fn of(entries: &[Entry]) -> Fingerprint {
        let row = |entry: &Entry| {
            let (name, table) = (entry.name.to_ascii_lowercase(), entry.table.to_ascii_lowercase());
            (entry.kind, [name, table, canonical(&entry.sql)])
        };
        let mut rows: Vec<(ObjectKind, [String; 3])> = entries.iter().map(row).collect();
        rows.sort_unstable();
        let mut hash = Sha256::new();
        for (kind, fields) in &rows {
            for field in [kind.as_str()].into_iter().chain(fields.iter().map(String::as_str)) {
                // The length first: no two lists of fields give the same bytes.
                hash.update((field.len() as u64).to_le_bytes());
                hash.update(field);
            }
        }
        Fingerprint(hash.finalize().into())
    }
}

/// What a fingerprint is made of, as the database has it: two that are equal have the same one, and to see that takes less than
/// to make it.
///
/// ```
/// use onward_schema::{Fingerprint, Texts};
///
/// # let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
/// let texts = Texts::read(&conn, None)?;
/// assert_eq!(texts.fingerprint(), Fingerprint::read(&conn, None)?);
/// conn.execute_batch("DROP TABLE jobs; CREATE TABLE jobs(id INTEGER PRIMARY KEY,state TEXT NOT NULL,note TEXT)")?;
/// let others = Texts::read(&conn, None)?;
/// assert!(others != texts && others.fingerprint() == texts.fingerprint());
/// # Ok::<(), rusqlite::Error>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Texts(Vec<Entry>);

impl Texts {
    /// Those that [`Fingerprint::read`] reads.
    ///
    /// # Errors
    /// If the schema cannot be read.
    pub fn read(conn: &Connection, objects: Option<&[&str]>) -> Result<Texts> {
        let entries = match objects {
            Some(names) => entries_named(conn, names)?,
            None => entries(conn)?,
        };
        Ok(Texts(entries))
    }

    /// Their fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }
}

/// Lower-case hexadecimal.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Checksum(self.0).fmt(f)
    }
}

/// The names of all objects that a fingerprint counts: tables, indexes, views and triggers; in lower case, sorted.
///
/// ```
/// # let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
/// assert_eq!(onward_schema::objects(&conn)?, ["jobs"]);
/// # Ok::<(), rusqlite::Error>(())
/// ```
pub fn objects(conn: &Connection) -> Result<Vec<String>> {
    let mut names: Vec<String> = entries(conn)?.iter().map(|entry| entry.name.to_ascii_lowercase()).collect();
    // A trigger may have the name of a table.
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use onward_core::ledger::LEDGER;

    fn database(sql: &str) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(sql)?;
        Ok(conn)
    }

    fn fingerprint(sql: &str) -> Result<Fingerprint> {
        Fingerprint::read(&database(sql)?, None)
    }

    #[test]
    fn the_way_to_a_table_does_not_count() -> Result<()> {
        for (history, direct) in [
            (
                "CREATE TABLE t(a); ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT ''",
                "CREATE TABLE t(a, b TEXT NOT NULL DEFAULT '')",
            ),
            (
                "CREATE TABLE t(a, -- one\n CHECK (a > 0)\n); ALTER TABLE main.t ADD b INT CHECK (b > 1) ;",
                "CREATE TABLE t(a, b INT CHECK (b > 1), CHECK (a > 0))",
            ),
            (
                "CREATE TABLE t(a INT PRIMARY KEY) STRICT, WITHOUT ROWID; ALTER TABLE t ADD b ANY",
                "CREATE TABLE t(a INT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID",
            ),
            (
                "CREATE TABLE t(a, b CHECK (b > 0)); CREATE INDEX i ON t(b) WHERE b > 1;
                 CREATE VIEW v AS SELECT t.b FROM t; ALTER TABLE t RENAME b TO Due",
                "CREATE TABLE t(a, due CHECK (due > 0)); CREATE INDEX i ON t(due) WHERE due > 1;
                 CREATE VIEW v AS SELECT t.due FROM t",
            ),
            (
                "CREATE TABLE t(a, b); CREATE INDEX i ON t(b); ALTER TABLE t RENAME COLUMN b TO \"order\"",
                "CREATE TABLE t(a, [order]); CREATE INDEX i ON t(`order`)",
            ),
            (
                "CREATE TABLE new_Jobs(id INTEGER PRIMARY KEY, up REFERENCES new_Jobs, CHECK (new_Jobs.id > 0));
                 CREATE TABLE child(job REFERENCES new_Jobs(id)); CREATE INDEX i ON new_Jobs(up);
                 CREATE VIEW v AS SELECT * FROM child JOIN new_Jobs ON job = new_Jobs.id;
                 CREATE TRIGGER r AFTER UPDATE ON new_Jobs BEGIN INSERT INTO new_Jobs(up) VALUES (1); END;
                 ALTER TABLE new_Jobs RENAME TO Jobs",
                "CREATE TABLE Jobs(id INTEGER PRIMARY KEY, up REFERENCES Jobs, CHECK (Jobs.id > 0));
                 CREATE TABLE child(job REFERENCES Jobs(id)); CREATE INDEX i ON Jobs(up);
                 CREATE VIEW v AS SELECT * FROM child JOIN Jobs ON job = Jobs.id;
                 CREATE TRIGGER r AFTER UPDATE ON Jobs BEGIN INSERT INTO Jobs(up) VALUES (1); END;",
            ),
            (
                "CREATE TABLE t(a, b /* gone */, c, CHECK (a > 0)); ALTER TABLE t DROP COLUMN c;
                 ALTER TABLE t DROP b",
                "CREATE TABLE t(a, CHECK (a > 0))",
            ),
            ("CREATE TABLE p(a INT, b); CREATE TABLE t AS SELECT * FROM p", "CREATE TABLE p(a INT, b); CREATE TABLE t(a INT, b)"),
            ("CREATE TABLE IF NOT EXISTS main.t(a);", "CREATE TABLE t(a)"),
        ] {
            assert_eq!(fingerprint(history)?, fingerprint(direct)?, "{history}");
        }
        Ok(())
    }

    #[test]
    fn constraints_altered_in_place_do_not_count() -> Result<()> {
        // ALTER TABLE … ADD CONSTRAINT and the like are new in SQLite 3.53.
        if rusqlite::version_number() < 3_053_000 {
            return Ok(());
        }
        for (history, direct) in [
            (
                "CREATE TABLE t(a, b); ALTER TABLE t ALTER COLUMN b SET NOT NULL",
                "CREATE TABLE t(a, b NOT NULL)",
            ),
            ("CREATE TABLE t(a NOT NULL, b); ALTER TABLE t ALTER a DROP NOT NULL", "CREATE TABLE t(a, b)"),
            ("CREATE TABLE t(a); ALTER TABLE t ADD CHECK (a > 0)", "CREATE TABLE t(a, CHECK (a > 0))"),
            (
                "CREATE TABLE t(a, CONSTRAINT q CHECK (a > 0)\n, CHECK (a < 9)); ALTER TABLE t DROP CONSTRAINT q",
                "CREATE TABLE t(a, CHECK (a < 9))",
            ),
        ] {
            assert_eq!(fingerprint(history)?, fingerprint(direct)?, "{history}");
        }
        Ok(())
    }

    #[test]
    fn shadow_tables_do_not_count() -> Result<()> {
        let direct = "CREATE TABLE t(a); CREATE VIRTUAL TABLE docs USING fts5(title, body)";
        for history in [
            "CREATE VIRTUAL TABLE docs USING fts5(title, body); INSERT INTO docs VALUES ('a', 'b');
             CREATE TABLE t(a); INSERT INTO docs(docs) VALUES ('optimize')",
            "CREATE TABLE t(a); CREATE VIRTUAL TABLE d USING fts5(title, body); ALTER TABLE d RENAME TO Docs",
        ] {
            assert_eq!(fingerprint(history)?, fingerprint(direct)?, "{history}");
        }
        assert_eq!(objects(&database(direct)?)?, ["docs", "t"]);
        assert_ne!(
            fingerprint(direct)?,
            fingerprint("CREATE TABLE t(a); CREATE VIRTUAL TABLE docs USING fts5(title)")?
        );
        Ok(())
    }

    #[test]
    fn what_is_not_the_owners_does_not_count() -> Result<()> {
        let plain = fingerprint("CREATE TABLE t(a UNIQUE)")?;
        let with_ours = format!(
            "CREATE TABLE t(a UNIQUE); CREATE TABLE {LEDGER}(version INTEGER PRIMARY KEY AUTOINCREMENT, chain UNIQUE);
             CREATE INDEX ledger_chain ON {LEDGER}(chain); ANALYZE; CREATE TEMP TABLE scratch(a); CREATE TEMP TABLE t(b)"
        );
        assert_eq!(fingerprint(&with_ours)?, plain);
        assert_eq!(objects(&database(&with_ours)?)?, ["t"]);
        assert_ne!(fingerprint("CREATE TABLE t(a UNIQUE); CREATE TABLE sqlitex(a)")?, plain);
        Ok(())
    }

    #[test]
    fn named_objects_alone_count_if_asked_so() -> Result<()> {
        let sql =
            "CREATE TABLE Jobs(a); CREATE INDEX by_a ON jobs(a); CREATE VIRTUAL TABLE docs USING fts5(x)";
        let expected = database(sql)?;
        let names = objects(&expected)?;
        assert_eq!(names, ["by_a", "docs", "jobs"]);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let fingerprint = Fingerprint::read(&expected, Some(&names))?;
        assert_eq!(fingerprint, Fingerprint::read(&expected, None)?);

        let more = database(&format!("{sql}; CREATE TABLE _replica(a); CREATE INDEX extra ON jobs(a DESC)"))?;
        assert_eq!(fingerprint, Fingerprint::read(&more, Some(&names))?);
        assert_ne!(fingerprint, Fingerprint::read(&more, None)?);
        more.execute_batch("DROP INDEX by_a")?;
        assert_ne!(fingerprint, Fingerprint::read(&more, Some(&names))?);
        Ok(())
    }

    #[test]
    fn it_is_written_in_hexadecimal() -> Result<()> {
        let mut bytes = [0; 32];
        bytes[0] = 0xAB;
        let fingerprint = Fingerprint::new(bytes);
        assert_eq!(fingerprint.to_string(), format!("ab{}", "0".repeat(62)));
        assert_eq!(fingerprint.as_bytes(), &bytes);
        Ok(())
    }

    // A fingerprint may outlive the program that took it, so a change of the rule should not slip in.
    #[test]
    fn the_rule_is_frozen() -> Result<()> {
        let found = fingerprint("CREATE TABLE jobs(id INTEGER PRIMARY KEY, \"State\" TEXT DEFAULT 'New')")?;
        assert_eq!(found.to_string(), "da4bf3d2fc0ff9f1df2ce232de3f88d14ac47c829c5d95d86689a1a4a5be9207");
        Ok(())
    }
}
