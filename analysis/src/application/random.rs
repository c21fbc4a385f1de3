//! Statements made at random, to find a value that was not foreseen.

use super::testing::{analysis, connections, hold, hold_null};
use crate::checks::testing::Random;

impl Random {
    /// A SELECT with columns `c0`, `c1`, …; `outer` are columns that surround it.
    fn select(&mut self, depth: usize, count: usize, outer: &[String]) -> String {
        let mut columns = Vec::new();
        let from = self.from(depth, &mut columns);
        columns.extend(outer.iter().cloned());
        let aggregate = self.chance(30);
        let group = if self.chance(25) { vec![self.column(&columns)] } else { Vec::new() };
        let results: Vec<String> = (0..count)
            .map(|_| match self.chance(30) {
                true => self.column(&columns),
                false => self.value(depth, &columns, aggregate || !group.is_empty()),
            })
            .collect();
        let aliased = results.iter().enumerate().map(|(index, value)| format!("{value} AS c{index}"));
        let results_text = aliased.collect::<Vec<_>>().join(", ");
        let mut sql = format!("SELECT {}{results_text} FROM {from}", self.one_of(&["", "", "DISTINCT "]));
        if self.chance(60) {
            let mut named = columns.clone();
            // Results may be called by their aliases.
            named.extend((0..count).filter(|_| self.chance(10)).map(|index| format!("c{index}")));
            sql += &format!(" WHERE {}", self.condition(depth, &named));
        }
        if !group.is_empty() {
            sql += &format!(" GROUP BY {}", group.join(", "));
        }
        if (!group.is_empty() || aggregate) && self.chance(40) {
            let of = match self.below(3) {
                0 => self.value(0, &columns, true),
                1 => format!("c{}", self.below(count)),
                _ => results[self.below(count)].clone(),
            };
            let condition = self.condition_of(&of, 0, &columns);
            sql += &format!(" HAVING {condition}");
        }
        sql += self.one_of(&["", "", " WINDOW w AS (ORDER BY 1)", " WINDOW w AS (ROWS UNBOUNDED PRECEDING)"]);
        if depth > 0 && self.chance(15) {
            let operator = self.one_of(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
            sql += &format!(" {operator} {}", self.select(depth - 1, count, &[]));
        }
        sql
    }

    fn from(&mut self, depth: usize, columns: &mut Vec<String>) -> String {
        let mut aliases = 0;
        let count = 1 + self.below(3);
        self.joined(depth, count, &mut aliases, columns)
    }

    /// So many items; some in brackets of their own.
    fn joined(
        &mut self,
        depth: usize,
        count: usize,
        aliases: &mut usize,
        columns: &mut Vec<String>,
    ) -> String {
        let mut from = String::new();
        let start = columns.len();
        for index in 0..count {
            let mut added = Vec::new();
            let item = match count > 1 && *aliases < 5 && self.chance(12) {
                true => format!("({})", self.joined(depth, 2, aliases, &mut added)),
                false => {
                    let alias = format!("t{depth}{aliases}");
                    *aliases += 1;
                    let (item, names) = self.item(depth);
                    added.extend(names.iter().map(|name| format!("{alias}.{name}")));
                    // Without the alias a name may be ambiguous, merged, or fine.
                    added.extend(names.iter().filter(|_| self.chance(10)).map(|name| (*name).to_owned()));
                    format!("{item} AS {alias}")
                }
            };
            let mut on = String::new();
            if index > 0 {
                let join = self.one_of(&[
                    "JOIN",
                    "LEFT JOIN",
                    "LEFT JOIN",
                    "RIGHT JOIN",
                    "FULL JOIN",
                    ",",
                    "CROSS JOIN",
                    "NATURAL JOIN",
                    "NATURAL LEFT JOIN",
                    "NATURAL FULL JOIN",
                ]);
                from += &format!(" {join} ");
                if !join.contains("NATURAL") && join.contains("JOIN") {
                    let mut both = columns[start..].to_vec();
                    both.extend(added.iter().cloned());
                    let name = self.one_of(&["id", "id", "c0", "queue", "parent"]);
                    let has = |columns: &[String]| {
                        columns.iter().any(|column| column.ends_with(&format!(".{name}")))
                    };
                    on = match self.chance(20) && has(&added) && has(&columns[start..]) {
                        true => format!(" USING ({name})"),
                        false => format!(" ON {}", self.condition(0, &both)),
                    };
                    if on.contains("USING") && self.chance(50) {
                        added.push(name.to_owned());
                    }
                }
            }
            from += &format!("{item}{on}");
            columns.extend(added);
        }
        from
    }

    fn item(&mut self, depth: usize) -> (String, Vec<&'static str>) {
        match self.below(if depth > 0 { 11 } else { 9 }) {
            0 | 1 => ("queues".to_owned(), vec!["name", "size", "note", "weight", "rowid"]),
            2..=4 => (
                "jobs".to_owned(),
                vec![
                    "id", "queue", "state", "parent", "payload", "started", "done", "price", "anything",
                    "twice",
                ],
            ),
            5 => ("strict".to_owned(), vec!["k", "v", "n"]),
            6 => ("checked".to_owned(), vec!["a", "b", "c", "d", "e"]),
            7 => match self.chance(50) {
                true => ("busy".to_owned(), vec!["queue", "jobs", "latest"]),
                false => ("all_queues".to_owned(), vec!["name", "job", "state", "parent"]),
            },
            8 => match self.chance(50) {
                true => {
                    ("json_each('[1, null, {}]')".to_owned(), vec!["key", "value", "type", "id", "parent"])
                }
                false => ("search".to_owned(), vec!["body", "rank", "rowid"]),
            },
            _ => (format!("({})", self.select(depth - 1, 2, &[])), vec!["c0", "c1"]),
        }
    }

    fn column(&mut self, columns: &[String]) -> String {
        columns[self.below(columns.len())].clone()
    }

    fn condition(&mut self, depth: usize, columns: &[String]) -> String {
        let of = self.column(columns);
        self.condition_of(&of, depth, columns)
    }

    /// A condition that may say something of `left`.
    fn condition_of(&mut self, left: &str, depth: usize, columns: &[String]) -> String {
        let right = self.column(columns);
        let condition = match self.below(32) {
            0 | 1 => format!("{left} IS NOT NULL"),
            2 => format!("{left} = {right}"),
            3 => format!("{left} <= {}", self.literal()),
            4 => format!("{left} LIKE '%'"),
            5 => format!("{left} IN (1, 'mail', NULL)"),
            6 => format!("{left} NOT BETWEEN 1 AND {right}"),
            7 => left.to_owned(),
            8 => format!("{left} IS NULL"),
            9 => format!("{left} NOT IN (1, {})", self.literal()),
            10 => format!("{left} {} ()", self.one_of(&["IN", "NOT IN"])),
            11 => format!("{left} {} {}", self.one_of(&["IS", "IS NOT"]), self.literal()),
            12 => format!("{left} {} {right}", self.one_of(&["IS", "IS NOT", "IS DISTINCT FROM"])),
            13 => format!("length({left}) {} 0", self.one_of(&[">", "=", "<>", "IS NOT", "IS"])),
            14 => format!("lower({left}) = 'mail'"),
            15 => {
                let (name, literal) = (self.one_of(&["coalesce", "ifnull"]), self.one_of(&["0", "''", "1"]));
                format!("{name}({left}, {literal}) {} {literal}", self.one_of(&[">", "<>", "=", "<", ">="]))
            }
            16 => {
                let operator = self.one_of(&["=", "<>", "IN (", "NOT IN (", "IS", ">"]);
                let end = if operator.contains('(') { ")" } else { "" };
                format!("typeof({left}) {operator} {}{end}", self.one_of(&["'text'", "'null'", "'integer'"]))
            }
            17 => {
                let not = self.one_of(&["", "NOT "]);
                format!("{left} {not}IN ({})", self.select(0, 1, columns))
            }
            18 => format!("coalesce({left}, {right})"),
            19 => format!("iif({left} IS NOT NULL, {left} {} 1, 0)", self.one_of(&["=", "<>", "<"])),
            20 => {
                let (then, otherwise) = (self.literal(), self.literal());
                format!(
                    "CASE WHEN {left} > 1 THEN {then} WHEN {left} IS NULL THEN {right} ELSE {otherwise} END"
                )
            }
            21 => format!("CASE {left} WHEN {right} THEN 1 ELSE {} END", self.literal()),
            22 => format!("{left} NOT LIKE 'x%' ESCAPE {}", self.one_of(&["'!'", "NULL"])),
            23 => {
                format!("({left}, {right}) {} (1, {})", self.one_of(&["=", "<>", "IS", "<"]), self.literal())
            }
            24 => format!("{left} BETWEEN {right} AND 7"),
            25 => format!("nullif({left}, {right}) IS NOT NULL"),
            26 => format!("({left} IS NOT NULL) {} 1", self.one_of(&["=", "IS", "<>", "IS NOT"])),
            27 => format!("{left} + {right} > 0"),
            28 => format!("{left} IS {}", self.one_of(&["TRUE", "FALSE", "NOT TRUE", "NOT FALSE"])),
            29 => format!("({left}, {right}) IN (SELECT id, parent FROM jobs)"),
            _ => self.value(depth.min(1), columns, false),
        };
        match self.below(7) {
            0 => format!("({condition}) AND {}", self.condition(0, columns)),
            1 => format!("({condition}) OR {}", self.condition(0, columns)),
            2 => format!("NOT ({condition})"),
            3 => format!("({condition}) OR ({})", self.condition_of(left, 0, columns)),
            4 => format!("NOT (({condition}) AND {})", self.condition_of(left, 0, columns)),
            _ => condition,
        }
    }

    fn literal(&mut self) -> &'static str {
        self.one_of(&["0", "1", "7", "-2", "1.5", "'mail'", "'7'", "''", "NULL", "x'00'", "TRUE"])
    }

    fn value(&mut self, depth: usize, columns: &[String], aggregate: bool) -> String {
        if depth == 0 && !self.chance(30) || self.chance(25) {
            return match self.chance(80) {
                true => self.column(columns),
                false => self.literal().to_owned(),
            };
        }
        let depth = depth.saturating_sub(1);
        let value = |random: &mut Random| random.value(depth, columns, aggregate);
        match self.below(22) {
            0 => {
                let operator = self.one_of(&[
                    "+", "-", "*", "/", "%", "||", "=", "<", "IS", "IS NOT", "AND", "OR", "&", "<<", "->>",
                ]);
                format!("({} {operator} {})", value(self), value(self))
            }
            1 => format!("coalesce({}, {})", value(self), value(self)),
            2 => format!("CASE WHEN {} THEN {} ELSE {} END", value(self), value(self), value(self)),
            3 => format!("CASE {} WHEN 1 THEN {} END", value(self), value(self)),
            4 => format!(
                "CAST({} AS {})",
                value(self),
                self.one_of(&["INT", "TEXT", "REAL", "BLOB", "NUMERIC"])
            ),
            5 => format!("({} IN ({}, {}))", value(self), value(self), value(self)),
            6 => format!("(-{})", value(self)),
            7 => format!("(NOT {})", value(self)),
            8 => {
                let name = self.one_of(&[
                    "length", "lower", "abs", "typeof", "hex", "quote", "round", "date", "trim", "sign",
                ]);
                format!("{name}({})", value(self))
            }
            9 => {
                let name = self.one_of(&["max", "min", "nullif", "ifnull", "substr", "instr", "printf"]);
                format!("{name}({}, {})", value(self), value(self))
            }
            10 => format!("({} IS NULL)", value(self)),
            11 => format!("({})", self.select(depth.min(1), 1, columns)),
            12 => format!("({} IN ({}))", value(self), self.select(0, 1, columns)),
            13 | 14 => {
                let column = self.column(columns);
                let name = self.one_of(&[
                    "row_number()",
                    "count(*)",
                    "sum(1)",
                    "lag(7)",
                    "max(7)",
                    "first_value('x')",
                    "last_value(@)",
                    "first_value(@)",
                    "lag(@, 1, 'none')",
                    "lead(@, 1, @)",
                    "nth_value(@, 1)",
                    "max(@)",
                ]);
                let window = self.one_of(&[
                    "()",
                    "w",
                    "(ORDER BY 1)",
                    "(w)",
                    "(ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING)",
                    "(ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
                    "(ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
                    "(ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE TIES)",
                    "(ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)",
                    "(ORDER BY 1 GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW)",
                    "(PARTITION BY 1)",
                ]);
                format!("{} OVER {window}", name.replace('@', &column))
            }
            // What a condition proves, and what it proves where it is not true.
            15 | 16 => {
                let of = match self.chance(70) {
                    true => self.column(columns),
                    false => value(self),
                };
                let condition = self.condition_of(&of, 0, columns);
                let other = self.value(0, columns, aggregate);
                match self.below(5) {
                    0 => format!("CASE WHEN {condition} THEN {of} ELSE 0 END"),
                    1 => format!("CASE WHEN {condition} THEN 0 ELSE {of} END"),
                    2 => format!("iif({condition}, {of}, {other})"),
                    3 => format!("CASE WHEN {other} THEN 1 WHEN {condition} THEN {of} ELSE {other} END"),
                    _ => format!("CASE {of} WHEN {other} THEN {of} ELSE {other} END"),
                }
            }
            17 => {
                let condition = self.condition(0, columns);
                format!("({condition})")
            }
            18 => {
                let modifier =
                    self.one_of(&["+1 day", "start of month", "-3 years", "weekday 0", "nonsense"]);
                let name = self.one_of(&["date", "datetime", "unixepoch", "strftime('%Y-%m', ", "time"]);
                let open = if name.contains('(') { "" } else { "(" };
                let time = match self.chance(50) {
                    true => "'now'".to_owned(),
                    false => value(self),
                };
                format!("{name}{open}{time}, '{modifier}')")
            }
            19 => format!("concat_ws({}, {}, {})", self.one_of(&["'-'", "NULL"]), value(self), value(self)),
            _ if aggregate => {
                let name = self.one_of(&[
                    "count",
                    "sum",
                    "avg",
                    "total",
                    "min",
                    "max",
                    "group_concat",
                    "json_group_array",
                ]);
                let filter = self.one_of(&["", "", " FILTER (WHERE 1)", " FILTER (WHERE 0)"]);
                format!("{name}({}){filter}", self.column(columns))
            }
            _ => self.column(columns),
        }
    }
}

#[test]
fn no_value_is_a_surprise() {
    let (analysis, connections) = (analysis(), connections());
    let ((rounds, mut random), mut ran) = (Random::rounds(3_000), 0);
    for _ in 0..rounds {
        let depth = random.below(3);
        let sql = match random.chance(15) {
            true if random.chance(30) => {
                let mut columns = Vec::new();
                let from = random.from(depth.min(1), &mut columns);
                format!("SELECT * FROM {from} WHERE {}", random.condition(0, &columns))
            }
            true => format!(
                "WITH w AS ({}) SELECT * FROM w LEFT JOIN ({}) ON w.c0 = 1",
                random.select(1, 2, &[]),
                random.select(1, 2, &[])
            ),
            false => random.select(depth, 3, &[]),
        };
        // Not everything that is put together at random is a statement.
        if let Ok(query) = analysis.query(sql.as_str().into()) {
            ran += u64::from(hold(&query, &connections));
        }
    }
    assert!(ran > rounds / 4, "{ran} of {rounds}");
}

/// What RETURNING gives, of rows that are found and written by conditions and values at random.
#[test]
fn no_row_that_is_written_is_a_surprise() {
    let (analysis, connections) = (analysis(), connections());
    let ((rounds, mut random), mut ran) = (Random::rounds(3_000), 0);
    let tables: [(&str, &[&str]); 4] = [
        ("jobs", &["id", "queue", "state", "parent", "payload", "started", "done", "price", "anything"]),
        ("queues", &["name", "size", "note", "weight"]),
        ("checked", &["a", "b", "c", "d", "e"]),
        ("watched", &["id", "x", "y"]),
    ];
    for _ in 0..rounds / 3 {
        let (table, names) = tables[random.below(tables.len())];
        let columns: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let condition = random.condition(1, &columns);
        let sets: Vec<String> = (0..1 + random.below(2))
            .map(|_| format!("{} = {}", random.column(&columns), random.value(1, &columns, false)))
            .collect();
        let sets = sets.join(", ");
        let or = random.one_of(&["", "OR IGNORE", "OR REPLACE"]);
        let sql = match random.below(4) {
            0 => format!("DELETE FROM {table} WHERE {condition}"),
            1 => format!("UPDATE {or} {table} SET {sets} WHERE {condition}"),
            2 => format!(
                "UPDATE {or} {table} SET {sets} FROM (SELECT id AS other, parent AS beside FROM jobs) \
                 LEFT JOIN strict ON n = other WHERE {condition} AND {}",
                random.one_of(&["1", "beside > 0", "k IS NOT NULL"])
            ),
            _ => {
                let into: Vec<&str> = names.iter().copied().filter(|_| random.chance(70)).collect();
                let values: Vec<String> = into
                    .iter()
                    .map(|_| match random.chance(80) {
                        true => format!("abs({}) || {}", random.literal(), random.literal()),
                        false => random.literal().to_owned(),
                    })
                    .collect();
                let upsert = random.one_of(&[
                    "",
                    " ON CONFLICT DO NOTHING",
                    " ON CONFLICT DO UPDATE SET rowid = rowid",
                ]);
                format!(
                    "INSERT {or} INTO {table}({}) SELECT {} WHERE 1{upsert}",
                    into.join(", "),
                    values.join(", ")
                )
            }
        };
        if let Ok(query) = analysis.query(format!("{sql} RETURNING *").as_str().into()) {
            connections.iter().for_each(|conn| conn.execute_batch("SAVEPOINT round").unwrap());
            ran += u64::from(hold_null(&query, &connections));
            connections
                .iter()
                .for_each(|conn| conn.execute_batch("ROLLBACK TO round; RELEASE round").unwrap());
        }
    }
    assert!(ran > rounds / 30, "{ran} of {rounds}");
}
