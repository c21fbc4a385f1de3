//! Statements made at random, to find a value that was not foreseen.

use super::tests::{analysis, connections, hold};

/// A sequence of numbers that is the same in every run.
struct Random(u64);

impl Random {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A SELECT with columns `c0`, `c1`, …; `outer` are columns that surround it.
    fn select(&mut self, depth: usize, count: usize, outer: &[String]) -> String {
        let mut columns = Vec::new();
        let from = self.from(depth, &mut columns);
        columns.extend(outer.iter().cloned());
        let aggregate = self.chance(30);
        let group = if self.chance(25) { vec![self.column(&columns)] } else { Vec::new() };
        let results: Vec<String> = (0..count)
            .map(|index| {
                format!("{} AS c{index}", self.value(depth, &columns, aggregate || !group.is_empty()))
            })
            .collect();
        let mut sql =
            format!("SELECT {}{} FROM {from}", self.one_of(&["", "", "DISTINCT "]), results.join(", "));
        if self.chance(40) {
            sql += &format!(" WHERE {}", self.condition(depth, &columns));
        }
        if !group.is_empty() {
            sql += &format!(" GROUP BY {}", group.join(", "));
            if self.chance(30) {
                sql += &format!(" HAVING {}", self.value(0, &columns, true));
            }
        }
        if depth > 0 && self.chance(15) {
            let operator = self.one_of(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
            sql += &format!(" {operator} {}", self.select(depth - 1, count, &[]));
        }
        sql
    }

    fn from(&mut self, depth: usize, columns: &mut Vec<String>) -> String {
        let mut from = String::new();
        for index in 0..1 + self.below(3) {
            let alias = format!("t{depth}{index}");
            let (item, names) = self.item(depth);
            let mut using = String::new();
            if index > 0 {
                let join = self.one_of(&[
                    "JOIN",
                    "LEFT JOIN",
                    "RIGHT JOIN",
                    "FULL JOIN",
                    ",",
                    "CROSS JOIN",
                    "NATURAL LEFT JOIN",
                ]);
                from += &format!(" {join} ");
                if !join.contains("NATURAL") && join.contains("JOIN") {
                    let mut both = columns.clone();
                    both.extend(names.iter().map(|name| format!("{alias}.{name}")));
                    using = match self.chance(20)
                        && names.contains(&"id")
                        && columns.iter().any(|name| name.ends_with(".id"))
                    {
                        true => " USING (id)".to_owned(),
                        false => format!(" ON {}", self.condition(0, &both)),
                    };
                }
            }
            from += &format!("{item} AS {alias}{using}");
            columns.extend(names.iter().map(|name| format!("{alias}.{name}")));
            // Without the alias a name may be ambiguous, merged, or fine.
            columns.extend(names.iter().filter(|_| self.chance(10)).map(|name| (*name).to_owned()));
        }
        from
    }

    fn item(&mut self, depth: usize) -> (String, Vec<&'static str>) {
        match self.below(if depth > 0 { 9 } else { 7 }) {
            0 | 1 => ("queues".to_owned(), vec!["name", "size", "note", "weight", "rowid"]),
            2..=4 => (
                "jobs".to_owned(),
                vec![
                    "id", "queue", "state", "parent", "payload", "started", "done", "price", "anything",
                    "twice",
                ],
            ),
            5 => ("strict".to_owned(), vec!["k", "v", "n"]),
            6 => match self.chance(50) {
                true => ("busy".to_owned(), vec!["queue", "jobs", "latest"]),
                false => ("all_queues".to_owned(), vec!["name", "job"]),
            },
            _ => (format!("({})", self.select(depth - 1, 2, &[])), vec!["c0", "c1"]),
        }
    }

    fn column(&mut self, columns: &[String]) -> String {
        columns[self.below(columns.len())].clone()
    }

    fn condition(&mut self, depth: usize, columns: &[String]) -> String {
        let (left, right) = (self.column(columns), self.column(columns));
        let condition = match self.below(8) {
            0 => format!("{left} IS NOT NULL"),
            1 => format!("{left} = {right}"),
            2 => format!("{left} <= {}", self.literal()),
            3 => format!("{left} LIKE '%'"),
            4 => format!("{left} IN (1, 'mail', NULL)"),
            5 => format!("{left} NOT BETWEEN 1 AND {right}"),
            6 => left,
            _ => self.value(depth.min(1), columns, false),
        };
        match self.below(6) {
            0 => format!("({condition}) AND {}", self.condition(0, columns)),
            1 => format!("({condition}) OR {}", self.condition(0, columns)),
            2 => format!("NOT ({condition})"),
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
        match self.below(16) {
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
            13 => {
                let name = self.one_of(&[
                    "row_number()",
                    "count(*)",
                    "sum(1)",
                    "lag(7)",
                    "max(7)",
                    "first_value('x')",
                ]);
                let window = self.one_of(&[
                    "",
                    "ORDER BY 1",
                    "ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
                    "PARTITION BY 1",
                ]);
                format!("{name} OVER ({window})")
            }
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

/// `ONWARD_ROUNDS` and `ONWARD_SEED` make it a longer search.
#[test]
fn no_value_is_a_surprise() {
    let rounds: u64 = std::env::var("ONWARD_ROUNDS").map_or(3_000, |rounds| rounds.parse().unwrap());
    let seed = std::env::var("ONWARD_SEED").map_or(0x9e37_79b9_7f4a_7c15, |seed| seed.parse().unwrap());
    let (analysis, connections) = (analysis(), connections());
    let (mut random, mut ran) = (Random(seed), 0);
    for _ in 0..rounds {
        let depth = random.below(3);
        let sql = match random.chance(15) {
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
