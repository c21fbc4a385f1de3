//! Rows with dangling foreign keys.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt;

use onward_core::printable::printable;
use rusqlite::{Connection, ErrorCode, Result, Row, Statement};

use crate::catalog::pragma;

/// A row that refers to a row that is not there, as `PRAGMA foreign_key_check` reports it.
///
/// See <https://www.sqlite.org/pragma.html#pragma_foreign_key_check>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The table of the row.
    pub table: String,
    /// The row's rowid; `None` in a WITHOUT ROWID table.
    pub rowid: Option<i64>,
    /// The table it refers to.
    pub parent: String,
}

impl Violation {
    /// All violations in the main database of a connection, whether or not it enforces foreign keys.
    ///
    /// A table whose foreign keys SQLite cannot follow, because the parent has no unique key there, is passed over.
    ///
    /// ```
    /// use onward_schema::Violation;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch(
    ///     "PRAGMA foreign_keys = OFF;
    ///      CREATE TABLE queues(id INTEGER PRIMARY KEY);
    ///      CREATE TABLE jobs(queue INTEGER REFERENCES queues(id));
    ///      INSERT INTO jobs VALUES (7);",
    /// )?;
    /// assert_eq!(Violation::read(&conn)?.len(), 1);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn read(conn: &Connection) -> Result<Vec<Violation>> {
        if let Some(found) = followed(check(conn.prepare(ALL)))? {
            return Ok(found);
        }
        let mut tables = conn.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
        let tables = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>>>()?;
        Violation::of(conn, &tables)
    }

    /// Those of the rows of these tables.
    ///
    /// ```
    /// use onward_schema::Violation;
    ///
    /// let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("PRAGMA foreign_keys = OFF; CREATE TABLE p(id INTEGER PRIMARY KEY)")?;
    /// conn.execute_batch("CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7); CREATE TABLE d(p REFERENCES p)")?;
    /// assert_eq!(Violation::of(&conn, ["c"])?, Violation::read(&conn)?);
    /// assert_eq!(Violation::of(&conn, ["d"])?, []);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the database cannot be read. A table that is not there has none.
    pub fn of<T: AsRef<str>>(
        conn: &Connection,
        tables: impl IntoIterator<Item = T>,
    ) -> Result<Vec<Violation>> {
        let mut violations = Vec::new();
        for table in tables {
            violations.extend(followed(check(one(conn, table.as_ref())))?.unwrap_or_default());
        }
        Ok(violations)
    }

    /// Those of `after` that are more than there were `before`, counted by table and parent.
    ///
    /// A rebuild may give rows new rowids, so single rows cannot be told apart; those with the greatest rowids are taken for new.
    pub fn new_ones(before: &[Violation], after: Vec<Violation>) -> Vec<Violation> {
        if before.is_empty() {
            return after;
        }
        let key = |violation: &Violation| (violation.table.to_lowercase(), violation.parent.to_lowercase());
        let mut known: HashMap<_, usize> = HashMap::new();
        before.iter().for_each(|violation| *known.entry(key(violation)).or_default() += 1);
        let is_new = |violation: &Violation| match known.get_mut(&key(violation)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        let mut new = after;
        new.retain(is_new);
        new
    }
}

/// How many rows of each table and parent are kept to be shown.
const SHOWN: usize = 5;

/// How many rows refer to rows that are not there, by table and parent, with a few of each: however many there are, they
/// take no memory.
///
/// ```
/// use onward_schema::Violations;
///
/// let conn = rusqlite::Connection::open_in_memory()?;
/// conn.execute_batch("PRAGMA foreign_keys = OFF; CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p)")?;
/// let before = Violations::count(&conn, &Default::default())?;
/// conn.execute_batch("INSERT INTO c VALUES (7), (8)")?;
/// let new = Violations::count(&conn, &Default::default())?.beyond(&before);
/// assert_eq!(new.total(), 2);
/// assert_eq!(new.shown()[0].to_string(), "row 1 of table `c` refers to a row of `p` that is not there");
/// # Ok::<(), rusqlite::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Violations {
    /// In the order of the names of table and parent in lower case.
    pairs: Vec<((String, String), Pair)>,
}

/// A table and what it refers to, as SQLite writes their names.
#[derive(Debug, Clone, Default)]
struct Pair {
    table: String,
    parent: String,
    count: u64,
    first: Vec<Option<i64>>,
    last: VecDeque<Option<i64>>,
}

impl Pair {
    fn add(&mut self, rowid: Option<i64>) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(rowid);
        }
        if self.last.len() == SHOWN {
            self.last.pop_front();
        }
        self.last.push_back(rowid);
    }
}

impl Violations {
    /// Counts those of the main database of a connection, whether or not it enforces foreign keys, but for the tables of
    /// these names, which are in lower case.
    ///
    /// A table whose foreign keys SQLite cannot follow, because the parent has no unique key there, is passed over.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count(conn: &Connection, except: &BTreeSet<String>) -> Result<Violations> {
        let mut all = Violations::default();
        if except.is_empty() {
            if followed(all.add(conn.prepare(ALL)))?.is_some() {
                return Ok(all);
            }
            all = Violations::default();
        }
        let children = "SELECT DISTINCT child.name FROM main.sqlite_schema AS child, pragma_foreign_key_list(child.name, 'main')
                        WHERE child.type = 'table'";
        let mut children = conn.prepare(children)?;
        let children = children.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>>>()?;
        for table in children.into_iter().filter(|table| !except.contains(&table.to_ascii_lowercase())) {
            let mut found = Violations::default();
            if followed(found.add(one(conn, &table)))?.is_some() {
                found.pairs.into_iter().for_each(|(_, pair)| all.keep(pair));
            }
        }
        Ok(all)
    }

    fn add(&mut self, query: Result<Statement<'_>>) -> Result<()> {
        let mut query = query?;
        let mut rows = query.query([])?;
        let mut pair = Pair::default();
        while let Some(row) = rows.next()? {
            let (table, parent) = (row.get_ref(0)?.as_str()?, row.get_ref(2)?.as_str()?);
            if pair.table != table || pair.parent != parent {
                self.keep(pair);
                let known = self.find(&key(table, parent));
                pair = known.map(|at| self.pairs.remove(at).1).unwrap_or_default();
                (pair.table, pair.parent) = (table.to_owned(), parent.to_owned());
            }
            pair.add(row.get(1)?);
        }
        self.keep(pair);
        Ok(())
    }

    fn keep(&mut self, pair: Pair) {
        let key = key(&pair.table, &pair.parent);
        if let (Err(at), 1..) = (self.find(&key), pair.count) {
            self.pairs.insert(at, (key, pair));
        }
    }

    /// Where a pair is, or where it would be.
    fn find(&self, key: &(String, String)) -> std::result::Result<usize, usize> {
        self.pairs.binary_search_by(|(found, _)| found.cmp(key))
    }

    /// Those that are more than there were before, counted by table and parent.
    ///
    /// A rebuild may give rows new rowids, so single rows cannot be told apart; those that come last are taken for new.
    pub fn beyond(mut self, before: &Violations) -> Violations {
        self.pairs.retain_mut(|(key, pair)| {
            let known = before.find(key).map_or(0, |at| before.pairs[at].1.count);
            pair.count = pair.count.saturating_sub(known);
            if known > 0 {
                let new = usize::try_from(pair.count).map_or(SHOWN, |count| count.min(SHOWN));
                pair.first = pair.last.iter().skip(pair.last.len().saturating_sub(new)).copied().collect();
            }
            pair.count > 0
        });
        self
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.pairs.iter().map(|(_, pair)| pair.count).sum()
    }

    /// A few of each table and parent.
    pub fn shown(&self) -> Vec<Violation> {
        let of = |(_, pair): &(_, Pair)| {
            let (table, parent) = (pair.table.clone(), pair.parent.clone());
            let violation = move |&rowid| Violation { table: table.clone(), rowid, parent: parent.clone() };
            pair.first.iter().map(violation).collect::<Vec<_>>()
        };
        self.pairs.iter().flat_map(of).collect()
    }
}

fn key(table: &str, parent: &str) -> (String, String) {
    (table.to_ascii_lowercase(), parent.to_ascii_lowercase())
}

/// What was found, or nothing if SQLite cannot follow a foreign key. All else is an error, above all one of the disk:
/// SQLite rolls the transaction back on it, and whoever went on would write outside any.
fn followed<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives those of all tables.
const ALL: &str = "PRAGMA main.foreign_key_check";

/// Gives those of one table.
fn one<'c>(conn: &'c Connection, table: &str) -> Result<Statement<'c>> {
    pragma(conn, "foreign_key_check", table)
}

fn check(query: Result<Statement<'_>>) -> Result<Vec<Violation>> {
    let read = |row: &Row<'_>| Ok(Violation { table: row.get(0)?, rowid: row.get(1)?, parent: row.get(2)? });
    let mut found = query?.query_map([], read)?.collect::<Result<Vec<_>>>()?;
    found.sort_unstable_by(|a, b| (&a.table, a.rowid, &a.parent).cmp(&(&b.table, b.rowid, &b.parent)));
    Ok(found)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, rowid, parent) = (printable(&self.table), self.rowid, printable(&self.parent));
        match rowid {
            Some(rowid) => {
                write!(f, "row {rowid} of table `{table}` refers to a row of `{parent}` that is not there")
            }
            None => write!(f, "a row of table `{table}` refers to a row of `{parent}` that is not there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(sql: &str) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch("PRAGMA foreign_keys = OFF")?;
        conn.execute_batch(sql)?;
        Ok(conn)
    }

    #[test]
    fn reads_violations() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (NULL), (7);
             CREATE TABLE w(p PRIMARY KEY REFERENCES p) WITHOUT ROWID; INSERT INTO w VALUES (8);",
        )?;
        let found = Violation::read(&conn)?;
        let violation = |table: &str, rowid| Violation { table: table.into(), rowid, parent: "p".into() };
        assert_eq!(found, [violation("c", Some(2)), violation("w", None)]);
        assert_eq!(found[0].to_string(), "row 2 of table `c` refers to a row of `p` that is not there");
        Ok(())
    }

    #[test]
    fn a_mismatch_hides_nothing_else() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE bad(a REFERENCES p(a)); INSERT INTO bad VALUES (1);
             CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7);",
        )?;
        assert_eq!(Violation::read(&conn)?.len(), 1);
        Ok(())
    }

    fn all(conn: &Connection) -> Result<Violations> {
        Violations::count(conn, &BTreeSet::new())
    }

    #[test]
    fn many_are_counted_and_few_are_kept() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES P, q REFERENCES p);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 1000)
             INSERT INTO c SELECT n, n FROM n;
             CREATE TABLE w(p PRIMARY KEY REFERENCES p) WITHOUT ROWID; INSERT INTO w VALUES (8);",
        )?;
        let before = all(&conn)?;
        assert_eq!((before.total(), before.shown().len()), (2001, 6));
        assert_eq!(before.shown()[5].rowid, None);
        conn.execute_batch("INSERT INTO c(p) VALUES (1), (2)")?;
        let new = all(&conn)?.beyond(&before);
        assert_eq!(new.total(), 2);
        let except = BTreeSet::from(["c".to_owned()]);
        assert_eq!(Violations::count(&conn, &except)?.total(), 1);
        assert_eq!(all(&conn)?.beyond(&all(&conn)?).total(), 0);
        Ok(())
    }

    #[test]
    fn counted_as_they_are_read() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE bad(a REFERENCES p(a)); INSERT INTO bad VALUES (1);
             CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7); CREATE TABLE \"d \"\"b\"(p REFERENCES none);
             INSERT INTO \"d \"\"b\" VALUES (1);",
        )?;
        assert_eq!(all(&conn)?.shown(), Violation::read(&conn)?);
        assert_eq!(all(&conn)?.total(), 2);
        Ok(())
    }

    #[test]
    fn only_what_is_more_is_new() -> Result<()> {
        let conn = open(
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7)",
        )?;
        let before = Violation::read(&conn)?;
        conn.execute_batch("DELETE FROM c; INSERT INTO c(rowid, p) VALUES (99, 7);")?;
        assert_eq!(Violation::new_ones(&before, Violation::read(&conn)?), []);
        conn.execute_batch("INSERT INTO c(rowid, p) VALUES (100, 7);")?;
        assert_eq!(Violation::new_ones(&before, Violation::read(&conn)?)[0].rowid, Some(100));
        Ok(())
    }
}
