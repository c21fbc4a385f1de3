//! Rows as an application may have written them: at random, and legal because SQLite takes them with foreign keys on.

use fastrand::Rng;
use onward::rusqlite::types::Value;
use onward::rusqlite::{Connection, params_from_iter};
use onward_core::ledger::LEDGER;
use onward_core::name::quoted;
use onward_core::token::{Kind, significant};
use onward_schema::{Affinity, Column, ForeignKey, Schema, Table};

/// No table gets more rows at once.
const ROWS: usize = 6;
/// How often a row is tried.
const ATTEMPTS: usize = 25;
/// Texts and blobs are made as long as a table's conditions say, up to this.
const LONGEST: usize = 256;

/// Puts rows into a database, changes some, and takes some away. `literals` are values that the history speaks of.
pub(crate) fn fill(conn: &Connection, literals: &[Value], random: &mut Rng) {
    conn.execute_batch("PRAGMA foreign_keys = ON").expect("a pragma");
    let schema = Schema::read(conn).expect("a schema can be read");
    let is_ours = |table: &&Table| table.module.is_none() && !table.name.eq_ignore_ascii_case(LEDGER);
    let mut tables: Vec<Rows<'_>> = schema
        .tables
        .values()
        .filter(is_ours)
        .map(|table| Rows::new(conn, &schema, table, literals))
        .collect();
    random.shuffle(&mut tables);
    // Children whose parents came later get their rows in the second round.
    for _ in 0..2 {
        for rows in &tables {
            // Some tables stay empty.
            let wanted = random.usize(0..=ROWS);
            (0..wanted).for_each(|_| rows.insert(random));
        }
    }
    for rows in &tables {
        (0..random.usize(0..3)).for_each(|_| rows.update(random));
        if random.u8(0..4) == 0 {
            rows.delete(random);
        }
    }
}

/// The values of a text's strings and numbers.
pub(crate) fn literals(sql: &str) -> Vec<Value> {
    let value = |token: onward_core::token::Token<'_>| match token.kind {
        Kind::String => token.name().map(Value::Text),
        Kind::Number => token.text.parse().map(Value::Integer).or(token.text.parse().map(Value::Real)).ok(),
        _ => None,
    };
    significant(sql).filter_map(value).collect()
}

/// A table that gets rows.
struct Rows<'f> {
    conn: &'f Connection,
    schema: &'f Schema,
    table: &'f Table,
    /// Those that can be written.
    columns: Vec<&'f Column>,
    /// What its own text speaks of.
    own: Vec<Value>,
    literals: &'f [Value],
}

impl<'f> Rows<'f> {
    fn new(conn: &'f Connection, schema: &'f Schema, table: &'f Table, literals: &'f [Value]) -> Rows<'f> {
        let columns = table.columns.iter().filter(|column| column.generated.is_none()).collect();
        let mut own: Vec<Value> = table.checks.iter().flat_map(|check| self::literals(check)).collect();
        let of = |trigger: &&onward_schema::Trigger| trigger.table.eq_ignore_ascii_case(&table.name);
        let triggers = schema.triggers.values().filter(of).map(|trigger| trigger.definition.as_str());
        own.extend(triggers.filter(|text| text.contains("RAISE")).flat_map(self::literals));
        Rows { conn, schema, table, columns, own, literals }
    }

    /// Tries until SQLite takes a row; where it takes none, there is none.
    fn insert(&self, random: &mut Rng) {
        // Whoever writes only what has to be given gets the defaults.
        let is_short = random.u8(0..4) == 0;
        let is_needed = |column: &&&Column| {
            !is_short || (column.not_null && column.default.is_none() && !self.is_rowid(column))
        };
        let columns: Vec<&Column> = self.columns.iter().filter(is_needed).copied().collect();
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let table = quoted(&self.table.name);
        let sql = match columns.is_empty() {
            true => format!("INSERT INTO {table} DEFAULT VALUES"),
            false => {
                let marks = vec!["?"; names.len()].join(", ");
                format!("INSERT INTO {table}({}) VALUES ({marks})", names.join(", "))
            }
        };
        let Ok(mut statement) = self.conn.prepare_cached(&sql) else { return };
        for _ in 0..ATTEMPTS {
            let mut values: Vec<Value> = columns.iter().map(|column| self.value(column, random)).collect();
            for key in &self.table.foreign_keys {
                self.refer(key, &columns, &mut values, random);
            }
            if statement.execute(params_from_iter(values)).is_ok() {
                return;
            }
        }
    }

    /// Gives a column of a row another value.
    fn update(&self, random: &mut Rng) {
        let Some(column) = pick(&self.columns, random) else { return };
        if self.is_key(column) {
            return;
        }
        let sql = format!(
            "UPDATE OR IGNORE {0} SET {1} = ?1 WHERE _rowid_ = (SELECT _rowid_ FROM {0} LIMIT 1 OFFSET ?2)",
            quoted(&self.table.name),
            quoted(&column.name)
        );
        // A table without rowids keeps what it has.
        let _ = self.conn.execute(&sql, (self.value(column, random), random.i64(0..ROWS as i64)));
    }

    /// Leaves a gap.
    fn delete(&self, random: &mut Rng) {
        let table = quoted(&self.table.name);
        let sql = format!(
            "DELETE FROM {table} WHERE _rowid_ = (SELECT _rowid_ FROM {table} LIMIT 1 OFFSET {})",
            random.usize(0..ROWS)
        );
        let _ = self.conn.execute(&sql, []);
    }

    /// Sets the columns of a foreign key to those of a parent, or to NULL.
    fn refer(&self, key: &ForeignKey, columns: &[&Column], values: &mut [Value], random: &mut Rng) {
        let place = |name: &String| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let Some(places) = key.columns.iter().map(place).collect::<Option<Vec<usize>>>() else { return };
        let may_be_null = places.iter().any(|&at| !columns[at].not_null);
        let parent = match may_be_null && random.u8(0..4) == 0 {
            true => None,
            false => self.parent(key, random),
        };
        match parent {
            Some(row) => places.iter().zip(row).for_each(|(&at, value)| values[at] = value),
            None => {
                places.iter().filter(|&&at| !columns[at].not_null).for_each(|&at| values[at] = Value::Null)
            }
        }
    }

    fn parent(&self, key: &ForeignKey, random: &mut Rng) -> Option<Vec<Value>> {
        let parent = self.schema.table(&key.parent)?;
        let primary = || match parent.primary_key() {
            key if key.is_empty() => vec!["_rowid_".to_owned()],
            key => key.iter().map(|column| quoted(&column.name)).collect(),
        };
        let names: Vec<String> = match key.parent_columns.is_empty() {
            true => primary(),
            false => key.parent_columns.iter().map(|name| quoted(name)).collect(),
        };
        let rows = rows(self.conn, &format!("SELECT {} FROM {}", names.join(", "), quoted(&parent.name)));
        pick(&rows, random).cloned()
    }

    fn value(&self, column: &Column, random: &mut Rng) -> Value {
        if self.is_rowid(column) {
            return if random.bool() { Value::Null } else { Value::Integer(random.i64(1..60)) };
        }
        // SQLite lets most keys be NULL for the sake of old databases; no application means to.
        if !column.not_null && column.primary_key.is_none() && random.u8(0..5) == 0 {
            return Value::Null;
        }
        match random.u8(0..8) {
            0 | 1 => self.repeated(column, random).unwrap_or_else(|| self.plain(column, random)),
            2 | 3 => fitting(&self.own, column, random).unwrap_or_else(|| self.plain(column, random)),
            4 => fitting(self.literals, column, random).unwrap_or_else(|| self.plain(column, random)),
            _ => self.plain(column, random),
        }
    }

    /// What another row has.
    fn repeated(&self, column: &Column, random: &mut Rng) -> Option<Value> {
        let (column, table) = (quoted(&column.name), quoted(&self.table.name));
        let rows = rows(self.conn, &format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"));
        pick(&rows, random).and_then(|row| row.first().cloned())
    }

    /// A value of the kind that the column declares.
    fn plain(&self, column: &Column, random: &mut Rng) -> Value {
        let declared = column.declared_type.to_ascii_uppercase();
        let is = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        match column.affinity {
            _ if is(&["BOOL"]) => Value::Integer(random.i64(0..2)),
            Affinity::Numeric if is(&["DATE", "TIME"]) => text(pick(&TIMES, random)),
            Affinity::Integer => Value::Integer(*pick(&INTEGERS, random).unwrap_or(&0)),
            Affinity::Real | Affinity::Numeric => Value::Real(*pick(&REALS, random).unwrap_or(&0.0)),
            Affinity::Text if is_json(column) => text(pick(&JSON, random)),
            Affinity::Text => match self.length(random) {
                Some(length) if random.bool() => Value::Text(letters(length, random)),
                _ => text(pick(&TEXTS, random)),
            },
            Affinity::Blob => match self.length(random) {
                Some(length) if random.bool() => Value::Blob(letters(length, random).into_bytes()),
                _ => Value::Blob(letters(random.usize(0..5), random).into_bytes()),
            },
        }
    }

    /// A length of which the table's conditions speak.
    fn length(&self, random: &mut Rng) -> Option<usize> {
        let numbers = self.own.iter().filter_map(|value| match value {
            Value::Integer(number) => usize::try_from(*number).ok().filter(|&number| number <= LONGEST),
            _ => None,
        });
        pick(&numbers.collect::<Vec<_>>(), random).copied()
    }

    fn is_rowid(&self, column: &Column) -> bool {
        column.primary_key.is_some()
            && column.declared_type.eq_ignore_ascii_case("INTEGER")
            && self.table.primary_key().len() == 1
            && !self.table.without_rowid
    }

    fn is_key(&self, column: &Column) -> bool {
        let named = |key: &ForeignKey| key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        column.primary_key.is_some() || self.table.foreign_keys.iter().any(named)
    }
}

/// Numbers and texts that applications store, and those that they do not expect.
const INTEGERS: [i64; 10] = [0, 1, 1, 2, 3, 7, 42, -1, 1_700_000_000, i64::MAX];
const REALS: [f64; 6] = [0.0, 1.0, 0.5, -2.25, 100.0, 1e12];
const TEXTS: [&str; 16] = [
    "",
    "a",
    "A",
    "b",
    "Ada",
    "ada",
    " a ",
    "0",
    "12",
    "1.50",
    "ä",
    "it's",
    "NULL",
    "a,b",
    "true",
    "2024-02-29",
];
const TIMES: [&str; 4] = ["2024-02-29 12:00:00", "2024-02-29T12:00:00.000Z", "2024-02-29", "1700000000"];
const JSON: [&str; 4] = ["{}", "[]", r#"{"a":1}"#, r#"["a","b"]"#];

/// Whether the default is JSON, so that an application finds JSON there.
fn is_json(column: &Column) -> bool {
    matches!(column.default.as_deref(), Some("'{}'" | "'[]'"))
}

/// A value that the column stores as it is.
fn fitting(values: &[Value], column: &Column, random: &mut Rng) -> Option<Value> {
    let fits = |value: &&Value| match column.affinity {
        Affinity::Integer => matches!(value, Value::Integer(_)),
        Affinity::Real | Affinity::Numeric => matches!(value, Value::Integer(_) | Value::Real(_)),
        Affinity::Text => matches!(value, Value::Text(_)) && !is_json(column),
        Affinity::Blob => true,
    };
    pick(&values.iter().filter(fits).collect::<Vec<_>>(), random).map(|&value| value.clone())
}

fn letters(count: usize, random: &mut Rng) -> String {
    (0..count).map(|_| random.lowercase()).collect()
}

fn text(text: Option<&&str>) -> Value {
    Value::Text(text.copied().unwrap_or_default().to_owned())
}

fn pick<'v, T>(values: &'v [T], random: &mut Rng) -> Option<&'v T> {
    if values.is_empty() { None } else { values.get(random.usize(0..values.len())) }
}

/// All rows of a query; none if it cannot be read.
pub(crate) fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let Ok(mut statement) = conn.prepare_cached(sql) else { return Vec::new() };
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|column| row.get(column)).collect());
    rows.map(|rows| rows.flatten().collect()).unwrap_or_default()
}
