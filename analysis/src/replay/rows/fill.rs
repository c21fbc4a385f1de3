//! Puts rows into a table.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use onward_core::name::quoted;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::filler::{ALONE, DEPTH, ENOUGH, Filled, Filler, PLENTY};
use super::kin::{OLD, STRANGER};
use crate::replay::contents::count_rows;
use crate::replay::limits::{Freedom, Limits};
use crate::replay::sample::Rows;
use crate::replay::value::value;
use crate::sqlite::sandbox::Sandbox;
use crate::sqlite::table::{Field, TableModel};

impl Filler {
    pub(crate) fn new(rows: Rows) -> Filler {
        Filler {
            rows,
            tables: HashMap::new(),
            limits: HashMap::new(),
            strangers: HashMap::new(),
            next: 0,
            made: 0,
            vain: HashMap::new(),
            written: RefCell::default(),
            is_held_off: Cell::default(),
            empty: BTreeMap::new(),
        }
    }

    /// Notes that a table has another name.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        // A new table that takes the old name has the rows as well, if it is a rebuild.
        if let Some(&table) = self.tables.get(from) {
            self.tables.insert(to.to_owned(), table);
        }
        if let Some(stranger) = self.strangers.get(from).cloned() {
            self.strangers.insert(to.to_owned(), stranger);
        }
        // If it is a rebuild, what matters is what the table of that name did not allow.
        if !self.limits.contains_key(to)
            && let Some(limits) = self.limits.get(from).cloned()
        {
            self.limits.insert(to.to_owned(), limits);
        }
        self.empty.remove(from);
    }

    /// Notes that the rows of a table are taken out for a moment: the same ones are put back.
    pub(crate) fn take_out(&mut self, table: &str) {
        if let Some(table) = self.tables.get_mut(table) {
            table.filled = false;
        }
    }

    /// Notes that a table is gone.
    pub(crate) fn forget(&mut self, table: &str) {
        self.empty.remove(table);
    }

    /// Puts rows into a table that has none of them yet, and into its parents before; says whether it did.
    pub(crate) fn fill(&mut self, sandbox: &Sandbox, table: &str) -> Result<bool> {
        self.vain.clear();
        self.fill_at(sandbox, table, 0)
    }

    pub(crate) fn fill_at(&mut self, sandbox: &Sandbox, table: &str, depth: usize) -> Result<bool> {
        let known = self.tables.get(table).copied();
        if self.has_filled(sandbox, table) || self.vain.get(table) == Some(&self.made) {
            return Ok(false);
        }
        let Some(model) = sandbox.model(table)? else {
            self.tables.remove(table);
            self.limits.remove(table);
            return Ok(false);
        };
        self.limits.insert(table.to_owned(), Limits::of(&model));
        let entry = match known {
            Some(known) if !known.filled => Filled { filled: true, ..known },
            _ => {
                self.next += 1;
                let generation = known.map_or(0, |known| known.generation + 1);
                Filled { number: self.next - 1, generation, filled: true }
            }
        };
        // Before the parents, which may refer back to it.
        self.tables.insert(table.to_owned(), entry);
        for key in model.keys.iter().filter(|key| !key.parent.eq_ignore_ascii_case(table)) {
            if depth < DEPTH {
                self.fill_at(sandbox, &key.parent.to_ascii_lowercase(), depth + 1)?;
            }
        }
        let mut is_empty = true;
        let mut problem = None;
        let wanted = if self.rows == Rows::Mild { 1 } else { 3 };
        for index in 0..wanted {
            match self.row(sandbox, &model, index, &HashMap::new()) {
                Ok(_) => is_empty = false,
                Err(message) => problem = problem.or(Some(message)),
            }
        }
        match is_empty {
            true => drop(self.vain.insert(table.to_owned(), self.made)),
            false => self.made += 1,
        }
        if self.rows == Rows::Harsh && !is_empty {
            self.stranger(sandbox, &model);
            self.children(sandbox, &model);
            self.share(sandbox, &model);
            self.choices(sandbox, &model);
        }
        self.empty.remove(table);
        if is_empty && !has_rows(sandbox.conn(), table) {
            self.empty.insert(table.to_owned(), problem.unwrap_or_default());
        }
        Ok(true)
    }

    /// Whether a table, by its name in lower case, has been filled and has rows.
    pub(crate) fn has_filled(&self, sandbox: &Sandbox, table: &str) -> bool {
        self.tables.get(table).is_some_and(|known| known.filled) && has_rows(sandbox.conn(), table)
    }

    /// Uses what a table allows and did not when it was looked at last: gives a new column values, and puts in a row for
    /// each limit that is gone.
    pub(crate) fn loosen(
        &mut self,
        sandbox: &Sandbox,
        table: &str,
        added: &BTreeSet<(String, String)>,
    ) -> Result<()> {
        let Some(model) = sandbox.model(table)? else { return Ok(()) };
        let Some(before) = self.limits.insert(table.to_owned(), Limits::of(&model)) else { return Ok(()) };
        for field in model.columns.iter().filter(|field| before.lacks(&field.name)) {
            let is_added = added.contains(&(table.to_owned(), field.name.to_ascii_lowercase()));
            self.column(sandbox, &model, field, is_added);
        }
        if self.rows == Rows::Harsh && count_rows(sandbox, table).unwrap_or(0) < ENOUGH {
            for freedom in before.lifted(&model) {
                self.use_freedom(sandbox, &model, freedom)?;
            }
        }
        Ok(())
    }

    /// Gives a new column a value as an application would from then on, and the same one twice if it may. One that has come
    /// with a rebuild may have values that others refer to, and only one without any is new.
    pub(crate) fn column(&self, sandbox: &Sandbox, model: &TableModel, field: &Field, is_added: bool) {
        let is_key = model.keys.iter().any(|key| {
            key.columns.iter().any(|&index| model.columns[index].name.eq_ignore_ascii_case(&field.name))
        });
        if is_key || !model.has_rowids() {
            return;
        }
        let number = self.number(&model.name.to_ascii_lowercase(), 0);
        let (table, column) = (quoted(&model.name), quoted(&field.name));
        if !is_added {
            let sql = format!("SELECT count({column}) FROM main.{table}");
            if sandbox.conn().query_row(&sql, [], |row| row.get::<_, i64>(0)).ok() != Some(0) {
                return;
            }
        }
        let last = if self.rows == Rows::Harsh { &["min", "max"][..] } else { &["min"] };
        for end in last {
            // Where the row may not have it, it keeps the default.
            let sql = format!(
                "UPDATE OR IGNORE main.{table} SET {column} = ?1
                 WHERE _rowid_ = (SELECT {end}(_rowid_) FROM main.{table})"
            );
            let _ = sandbox.write(&sql, &[value(field, self.rows, number)]);
        }
    }

    /// Puts a row into a table that no legal one could be made for: what refuses it anyway, refuses any. Says whether it did.
    pub(crate) fn force(&self, sandbox: &Sandbox, table: &str) -> Result<bool> {
        let Some(model) = sandbox.model(table)? else { return Ok(false) };
        let number = self.number(table, 0);
        let names: Vec<String> = model.columns.iter().map(|field| quoted(&field.name)).collect();
        let marks: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
        let values: Vec<Value> = model.columns.iter().map(|field| value(field, self.rows, number)).collect();
        let (name, names, marks) = (quoted(&model.name), names.join(", "), marks.join(", "));
        let sql = format!("INSERT INTO main.{name}({names}) VALUES ({marks})");
        sandbox.conn().execute_batch("PRAGMA ignore_check_constraints = ON")?;
        let outcome = sandbox.without_triggers(|| Ok(sandbox.write(&sql, &values).is_ok()));
        sandbox.conn().execute_batch("PRAGMA ignore_check_constraints = OFF")?;
        outcome
    }

    /// Puts in a row with this in a column; says whether there can be one.
    pub(crate) fn with(&self, sandbox: &Sandbox, model: &TableModel, column: usize, value: Value) -> bool {
        self.row(sandbox, model, ALONE, &HashMap::from([(column, value)])).is_ok()
    }

    /// Puts in a row that has these values in their columns, as one has that was there before the columns were; says whether there
    /// can be one.
    pub(crate) fn with_all(
        &self,
        sandbox: &Sandbox,
        model: &TableModel,
        values: &HashMap<usize, Value>,
    ) -> bool {
        self.row(sandbox, model, OLD, values).is_ok()
    }

    pub(crate) fn use_freedom(
        &mut self,
        sandbox: &Sandbox,
        model: &TableModel,
        freedom: Freedom,
    ) -> Result<()> {
        let table = model.name.to_ascii_lowercase();
        let Some(filled) = self.tables.get_mut(&table) else { return Ok(()) };
        // Rows that come later are others.
        filled.generation += 1;
        let generation = filled.generation;
        let mut pinned = HashMap::new();
        match freedom {
            Freedom::Null(column) => drop(pinned.insert(column, Value::Null)),
            Freedom::Repeat(columns) => {
                let is_unique = |column: usize| model.unique.iter().any(|unique| unique.contains(&column));
                let free =
                    || (0..model.columns.len()).filter(|&at| !model.columns[at].is_rowid && !is_unique(at));
                let columns = if columns.is_empty() { free().collect() } else { columns };
                let names: Vec<String> = columns.iter().map(|&at| quoted(&model.columns[at].name)).collect();
                let whole: Vec<String> = names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
                let (names, whole, table) = (names.join(", "), whole.join(" AND "), quoted(&model.name));
                let sql = format!("SELECT {names} FROM main.{table} WHERE {whole} LIMIT 1");
                let Some(row) = sandbox.read(&sql).ok().and_then(|rows| rows.into_iter().next()) else {
                    return Ok(());
                };
                pinned.extend(columns.into_iter().zip(row));
            }
            Freedom::Orphan(columns) => {
                let alone = |column: usize| value(&model.columns[column], self.rows, ALONE + generation);
                pinned.extend(columns.into_iter().map(|column| (column, alone(column))));
            }
            Freedom::Any => {}
        }
        // Where no such row can be made, there is none.
        let _ = self.row(sandbox, model, 0, &pinned);
        Ok(())
    }

    /// Puts rows of all kinds into a table in which some kind is missing, as an application does in the course of a release.
    pub(crate) fn top_up(&mut self, sandbox: &Sandbox, table: &str) -> Result<()> {
        let Some(model) = sandbox.model(table)? else { return Ok(()) };
        let has = count_rows(sandbox, table).unwrap_or(0);
        if self.rows == Rows::Mild || has == 0 || has >= PLENTY || !self.misses(sandbox, &model)? {
            return Ok(());
        }
        let Some(filled) = self.tables.get_mut(table) else { return Ok(()) };
        filled.generation += 1;
        for index in 0..3 {
            // The others may be possible.
            let _ = self.row(sandbox, &model, index, &HashMap::new());
        }
        Ok(())
    }

    /// Whether no row has a NULL where one may be, or no two have the same value where they may.
    pub(crate) fn misses(&self, sandbox: &Sandbox, model: &TableModel) -> Result<bool> {
        let is_unique = |column: usize| model.unique.iter().any(|columns| columns[..] == [column]);
        let columns = model.columns.iter().enumerate().filter(|(_, field)| !field.is_rowid);
        let asked = columns.flat_map(|(at, field)| {
            let name = quoted(&field.name);
            let null = field.nullable.then(|| format!("count({name}) = count(*)"));
            let repeated = (!is_unique(at)).then(|| format!("count(DISTINCT {name}) = count({name})"));
            null.into_iter().chain(repeated)
        });
        let asked: Vec<String> = asked.collect();
        if asked.is_empty() {
            return Ok(false);
        }
        let sql = format!("SELECT {} FROM main.{}", asked.join(" OR "), quoted(&model.name));
        let answer = sandbox.read(&sql).unwrap_or_default();
        Ok(answer.first().is_some_and(|row| row[0] == Value::Integer(1)))
    }

    pub(crate) fn number(&self, table: &str, index: i64) -> i64 {
        let Some(&Filled { number, generation, .. }) = self.tables.get(table) else { return 0 };
        match self.rows {
            // No two tables have a key in common, as if they had grown apart.
            Rows::Mild => number * 100 + 101,
            Rows::Harsh if index == STRANGER => 2 * ALONE + number * 100 + generation,
            // With gaps, as deleted rows leave them.
            Rows::Harsh => 1 + index * 3 + generation * 100,
        }
    }
}

fn has_rows(conn: &Connection, table: &str) -> bool {
    let sql = format!("SELECT 1 FROM main.{} LIMIT 1", quoted(table));
    conn.query_row(&sql, [], |_| Ok(())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::folder;
    use crate::config::Config;

    /// Why a table stays empty.
    fn empty(sql: &str, rows: Rows) -> Vec<String> {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox.conn().execute_batch(sql).unwrap();
        let mut filler = Filler::new(rows);
        filler.fill(&sandbox, "t").unwrap();
        filler.empty.into_iter().map(|(table, reason)| format!("{table}: {reason}")).collect()
    }

    #[test]
    fn legal_rows_for_what_real_schemas_ask() {
        for table in [
            "CREATE TABLE t(a)",
            "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL UNIQUE, b REAL NOT NULL, c BLOB NOT NULL)",
            "CREATE TABLE t(a INT NOT NULL, b TEXT NOT NULL, c BLOB, d REAL, e ANY, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID",
            "CREATE TABLE t(a TEXT NOT NULL, b AS (upper(a)), c AS (length(a)) STORED NOT NULL, UNIQUE (b))",
            "CREATE TABLE t(a TEXT CHECK (a IN ('x', 'y')) NOT NULL, b INT CHECK (b BETWEEN 10 AND 20) NOT NULL)",
            "CREATE TABLE t(a BLOB NOT NULL CHECK (length(a) = 32), b BLOB NOT NULL CHECK (length(b) = 33) UNIQUE)",
            "CREATE TABLE t(id TEXT PRIMARY KEY CHECK (length(id) = 36), a TEXT NOT NULL CHECK (json_valid(a)))",
            "CREATE TABLE t(a TEXT NOT NULL CHECK (json_type(a) = 'array'), b TEXT CHECK (b GLOB '*@*' AND b NOT NULL))",
            "CREATE TABLE t(a TEXT NOT NULL CHECK (date(a) IS NOT NULL), b INT CHECK (b IN (0, 1)) NOT NULL)",
            "CREATE TABLE t(a INT NOT NULL, b INT NOT NULL, CHECK (a < b))",
            "CREATE TABLE t(a INT REFERENCES nowhere(id))",
            "CREATE TABLE t(a INT NOT NULL CHECK (abs(a) <> a)) STRICT",
            "CREATE TABLE t(a REAL NOT NULL CHECK (a < 7.5 AND a * 2 > 13))",
            "CREATE TABLE t(a INT NOT NULL, b INT NOT NULL, CHECK (a = 5 AND a <> 9 AND b = 7))",
            "CREATE TABLE t(a INT NOT NULL, b INT NOT NULL, CHECK (b = 5 AND a <> 9 AND a = 7))",
            "CREATE TABLE t(p INT REFERENCES p(id), q INT REFERENCES p(id),
             a TEXT NOT NULL CHECK (length(a) = 32 AND typeof(a) = 'text')); CREATE TABLE p(id INTEGER PRIMARY KEY)",
            "CREATE TABLE t(a INT, b INT, CONSTRAINT one CHECK ((a IS NULL) <> (b IS NULL)))",
            "CREATE TABLE t(a BLOB CHECK (length(a) = 32), b BLOB CHECK (length(b) = 33), CHECK ((a IS NULL) <> (b IS NULL)))",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES t(id))",
            "CREATE TABLE t(p INTEGER NOT NULL REFERENCES p(id), q TEXT NOT NULL, FOREIGN KEY (p, q) REFERENCES p(id, n));
             CREATE TABLE p(id INTEGER PRIMARY KEY, n TEXT NOT NULL, UNIQUE (id, n))",
            "CREATE TABLE t(a TEXT NOT NULL); CREATE INDEX i ON t(json_extract(a, '$.b'))",
            "CREATE TABLE t(a TEXT); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a IS NULL OR new.a NOT IN ('x', 'y') BEGIN
             SELECT raise(ABORT, 'no'); END",
            // A string in double quotes that was allowed is one when the application writes, too.
            "CREATE TABLE t(a INT NOT NULL); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a < 0 BEGIN
             SELECT raise(ABORT, \"no\"); END",
            "CREATE TABLE t(a INT NOT NULL, b TEXT NOT NULL, CHECK (a = 1 OR b = 'x')) STRICT",
            "CREATE TABLE t(id INTEGER PRIMARY KEY CHECK (id = 1), a TEXT)",
        ] {
            for rows in [Rows::Mild, Rows::Harsh] {
                assert_eq!(empty(table, rows), [""; 0], "{rows:?} {table}");
            }
        }
    }

    /// What is in a table, named `t`, and its parents have been filled before.
    fn filled(sql: &str, rows: Rows, select: &str) -> Vec<Vec<Value>> {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox.conn().execute_batch(sql).unwrap();
        Filler::new(rows).fill(&sandbox, "t").unwrap();
        sandbox.read(select).unwrap()
    }

    #[test]
    fn what_is_taken_is_not_taken_twice() {
        let seeded = "CREATE TABLE t(a INTEGER NOT NULL UNIQUE); INSERT INTO t VALUES (102);";
        let rows = filled(seeded, Rows::Mild, "SELECT a FROM t ORDER BY a");
        assert_eq!(rows, [[Value::Integer(102)], [Value::Integer(102 + 37)]]);
        // Nor what has the wrong type.
        let strict = "CREATE TABLE t(a INT NOT NULL, b TEXT NOT NULL, CHECK (a = 1 OR b = 'x')) STRICT";
        assert_eq!(filled(strict, Rows::Harsh, "SELECT a FROM t"), vec![[Value::Integer(1)]; 4]);
    }

    #[test]
    fn children_refer_to_the_rows_of_their_parents() {
        let numbers =
            |numbers: &[i64]| numbers.iter().map(|&number| vec![Value::Integer(number)]).collect::<Vec<_>>();
        let one_each = "CREATE TABLE p(id INTEGER PRIMARY KEY);
            CREATE TABLE t(p INTEGER NOT NULL UNIQUE REFERENCES p(id));";
        assert_eq!(filled(one_each, Rows::Harsh, "SELECT p FROM t ORDER BY p"), numbers(&[1, 4, 7]));
        let any = one_each.replace(" UNIQUE", "");
        assert_eq!(filled(&any, Rows::Harsh, "SELECT p FROM t ORDER BY rowid"), numbers(&[1, 4, 1, 7, 1]));
        for itself in [
            "CREATE TABLE t(a TEXT, parent INTEGER NOT NULL REFERENCES t(id), id INTEGER PRIMARY KEY)",
            "CREATE TABLE t(a TEXT, parent INTEGER NOT NULL REFERENCES t, id INTEGER PRIMARY KEY)",
        ] {
            let select = "SELECT parent = id FROM t";
            assert_eq!(filled(itself, Rows::Mild, select), [[Value::Integer(1)]], "{itself}");
        }
    }

    #[test]
    fn a_new_column_gets_a_value_twice_unless_it_is_a_key() {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        let conn = sandbox.conn();
        conn.execute_batch("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY);")
            .unwrap();
        let mut filler = Filler::new(Rows::Harsh);
        filler.fill(&sandbox, "t").unwrap();
        conn.execute_batch("ALTER TABLE t ADD COLUMN p REFERENCES p(id); ALTER TABLE t ADD COLUMN a TEXT")
            .unwrap();
        let added = ["p", "a"].map(|column| ("t".to_owned(), column.to_owned()));
        filler.loosen(&sandbox, "t", &BTreeSet::from(added)).unwrap();
        let rows = sandbox.read("SELECT p, a FROM t").unwrap();
        let null = Value::Null;
        let given = [null.clone(), Value::Text("01234".into())];
        let without = [null.clone(), null];
        assert_eq!(rows, [given.clone(), without.clone(), without, given]);
    }

    /// Each has several ways to each other. To go all of them would take for ever.
    #[test]
    fn tables_that_need_each_other_stay_empty_and_end() {
        let names = ["t", "p", "q", "r", "s"];
        let table = |name: &str| {
            let keys = names.map(|other| format!("{other} INT NOT NULL REFERENCES {other}(id)"));
            format!("CREATE TABLE {name}(id INTEGER PRIMARY KEY, {});", keys.join(", "))
        };
        let sql: String = names.map(table).concat();
        for rows in [Rows::Mild, Rows::Harsh] {
            let found = empty(&sql, rows);
            assert_eq!(found.len(), names.len(), "{found:?}");
            assert!(found.iter().all(|reason| reason.contains("has no rows")), "{found:?}");
        }
    }

    #[test]
    fn what_cannot_be_satisfied_is_said() {
        let never = empty("CREATE TABLE t(a INT NOT NULL CHECK (a > 1 AND a < 1))", Rows::Mild);
        assert!(never[0].starts_with("t: "), "{never:?}");
        let orphan = empty("CREATE TABLE t(a INT NOT NULL REFERENCES p(id))", Rows::Mild);
        assert_eq!(orphan, ["t: its parent `p` has no rows"]);
        let text = empty("CREATE TABLE t(a INT NOT NULL CHECK (a IN ('x', 'y'))) STRICT", Rows::Mild);
        assert_eq!(text, ["t: cannot store TEXT value in INT column t.a"]);
    }

    #[test]
    fn a_table_that_is_gone_is_not_said_to_be_empty() {
        let table = "CREATE TABLE t(a INT NOT NULL CHECK (a > 1 AND a < 1));";
        let empty = |files: &[(&str, &str)]| {
            folder(files).replay.unwrap().unpopulated.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(empty(&[("1_a.sql", table)]), ["t"]);
        assert_eq!(empty(&[("1_a.sql", table), ("2_b.sql", "DROP TABLE t;")]), [""; 0]);
        assert_eq!(empty(&[("1_a.sql", table), ("2_b.sql", "ALTER TABLE t RENAME TO u;")]), ["u"]);
    }

    #[test]
    fn harsh_rows_have_nulls_repetitions_and_gaps() {
        let sandbox = Sandbox::open(&Config::default()).unwrap();
        sandbox
            .conn()
            .execute_batch("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE)")
            .unwrap();
        let mut filler = Filler::new(Rows::Harsh);
        filler.fill(&sandbox, "t").unwrap();
        let rows = sandbox.read("SELECT id, a, b FROM t").unwrap();
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(rows[0], [Value::Integer(1), text("01234"), text("01234")]);
        assert_eq!(rows[1], [Value::Integer(4), Value::Null, Value::Null]);
        assert_eq!(rows[2], [Value::Integer(7), text("01234"), text("01240")]);
        assert_eq!(rows[3], [Value::Integer(1_800_000), text("01801233"), text("01801233")]);
        // Those that come when they are gone are others.
        sandbox.conn().execute_batch("DELETE FROM t").unwrap();
        filler.fill(&sandbox, "t").unwrap();
        let ids = [101, 104, 107, 1_800_101].map(|id| vec![Value::Integer(id)]);
        assert_eq!(sandbox.read("SELECT id FROM t ORDER BY id").unwrap(), ids);
        // Those that were taken out for a moment are put back, and once.
        filler.take_out("t");
        sandbox.conn().execute_batch("DELETE FROM t").unwrap();
        filler.fill(&sandbox, "t").unwrap();
        filler.fill(&sandbox, "t").unwrap();
        assert_eq!(sandbox.read("SELECT id FROM t ORDER BY id").unwrap(), ids);
    }
}
