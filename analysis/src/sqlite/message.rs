//! What SQLite said, understood: its messages are the only word it gives for why it refused a statement.

use onward_core::kind::ObjectKind;
use rusqlite::ffi::{self, ErrorCode};

/// Why SQLite refused a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A column that is not there; `quoted` if it stands in double quotes, where SQLite by default takes a string.
    NoColumn { name: String, quoted: bool },
    /// A table or view that is not there.
    NoTable(String),
    /// An index, view or trigger to drop that is not there.
    NoObject(ObjectKind, String),
    /// A column is added that is there.
    ColumnExists(String),
    /// The name is taken.
    Exists(String),
    /// A function that is not known.
    NoFunction(String),
    /// A collation that is not known.
    NoCollation(String),
    /// A change of a table that something else in the schema is in the way of.
    Elsewhere(Elsewhere),
    /// It is not SQL.
    Syntax,
    /// It ran too long or took too much memory.
    Limit(Limit),
    /// It is the COMMIT behind the statement that fails.
    Commit,
    /// Anything else.
    Other,
}

impl Cause {
    /// What a body misses, in one word, and its name; `None` if SQLite refuses it for another reason.
    pub(crate) fn missing(&self) -> Option<(&'static str, &str)> {
        match self {
            Cause::NoColumn { name, .. } => Some(("column", name)),
            Cause::NoTable(name) => Some(("table", name)),
            // INDEXED BY.
            Cause::NoObject(ObjectKind::Index, name) => Some(("index", name)),
            _ => None,
        }
    }

    /// What an application would have to register, in one word, the list of `onward.toml` that names such, and its name.
    pub(crate) fn unregistered(&self) -> Option<(&'static str, &'static str, &str)> {
        match self {
            Cause::NoFunction(name) => Some(("function", "functions", name)),
            Cause::NoCollation(name) => Some(("collation", "collations", name)),
            _ => None,
        }
    }
}

/// What in the schema is in the way of an ALTER TABLE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    pub(crate) object: ObjectKind,
    pub(crate) name: String,
    /// Whether it is the change that would break it; else it is broken as it is.
    pub(crate) after: bool,
    /// What SQLite says of it.
    pub(crate) says: String,
}

/// How SQLite ends its word on a name in double quotes that it does not know.
const STRING: &str = " - should this be a string literal in single-quotes?";

impl Elsewhere {
    /// Whether a string in double quotes is all that is wrong.
    pub(crate) fn is_string(&self) -> bool {
        self.says.ends_with(STRING)
    }

    fn parse(message: &str) -> Option<Elsewhere> {
        let rest = message.strip_prefix("error in ")?;
        let (kind, rest) = rest.split_once(' ')?;
        let object = ObjectKind::from_sql(kind)?;
        let (name, says) = rest.split_once(": ")?;
        let cut = [" after rename", " after drop column"].iter().find_map(|when| name.strip_suffix(when));
        let name = cut.unwrap_or(name).to_owned();
        Some(Elsewhere { object, name, after: cut.is_some(), says: says.to_owned() })
    }
}

/// Which limit of the replay was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Steps,
    Memory,
}

/// An error of SQLite as the replay keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// SQLite's own message.
    pub(crate) message: String,
    /// The byte of the statement that SQLite points at, if it does.
    pub(crate) offset: Option<usize>,
    /// What it means.
    pub(crate) cause: Cause,
}

impl Refusal {
    /// What SQLite says to a COMMIT.
    pub(crate) fn at_commit(error: rusqlite::Error) -> Refusal {
        Refusal { offset: None, cause: Cause::Commit, ..Refusal::from(error) }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Refusal {
        let (code, message, offset) = match error {
            rusqlite::Error::SqlInputError { error, msg, offset, .. } => {
                (error, msg, usize::try_from(offset).ok())
            }
            rusqlite::Error::SqliteFailure(error, message) => {
                let message = message.unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned());
                (error, message, None)
            }
            rusqlite::Error::InvalidParameterCount(..) => {
                let message = "a migration has no values for parameters such as `?`".to_owned();
                return Refusal { message, offset: None, cause: Cause::Other };
            }
            other => return Refusal { message: other.to_string(), offset: None, cause: Cause::Other },
        };
        let cause = match code.code {
            ErrorCode::OperationInterrupted => Cause::Limit(Limit::Steps),
            ErrorCode::OutOfMemory | ErrorCode::DiskFull | ErrorCode::TooBig => Cause::Limit(Limit::Memory),
            _ => cause(&message),
        };
        Refusal { message, offset, cause }
    }
}

fn cause(message: &str) -> Cause {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    let after = |prefix: &str| message.strip_prefix(prefix);
    if let Some(elsewhere) = Elsewhere::parse(message) {
        return Cause::Elsewhere(elsewhere);
    }
    if let Some(rest) = after("no such column: ") {
        let literal = rest.strip_suffix(STRING);
        let name = literal.unwrap_or(rest);
        return match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(name) => Cause::NoColumn { name: name.to_owned(), quoted: literal.is_some() },
            None => Cause::NoColumn { name: last(name), quoted: false },
        };
    }
    if let Some((_, name)) = message.split_once(" has no column named ") {
        return Cause::NoColumn { name: name.to_owned(), quoted: false };
    }
    if let Some(name) =
        after("unknown column \"").and_then(|rest| rest.strip_suffix("\" in foreign key definition"))
    {
        return Cause::NoColumn { name: name.to_owned(), quoted: false };
    }
    if let Some(name) = after("no such table: ") {
        return Cause::NoTable(name.strip_prefix("main.").unwrap_or(name).to_owned());
    }
    for object in [ObjectKind::Index, ObjectKind::View, ObjectKind::Trigger] {
        if let Some(name) = after(&format!("no such {}: ", object.as_str())) {
            return Cause::NoObject(object, name.to_owned());
        }
    }
    if let Some(name) = after("duplicate column name: ") {
        return Cause::ColumnExists(name.to_owned());
    }
    if let Some(name) = after("no such function: ") {
        return Cause::NoFunction(name.to_owned());
    }
    if let Some(name) = after("no such collation sequence: ") {
        return Cause::NoCollation(name.to_owned());
    }
    for prefix in ["there is already a table named ", "there is already an index named "] {
        if let Some(name) = after(prefix) {
            return Cause::Exists(name.to_owned());
        }
    }
    if let Some(name) = after("there is already another table or index with this name: ") {
        return Cause::Exists(name.to_owned());
    }
    if let Some(rest) = message.strip_suffix(" already exists")
        && let Some((_, name)) = rest.split_once(' ')
    {
        return Cause::Exists(name.trim_matches('"').to_owned());
    }
    if message.ends_with("syntax error")
        || message.starts_with("unrecognized token")
        || message == "incomplete input"
    {
        return Cause::Syntax;
    }
    Cause::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages come from the SQLite that is linked, so a new version that words them differently shows here.
    #[test]
    fn messages_of_this_sqlite() {
        use rusqlite::config::DbConfig::{SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML};
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.set_db_config(SQLITE_DBCONFIG_DQS_DDL, false).unwrap();
        conn.set_db_config(SQLITE_DBCONFIG_DQS_DML, false).unwrap();
        conn.execute_batch(
            "CREATE TABLE t(a); CREATE TABLE u(a); CREATE VIEW v AS SELECT 1; CREATE INDEX i ON t(a); \
             CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TABLE s(a, b); \
             CREATE VIEW \"w v\" AS SELECT a FROM s; CREATE TABLE r(a, b); CREATE INDEX k ON r(a);",
        )
        .unwrap();
        let column = |name: &str, quoted| Cause::NoColumn { name: name.into(), quoted };
        let elsewhere = |object, name: &str, after, says: &str| {
            Cause::Elsewhere(Elsewhere { object, name: name.into(), after, says: says.into() })
        };
        for (sql, expected) in [
            ("CREATE INDEX j ON t(b)", column("b", false)),
            ("CREATE INDEX j ON t(\"b\")", column("b", true)),
            ("SELECT t.b FROM t", column("b", false)),
            ("UPDATE t SET b = 1", column("b", false)),
            ("INSERT INTO t(b) VALUES (1)", column("b", false)),
            ("ALTER TABLE t DROP COLUMN b", column("b", false)),
            ("ALTER TABLE t RENAME COLUMN b TO c", column("b", false)),
            ("CREATE TABLE w(a, FOREIGN KEY(b) REFERENCES t(a))", column("b", false)),
            ("CREATE INDEX j ON w(b)", Cause::NoTable("w".into())),
            ("INSERT INTO w VALUES (1)", Cause::NoTable("w".into())),
            ("DROP INDEX w", Cause::NoObject(ObjectKind::Index, "w".into())),
            ("DROP VIEW w", Cause::NoObject(ObjectKind::View, "w".into())),
            ("DROP TRIGGER w", Cause::NoObject(ObjectKind::Trigger, "w".into())),
            ("ALTER TABLE t ADD COLUMN a", Cause::ColumnExists("a".into())),
            ("CREATE TABLE t(a)", Cause::Exists("t".into())),
            ("CREATE TABLE v(a)", Cause::Exists("v".into())),
            ("CREATE TABLE i(a)", Cause::Exists("i".into())),
            ("CREATE INDEX i ON t(a)", Cause::Exists("i".into())),
            ("CREATE INDEX u ON t(a)", Cause::Exists("u".into())),
            ("CREATE VIEW t AS SELECT 1", Cause::Exists("t".into())),
            ("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END", Cause::Exists("g".into())),
            ("ALTER TABLE t RENAME TO u", Cause::Exists("u".into())),
            ("SELECT f(1)", Cause::NoFunction("f".into())),
            ("CREATE INDEX j ON t(a COLLATE c)", Cause::NoCollation("c".into())),
            ("CREATE TABEL w(a)", Cause::Syntax),
            ("SELECT 'a", Cause::Syntax),
            ("SELECT 1 +", Cause::Syntax),
            ("INSERT INTO t VALUES (1, 2)", Cause::Other),
            ("ALTER TABLE s DROP COLUMN a", elsewhere(ObjectKind::View, "w v", true, "no such column: a")),
            (
                "ALTER TABLE s RENAME COLUMN a TO b",
                elsewhere(ObjectKind::Table, "s", true, "duplicate column name: b"),
            ),
            ("ALTER TABLE r DROP COLUMN a", elsewhere(ObjectKind::Index, "k", true, "no such column: a")),
        ] {
            let refusal = Refusal::from(conn.execute_batch(sql).unwrap_err());
            assert_eq!(refusal.cause, expected, "{sql}: {}", refusal.message);
        }
    }
}
