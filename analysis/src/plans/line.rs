//! The lines of EXPLAIN QUERY PLAN as data.
//!
//! Their form [may change with a release of SQLite](https://www.sqlite.org/eqp.html), so this is the only reader of them:
//! what it does not know is [`Line::Unknown`], and nothing is said of a plan with such a line. The tests hold it against the
//! SQLite that is linked.

/// One line of a query plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Everything in a table or an index is read.
    Scan {
        /// What the statement calls the table: its alias if it has one.
        label: String,
        /// The index that is read in its order.
        index: Option<String>,
        /// Whether the index has all that is asked for, so that the table is not read.
        covering: bool,
    },
    /// Rows are looked up.
    Search {
        /// What the statement calls the table.
        label: String,
        /// Where they are looked up.
        by: By,
        /// By which columns; none for a least or greatest value.
        terms: Vec<Term>,
        /// Whether the index has all that is asked for, so that the table is not read.
        covering: bool,
    },
    /// Rows are sorted on the way, for this clause.
    Sort(String),
    /// What neither reads a table nor sorts its rows.
    Other,
    /// What a newer SQLite may say.
    Unknown,
}

/// Where rows are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// In the table itself, by its rowid or primary key.
    Key,
    /// In an index that SQLite makes for this run of the statement.
    Automatic,
    /// In an index of the schema.
    Index(String),
}

/// A column that rows are looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) column: String,
    /// Whether it has to be equal to something, and not greater or less.
    pub(super) equal: bool,
}

/// How the lines begin that neither read a table nor sort its rows. The rows of a compound SELECT are told apart in a
/// B-tree of their own, which no index can be.
const OTHERS: [&str; 28] = [
    "BLOOM FILTER ON ",
    "CO-ROUTINE ",
    "COMPOUND QUERY",
    "CORRELATED LIST SUBQUERY ",
    "CORRELATED SCALAR SUBQUERY ",
    "CREATE BLOOM FILTER",
    "EXCEPT",
    "EXCEPT USING TEMP B-TREE",
    "INDEX ",
    "INTERSECT",
    "INTERSECT USING TEMP B-TREE",
    "LEFT",
    "LEFT-MOST SUBQUERY",
    "LIST SUBQUERY ",
    "MATERIALIZE ",
    "MERGE (",
    "MULTI-INDEX OR",
    "RECURSIVE STEP",
    "REUSE LIST SUBQUERY ",
    "REUSE SUBQUERY ",
    "RIGHT",
    "RIGHT-JOIN ",
    "SCALAR SUBQUERY ",
    "SETUP",
    "UNION ALL",
    "UNION USING TEMP B-TREE",
    "USING INDEX ",
    "USING ROWID SEARCH ON TABLE ",
];

impl Line {
    pub(super) fn read(text: &str) -> Line {
        if let Some(clause) = text.strip_prefix("USE TEMP B-TREE FOR ") {
            return Line::Sort(clause.to_owned());
        }
        let text = text.strip_suffix(" LEFT-JOIN").unwrap_or(text);
        if let Some(rest) = text.strip_prefix("SCAN ") {
            return scan(rest);
        }
        if let Some(rest) = text.strip_prefix("SEARCH ") {
            return search(rest).unwrap_or(Line::Unknown);
        }
        let is_it = |other: &str| match other.ends_with([' ', '(']) {
            true => text.starts_with(other),
            false => text == other,
        };
        if OTHERS.iter().any(|other| is_it(other)) { Line::Other } else { Line::Unknown }
    }
}

fn scan(rest: &str) -> Line {
    if rest.contains(" VIRTUAL TABLE INDEX ") {
        return Line::Other;
    }
    let (label, by) = match rest.split_once(" USING ") {
        Some((label, by)) => (label, Some(by)),
        None => (rest, None),
    };
    let label = label.strip_suffix(" EXISTS").unwrap_or(label).to_owned();
    let Some(by) = by else { return Line::Scan { label, index: None, covering: false } };
    let (covering, by) = match by.strip_prefix("COVERING ") {
        Some(by) => (true, by),
        None => (false, by),
    };
    match by.strip_prefix("INDEX ") {
        Some(index) => Line::Scan { label, index: Some(index.to_owned()), covering },
        None => Line::Unknown,
    }
}

fn search(rest: &str) -> Option<Line> {
    // A virtual table has its own ways.
    if rest.contains(" VIRTUAL TABLE INDEX ") {
        return Some(Line::Other);
    }
    let Some((label, by)) = rest.split_once(" USING ") else {
        // `max(a)` without an index reads all rows, and `max(rowid)` one, in the same words.
        return Some(Line::Scan { label: rest.to_owned(), index: None, covering: false });
    };
    let label = label.strip_suffix(" EXISTS").unwrap_or(label).to_owned();
    let (by, terms) = match by.strip_suffix(')').and_then(|by| by.split_once(" (")) {
        Some((by, terms)) => (by, terms.split(" AND ").map(term).collect::<Option<Vec<_>>>()?),
        None => (by, Vec::new()),
    };
    let covering = by.starts_with("COVERING ");
    let by = match by {
        "INTEGER PRIMARY KEY" | "PRIMARY KEY" => By::Key,
        "AUTOMATIC COVERING INDEX" | "AUTOMATIC PARTIAL COVERING INDEX" => By::Automatic,
        _ => {
            let by = by.strip_prefix("COVERING ").unwrap_or(by);
            By::Index(by.strip_prefix("INDEX ")?.to_owned())
        }
    };
    Some(Line::Search { label, by, terms, covering })
}

/// `a=?`, `a>?`, `(a,b)<(?,?)`, or `ANY(a)` for a column that is skipped.
fn term(text: &str) -> Option<Term> {
    if let Some(skipped) = text.strip_prefix("ANY(").and_then(|text| text.strip_suffix(')')) {
        return Some(Term { column: skipped.to_owned(), equal: false });
    }
    let at = text.rfind(['=', '<', '>'])?;
    let (column, compared) = text.split_at(at);
    let equal = compared.starts_with('=');
    compared[1..]
        .trim_matches(['(', ')', ',', '?'])
        .is_empty()
        .then(|| Term { column: column.to_owned(), equal })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn lines(conn: &Connection, sql: &str) -> Vec<(String, Line)> {
        let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let texts = plan.raw_query().mapped(|row| row.get::<_, String>(3));
        texts.map(|text| text.unwrap()).map(|text| (text.clone(), Line::read(&text))).collect()
    }

    fn connection() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, queue INT, state TEXT, due INT, note TEXT);
             CREATE INDEX by_queue ON jobs(queue, due);
             CREATE TABLE queues(id INTEGER PRIMARY KEY, name TEXT, size INT);
             CREATE TABLE pairs(a, b, c, PRIMARY KEY (a, b)) WITHOUT ROWID;
             CREATE VIRTUAL TABLE notes USING fts5(text);",
        )
        .unwrap();
        conn
    }

    fn scan(label: &str) -> Line {
        Line::Scan { label: label.to_owned(), index: None, covering: false }
    }

    /// Of what has not all that is asked for.
    fn search(label: &str, by: By, terms: &[(&str, bool)]) -> Line {
        let term = |&(column, equal): &(&str, bool)| Term { column: column.to_owned(), equal };
        Line::Search { label: label.to_owned(), by, terms: terms.iter().map(term).collect(), covering: false }
    }

    /// What is built upon, as the linked SQLite words it.
    #[test]
    fn the_lines_of_this_sqlite_are_read() {
        let conn = connection();
        let index = || By::Index("by_queue".to_owned());
        let sort = |clause: &str| Line::Sort(clause.to_owned());
        let covering = |label: &str| Line::Scan {
            label: label.to_owned(),
            index: Some("by_queue".to_owned()),
            covering: true,
        };
        for (sql, expected) in [
            ("SELECT * FROM jobs", vec![scan("jobs")]),
            ("SELECT * FROM jobs AS j WHERE state = ?", vec![scan("j")]),
            ("SELECT count(*) FROM jobs", vec![covering("jobs")]),
            ("SELECT * FROM jobs WHERE id = ?", vec![search("jobs", By::Key, &[("rowid", true)])]),
            (
                "SELECT * FROM jobs WHERE id > ? AND id < ?",
                vec![search("jobs", By::Key, &[("rowid", false), ("rowid", false)])],
            ),
            ("SELECT * FROM pairs WHERE a = ?", vec![search("pairs", By::Key, &[("a", true)])]),
            (
                "SELECT * FROM jobs WHERE queue IN (?, ?) AND due > ?",
                vec![search("jobs", index(), &[("queue", true), ("due", false)])],
            ),
            ("SELECT max(id) FROM jobs", vec![scan("jobs")]),
            ("SELECT max(note) FROM jobs", vec![scan("jobs")]),
            (
                "SELECT max(queue) FROM jobs",
                vec![Line::Search { label: "jobs".to_owned(), by: index(), terms: vec![], covering: true }],
            ),
            ("SELECT * FROM jobs ORDER BY state", vec![scan("jobs"), sort("ORDER BY")]),
            ("SELECT state, count(*) FROM jobs GROUP BY state", vec![scan("jobs"), sort("GROUP BY")]),
            ("SELECT DISTINCT state FROM jobs", vec![scan("jobs"), sort("DISTINCT")]),
            ("DELETE FROM jobs WHERE state = ?", vec![scan("jobs")]),
            ("UPDATE jobs SET due = 1 WHERE queue = ?", vec![search("jobs", index(), &[("queue", true)])]),
            ("SELECT * FROM notes WHERE notes MATCH ?", vec![Line::Other]),
            (
                "SELECT * FROM queues q LEFT JOIN jobs j ON j.queue = q.id",
                vec![scan("q"), search("j", index(), &[("queue", true)])],
            ),
        ] {
            let found = lines(&conn, sql);
            assert_eq!(found.iter().map(|(_, line)| line.clone()).collect::<Vec<_>>(), expected, "{found:?}");
        }
        let automatic = lines(&conn, "SELECT * FROM queues q JOIN jobs j ON j.note = q.name");
        let is_automatic = |line: &Line| matches!(line, Line::Search { by: By::Automatic, .. });
        assert!(automatic.iter().any(|(_, line)| is_automatic(line)), "{automatic:?}");
    }

    /// Of a line that is not known nothing could be said, so all that SQLite writes today is.
    #[test]
    fn no_line_is_unknown() {
        let conn = connection();
        for sql in [
            "SELECT 1",
            "VALUES (1), (2), (3)",
            "SELECT * FROM (VALUES (1), (2))",
            "SELECT * FROM jobs WHERE queue = 1 OR id = 2 OR id IN (SELECT size FROM queues)",
            "SELECT * FROM jobs WHERE id NOT IN (SELECT size FROM queues)",
            "SELECT * FROM jobs j WHERE EXISTS (SELECT 1 FROM queues q WHERE q.name = j.note)",
            "SELECT *, (SELECT name FROM queues), (SELECT name FROM queues q WHERE q.id = j.queue) FROM jobs j",
            "SELECT * FROM jobs WHERE queue IN (SELECT size FROM queues) AND due IN (SELECT size FROM queues)",
            "SELECT id FROM jobs UNION SELECT id FROM queues",
            "SELECT id FROM jobs UNION ALL SELECT id FROM queues ORDER BY 1",
            "SELECT note FROM jobs UNION SELECT name FROM queues ORDER BY 1",
            "SELECT id FROM jobs EXCEPT SELECT id FROM queues",
            "SELECT id FROM jobs INTERSECT SELECT id FROM queues ORDER BY 1 LIMIT 2",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT * FROM n",
            "WITH w AS MATERIALIZED (SELECT note, count(*) c FROM jobs GROUP BY note) SELECT * FROM w a, w b WHERE a.c = b.c",
            "SELECT * FROM jobs RIGHT JOIN queues ON jobs.note = queues.name",
            "SELECT * FROM jobs FULL JOIN queues ON jobs.queue = queues.id",
            "SELECT row_number() OVER (PARTITION BY queue ORDER BY state) FROM jobs",
            "SELECT count(DISTINCT state), group_concat(note, ',') FROM jobs GROUP BY queue ORDER BY due, state",
            "SELECT * FROM jobs WHERE (queue, due) > (?, ?) ORDER BY queue, state",
            "SELECT * FROM json_each('[]')",
            "INSERT INTO queues(name) SELECT DISTINCT note FROM jobs ORDER BY due",
            "UPDATE jobs SET state = q.name FROM queues q WHERE q.id = jobs.queue",
        ] {
            for (text, line) in lines(&conn, sql) {
                assert_ne!(line, Line::Unknown, "{sql}: {text}");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_unknown() {
        for text in [
            "",
            "HASH JOIN a",
            "SCAN a USING HASH b",
            "SEARCH a USING HASH b (c=?)",
            "SEARCH a USING INDEX b (c~?)",
        ] {
            assert_eq!(Line::read(text), Line::Unknown, "{text}");
        }
    }
}
