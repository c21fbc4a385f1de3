//! Comparing two schemas.
//!
//! Whether two objects are the same is for their canonical texts alone to say, as it is for the fingerprint. The
//! fields only serve to tell what differs, and where they tell nothing the texts are shown.

use onward_core::canonical::canonical;

use crate::{Change, Column, Difference, ForeignKey, Index, ObjectKind, Origin, Schema, Table};

impl Schema {
    /// Where `found` is not what this schema expects; empty exactly if their fingerprints over all objects are equal.
    ///
    /// Two schemas that differ in nothing but spelling are the same here and not the same by `==`, which compares the
    /// names as written.
    ///
    /// ```
    /// use onward_schema::Schema;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let expected = Schema::read(&conn)?;
    /// conn.execute_batch("ALTER TABLE jobs DROP COLUMN note")?;
    /// let differences = expected.compare(&Schema::read(&conn)?);
    /// assert_eq!(differences[0].to_string(), "table `jobs`: column `note` is missing");
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn compare(&self, found: &Schema) -> Vec<Difference> {
        schemas(self, found)
    }

    /// As [`Schema::compare`], of the objects with these names alone, which are in lower case and sorted.
    ///
    /// ```
    /// use onward_schema::Schema;
    ///
    /// # let conn = rusqlite::Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL, note TEXT)")?;
    /// let expected = Schema::read(&conn)?;
    /// // Another tool's table is none of ours.
    /// conn.execute_batch("CREATE TABLE audit(id INTEGER)")?;
    /// assert_eq!(expected.compare_named(&Schema::read(&conn)?, &["jobs".to_owned()]), []);
    /// # Ok::<(), rusqlite::Error>(())
    /// ```
    pub fn compare_named(&self, found: &Schema, names: &[String]) -> Vec<Difference> {
        let mut differences = self.compare(found);
        differences.retain(|difference| names.binary_search(&difference.name.to_ascii_lowercase()).is_ok());
        differences
    }
}

fn schemas(expected: &Schema, found: &Schema) -> Vec<Difference> {
    let mut differences = Vec::new();
    for kind in [ObjectKind::Table, ObjectKind::Index, ObjectKind::View, ObjectKind::Trigger] {
        let (expected, found) = (objects(expected, kind), objects(found, kind));
        let mut report =
            |name: &str, change| differences.push(Difference { kind, name: name.to_owned(), change });
        for object in &expected {
            match find(&found, object) {
                None => report(object.name, Change::Missing),
                Some(other) if other.text != object.text || other.on != object.on => {
                    changes(object, other).into_iter().for_each(|change| report(object.name, change));
                }
                Some(_) => {}
            }
        }
        for object in found.iter().filter(|object| find(&expected, object).is_none()) {
            report(object.name, Change::Unexpected);
        }
    }
    differences
}

/// What the fingerprint knows of an object, and the table if it is one.
struct Object<'s> {
    name: &'s str,
    /// In lower case.
    key: String,
    /// The table it belongs to, in lower case.
    on: String,
    text: &'s str,
    table: Option<&'s Table>,
}

/// The objects of one kind, in the order of their names in lower case.
fn objects(schema: &Schema, kind: ObjectKind) -> Vec<Object<'_>> {
    let mut objects = Vec::new();
    let mut add = |name, on: &str, text, table| {
        let (key, on) = (str::to_ascii_lowercase(name), on.to_ascii_lowercase());
        objects.push(Object { name, key, on, text, table });
    };
    match kind {
        ObjectKind::Table => {
            for table in schema.tables.values() {
                add(&table.name, &table.name, &table.definition, Some(table));
            }
        }
        ObjectKind::Index => {
            for table in schema.tables.values() {
                let written =
                    table.indexes.iter().filter_map(|index| Some((index, index.definition.as_ref()?)));
                written.for_each(|(index, text)| add(&index.name, &table.name, text, None));
            }
        }
        ObjectKind::View => {
            for view in schema.views.values() {
                add(&view.name, &view.name, &view.definition, None);
            }
        }
        ObjectKind::Trigger => {
            for trigger in schema.triggers.values() {
                add(&trigger.name, &trigger.table, &trigger.definition, None);
            }
        }
    }
    objects.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    objects
}

/// The one of the same name.
fn find<'o, 's>(objects: &'o [Object<'s>], object: &Object<'_>) -> Option<&'o Object<'s>> {
    let at = objects.binary_search_by(|other| other.key.cmp(&object.key)).ok()?;
    Some(&objects[at])
}

/// How two objects of the same name differ, which they do.
fn changes(expected: &Object<'_>, found: &Object<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    if let (Some(expected), Some(found)) = (expected.table, found.table) {
        flags(&mut changes, expected, found);
        // Without its module a virtual table has no columns to speak of.
        if expected.module.is_none() || !expected.columns.is_empty() && !found.columns.is_empty() {
            columns(&mut changes, expected, found);
            keys(&mut changes, expected, found);
            foreign_keys(&mut changes, &expected.foreign_keys, &found.foreign_keys);
            lists(&mut changes, &checks(expected), &checks(found));
        }
    }
    if changes.is_empty() {
        changed(&mut changes, "definition", format!("`{}`", expected.text), format!("`{}`", found.text));
    }
    changes
}

fn changed(changes: &mut Vec<Change>, part: &str, expected: String, found: String) {
    changes.push(Change::PartChanged { part: part.to_owned(), expected, found });
}

fn flags(changes: &mut Vec<Change>, expected: &Table, found: &Table) {
    let using = |table: &Table| table.module.as_ref().map(|module| module.name.to_ascii_lowercase());
    match (using(expected), using(found)) {
        (Some(expected), Some(found)) if expected != found => changed(changes, "module", expected, found),
        (Some(module), None) => changes.push(Change::PartMissing(format!("module {module}"))),
        (None, Some(module)) => changes.push(Change::PartUnexpected(format!("module {module}"))),
        _ => {}
    }
    for (flag, expected, found) in [
        ("STRICT", expected.strict, found.strict),
        ("WITHOUT ROWID", expected.without_rowid, found.without_rowid),
        ("AUTOINCREMENT", expected.autoincrement, found.autoincrement),
    ] {
        match (expected, found) {
            (true, false) => changes.push(Change::PartMissing(flag.to_owned())),
            (false, true) => changes.push(Change::PartUnexpected(flag.to_owned())),
            _ => {}
        }
    }
}

fn columns(changes: &mut Vec<Change>, expected: &Table, found: &Table) {
    let part = |column: &Column| format!("column `{}`", column.name);
    for column in &expected.columns {
        match found.column(&column.name) {
            None => changes.push(Change::PartMissing(part(column))),
            Some(other) if canonical(&column.to_string()) != canonical(&other.to_string()) => {
                changed(changes, &part(column), column.to_string(), other.to_string());
            }
            Some(_) => {}
        }
    }
    let extra = found.columns.iter().filter(|column| expected.column(&column.name).is_none());
    changes.extend(extra.map(|column| Change::PartUnexpected(part(column))));

    // Only of the columns that both have: one that is missing does not make the others change places.
    let order = |table: &Table, other: &Table| {
        let common = table.columns.iter().filter(|column| other.column(&column.name).is_some());
        common.map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (expected, found) = (order(expected, found), order(found, expected));
    if !expected.eq_ignore_ascii_case(&found) {
        changed(changes, "column order", format!("({expected})"), format!("({found})"));
    }
}

fn keys(changes: &mut Vec<Change>, expected: &Table, found: &Table) {
    let primary = |table: &Table| {
        let names: Vec<&str> = table.primary_key().iter().map(|column| column.name.as_str()).collect();
        Some(format!("({})", names.join(", "))).filter(|_| !names.is_empty())
    };
    match (primary(expected), primary(found)) {
        (Some(expected), Some(found)) if !expected.eq_ignore_ascii_case(&found) => {
            changed(changes, "PRIMARY KEY", expected, found);
        }
        (Some(key), None) => changes.push(Change::PartMissing(format!("PRIMARY KEY {key}"))),
        (None, Some(key)) => changes.push(Change::PartUnexpected(format!("PRIMARY KEY {key}"))),
        _ => {}
    }
    let unique = |table: &Table| {
        let made = table.indexes.iter().filter(|index| index.origin == Origin::UniqueConstraint);
        made.map(|index: &Index| format!("UNIQUE {}", index.column_list())).collect::<Vec<_>>()
    };
    lists(changes, &unique(expected), &unique(found));
}

fn checks(table: &Table) -> Vec<String> {
    table.checks.iter().map(|condition| format!("CHECK ({condition})")).collect()
}

fn foreign_keys(changes: &mut Vec<Change>, expected: &[ForeignKey], found: &[ForeignKey]) {
    let part = |key: &ForeignKey| format!("FOREIGN KEY ({})", key.columns.join(", "));
    let full = |key: &ForeignKey| format!("{} {key}", part(key));
    let (missing, mut extra) = unmatched(expected, found, |key| canonical(&full(key)));
    for key in missing {
        // The same columns, another parent or action: one key that changed.
        match extra.iter().position(|other| part(other).eq_ignore_ascii_case(&part(key))) {
            Some(at) => changed(changes, &part(key), key.to_string(), extra.remove(at).to_string()),
            None => changes.push(Change::PartMissing(full(key))),
        }
    }
    changes.extend(extra.into_iter().map(|key| Change::PartUnexpected(full(key))));
}

/// Parts that are nothing but their own text.
fn lists(changes: &mut Vec<Change>, expected: &[String], found: &[String]) {
    let (missing, extra) = unmatched(expected, found, |part| canonical(part));
    changes.extend(missing.into_iter().cloned().map(Change::PartMissing));
    changes.extend(extra.into_iter().cloned().map(Change::PartUnexpected));
}

/// What is in one list and not in the other; twice in one and once in the other is one too many.
fn unmatched<'a, T>(
    expected: &'a [T],
    found: &'a [T],
    key: impl Fn(&T) -> String,
) -> (Vec<&'a T>, Vec<&'a T>) {
    let mut extra: Vec<(String, &T)> = found.iter().map(|item| (key(item), item)).collect();
    let mut missing = Vec::new();
    for item in expected {
        let wanted = key(item);
        match extra.iter().position(|(key, _)| *key == wanted) {
            Some(at) => drop(extra.remove(at)),
            None => missing.push(item),
        }
    }
    (missing, extra.into_iter().map(|(_, item)| item).collect())
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, Result};

    use super::*;
    use crate::Fingerprint;

    fn database(sql: &str) -> Result<Connection> {
        let conn = Connection::open_in_memory()?;
        conn.execute_batch(sql)?;
        Ok(conn)
    }

    fn sentences(expected: &str, found: &str) -> Result<Vec<String>> {
        let (expected, found) = (Schema::read(&database(expected)?)?, Schema::read(&database(found)?)?);
        Ok(expected.compare(&found).iter().map(ToString::to_string).collect())
    }

    #[test]
    fn line_ends_in_quotes_are_one_as_in_migrations() -> Result<()> {
        let lf = "CREATE TABLE t(a TEXT DEFAULT 'p\nq', \"b\nc\" INT CHECK (a <> '\n'));
                  CREATE INDEX i ON t(a) WHERE a = 'p\nq'; CREATE VIEW v AS SELECT 'p\nq';
                  CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 'p\nq'; END";
        let crlf = database(&lf.replace('\n', "\r\n"))?;
        let lf = database(lf)?;
        assert_eq!(Schema::read(&lf)?.compare(&Schema::read(&crlf)?), []);
        assert_eq!(Fingerprint::read(&lf, None)?, Fingerprint::read(&crlf, None)?);
        // Alone it is no line end.
        assert_eq!(
            sentences("CREATE TABLE t(a DEFAULT 'p\nq')", "CREATE TABLE t(a DEFAULT 'p\rq')")?.len(),
            1
        );
        Ok(())
    }

    #[test]
    fn objects_are_missing_or_should_not_be_there() -> Result<()> {
        let found = sentences(
            "CREATE TABLE Jobs(id INTEGER, Due TEXT); CREATE INDEX idx_jobs_due ON jobs(due);
             CREATE TRIGGER t AFTER INSERT ON jobs BEGIN SELECT 1; END;",
            "CREATE TABLE jobs(id INTEGER, due TEXT); CREATE TABLE Notes(a); CREATE VIEW v AS SELECT 1;",
        )?;
        let expected = [
            "table `Notes` should not be there",
            "index `idx_jobs_due` is missing",
            "view `v` should not be there",
            "trigger `t` is missing",
        ];
        assert_eq!(found, expected);
        Ok(())
    }

    #[test]
    fn a_table_names_the_parts_that_differ() -> Result<()> {
        let found = sentences(
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL DEFAULT 'new', archived,
             q REFERENCES queues ON DELETE CASCADE, name TEXT COLLATE nocase, CHECK (id > 0), UNIQUE (state, q))
             STRICT",
            "CREATE TABLE jobs(id INTEGER, state text, q REFERENCES queues, name VARCHAR(9), extra,
             l AS (length(name)), PRIMARY KEY (id, q), CHECK (id > 1))",
        );
        // A STRICT table takes no column without a type.
        assert!(found.is_err());
        let found = sentences(
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL DEFAULT 'new', archived ANY,
             q INT REFERENCES queues ON DELETE CASCADE, name TEXT COLLATE nocase, CHECK (id > 0),
             UNIQUE (state, q)) STRICT",
            "CREATE TABLE jobs(id integer, state text, q INT REFERENCES queues, name, extra INT,
             l INT AS (length(name)), PRIMARY KEY (id, q), CHECK (id > 1))",
        )?;
        let expected = [
            "STRICT is missing",
            "AUTOINCREMENT is missing",
            "column `state` should be TEXT NOT NULL DEFAULT 'new', is TEXT",
            "column `archived` is missing",
            "column `name` should be TEXT COLLATE nocase, is untyped",
            "column `extra` should not be there",
            "column `l` should not be there",
            "PRIMARY KEY should be (id), is (id, q)",
            "UNIQUE (state, q) is missing",
            "FOREIGN KEY (q) should be REFERENCES queues ON DELETE CASCADE, is REFERENCES queues",
            "CHECK (id > 0) is missing",
            "CHECK (id > 1) should not be there",
        ];
        assert_eq!(found, expected.map(|part| format!("table `jobs`: {part}")));
        Ok(())
    }

    #[test]
    fn column_order_is_said_once() -> Result<()> {
        assert_eq!(
            sentences("CREATE TABLE t(a, b, c)", "CREATE TABLE t(c, a, b)")?,
            ["table `t`: column order should be (a, b, c), is (c, a, b)"]
        );
        assert_eq!(
            sentences("CREATE TABLE t(a, b, c)", "CREATE TABLE t(a, c)")?,
            ["table `t`: column `b` is missing"]
        );
        Ok(())
    }

    #[test]
    fn what_the_fields_do_not_say_is_shown_as_text() -> Result<()> {
        assert_eq!(
            sentences("CREATE TABLE t(a UNIQUE ON CONFLICT REPLACE)", "CREATE TABLE t(a UNIQUE)")?,
            ["table `t`: definition should be `create table t ( a unique on conflict replace )`, \
              is `create table t ( a unique )`"]
        );
        assert_eq!(
            sentences(
                "CREATE TABLE t(a, b); CREATE INDEX i ON t(a)",
                "CREATE TABLE t(a, b); CREATE INDEX i ON t(b)"
            )?,
            ["index `i`: definition should be `create index i on t ( a )`, is `create index i on t ( b )`"]
        );
        Ok(())
    }

    #[test]
    fn nothing_differs_exactly_if_the_fingerprints_are_equal() -> Result<()> {
        let base = "CREATE TABLE p(id INTEGER PRIMARY KEY, n TEXT UNIQUE);";
        let scripts = [
            "",
            "CREATE TABLE t(a, b)",
            "create table \"t\" ([a], -- b\n `b`)",
            "CREATE TABLE T(A,B)",
            "CREATE TABLE t(a); ALTER TABLE t ADD COLUMN b",
            "CREATE TABLE t(b, a)",
            "CREATE TABLE t(a, b TEXT)",
            "CREATE TABLE t(a, b NOT NULL)",
            "CREATE TABLE t(a, b DEFAULT 'x')",
            "CREATE TABLE t(a, b DEFAULT \"x\")",
            "CREATE TABLE t(a, b DEFAULT x)",
            "CREATE TABLE t(a, b DEFAULT X)",
            "CREATE TABLE t(a, b DEFAULT 'X')",
            "CREATE TABLE t(a, b COLLATE nocase)",
            "CREATE TABLE t(a, b CHECK (b > 0))",
            "CREATE TABLE t(a, b CHECK (b > 1))",
            "CREATE TABLE t(a PRIMARY KEY, b)",
            "CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID",
            "CREATE TABLE t(a PRIMARY KEY DESC, b)",
            "CREATE TABLE t(a REFERENCES p, b)",
            "CREATE TABLE t(a REFERENCES p ON DELETE CASCADE, b)",
            "CREATE TABLE t(a REFERENCES p DEFERRABLE INITIALLY DEFERRED, b)",
            "CREATE TABLE t(a INT, b INT) STRICT",
            "CREATE TABLE t(a, b AS (a + 1))",
            "CREATE TABLE t(a, b AS (a + 1) STORED)",
            "CREATE TABLE t(a, b, UNIQUE (a, b))",
            "CREATE TABLE t(a, b); CREATE INDEX i ON t(a)",
            "CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(a)",
            "CREATE TABLE t(a, b); CREATE INDEX i ON t(a) WHERE b",
            "CREATE TABLE t(a, b); CREATE INDEX i ON t(a DESC)",
            "CREATE TABLE t(a, b); CREATE INDEX i ON p(n)",
            "CREATE TABLE t(a, b); CREATE INDEX j ON t(a)",
            "CREATE VIEW t AS SELECT 1 AS a",
            "CREATE VIEW t AS SELECT 2 AS a",
            "CREATE VIEW t AS SELECT * FROM nowhere",
            "CREATE VIRTUAL TABLE t USING fts5(a, b)",
            "CREATE VIRTUAL TABLE t USING fts5(a)",
            "CREATE VIRTUAL TABLE t USING rtree(a, b, c)",
            "CREATE TABLE t(a, b); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
            "CREATE TABLE t(a, b); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 2; END",
            "CREATE TABLE t(a, b); CREATE TRIGGER r AFTER INSERT ON p BEGIN SELECT 1; END",
            "CREATE TABLE t(a, b); CREATE TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; END",
        ];
        let mut known = Vec::new();
        for script in scripts {
            let conn = database(&format!("{base}{script}"))?;
            known.push((script, Schema::read(&conn)?, Fingerprint::read(&conn, None)?));
        }
        for (expected, schema, fingerprint) in &known {
            for (found, other, its_fingerprint) in &known {
                let differences = schema.compare(other);
                assert_eq!(
                    differences.is_empty(),
                    fingerprint == its_fingerprint,
                    "{expected} and {found}: {differences:?}"
                );
            }
        }
        assert!(known[1].2 == known[2].2 && known[1].2 == known[3].2 && known[1].2 == known[4].2);
        assert!(known[8].2 == known[9].2 && known[8].2 == known[10].2 && known[11].2 == known[12].2);
        Ok(())
    }
}
