//! Values that a column may hold and that sample rows rarely do, the likely ones first.

use onward_schema::Affinity;
use rusqlite::types::Value;

use crate::sqlite::table::Field;

/// Longer than what anybody means to allow.
const LONG: usize = 5000;
/// More values than these are not tried for a column.
const MOST: usize = 100;

/// What may be in a column: of numbers first those that conditions compare it with, and of texts what people write.
pub(super) fn values(field: &Field, literals: &[Value]) -> Vec<Value> {
    let known: Vec<Value> = literals.iter().cloned().chain(literals.iter().flat_map(beside)).collect();
    let null = field.nullable.then_some(Value::Null);
    let is_time = ["DATE", "TIME"].iter().any(|word| field.declared_type.to_ascii_uppercase().contains(word));
    let values: Vec<Value> = match field.affinity {
        Affinity::Text => null.into_iter().chain(texts()).chain(known).chain(numbers()).collect(),
        Affinity::Numeric if is_time => {
            null.into_iter().chain(texts()).chain(known).chain(numbers()).collect()
        }
        Affinity::Blob => {
            null.into_iter().chain(blobs()).chain(texts()).chain(known).chain(numbers()).collect()
        }
        Affinity::Integer | Affinity::Numeric | Affinity::Real => {
            known.into_iter().chain(null).chain(numbers()).chain(texts()).collect()
        }
    };
    let mut seen: Vec<Value> = Vec::new();
    for value in values.into_iter().chain(blobs()) {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen.truncate(MOST);
    seen
}

/// Some of these, for two columns that are held against each other.
pub(super) fn few(field: &Field, literals: &[Value]) -> Vec<Value> {
    let mut values: Vec<Value> = literals.iter().take(3).cloned().collect();
    values.extend(field.nullable.then_some(Value::Null));
    match field.affinity {
        Affinity::Text => values.extend(["", "2024-01-02", "2024-01-01"].map(text)),
        _ => values.extend([0, 1, 2].map(Value::Integer)),
    }
    values
}

/// What a number of another column is not: for a column that is to hold numbers alone.
pub(super) fn no_numbers(is_whole: bool) -> Vec<Value> {
    let mut values = vec![text("abc"), text("")];
    values.extend(is_whole.then_some(Value::Real(1.5)));
    values.push(Value::Blob(vec![0, 255]));
    values
}

/// Pairs of values that differ, and that an expression or a collation may take for the same.
pub(super) fn alike(field: &Field) -> Vec<(Value, Value)> {
    let mut pairs = Vec::new();
    if matches!(field.affinity, Affinity::Text | Affinity::Blob) || field.declared_type.is_empty() {
        let texts = [
            ("name", "NAME"),
            ("name", "name "),
            ("name", " name"),
            ("", " "),
            ("1", "01"),
            ("1", "1.0"),
            ("2024-01-02 03:04:05", "2024-01-02 03:04:06"),
            ("2024-01-02", "2024-01-02 03:04:05"),
            ("n@example.org", "m@example.org"),
        ];
        pairs.extend(texts.map(|(one, other)| (text(one), text(other))));
        let long = "n".repeat(LONG);
        pairs.push((Value::Text(format!("{long}1")), Value::Text(format!("{long}2"))));
    } else {
        pairs.extend([(1, -1), (10, 11)].map(|(one, other)| (Value::Integer(one), Value::Integer(other))));
        pairs.push((Value::Real(1.25), Value::Real(1.5)));
    }
    if field.nullable {
        pairs.push((Value::Null, Value::Null));
        pairs.extend([text(""), Value::Integer(0)].map(|value| (Value::Null, value)));
    }
    pairs
}

/// What is next to a value that a condition names.
fn beside(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(number) => {
            let near = [number.saturating_add(1), number.saturating_sub(1), number.saturating_neg()];
            near.into_iter().chain([number.saturating_neg().saturating_sub(1)]).map(Value::Integer).collect()
        }
        Value::Real(number) => {
            vec![Value::Real(number + 0.5), Value::Real(number - 0.5), Value::Real(-number)]
        }
        Value::Text(found) => {
            let mut first = found.chars();
            let capital: String =
                first.next().into_iter().flat_map(char::to_uppercase).chain(first.clone()).collect();
            [found.to_uppercase(), found.to_lowercase(), capital, format!("{found} ")].map(Value::Text).into()
        }
        _ => Vec::new(),
    }
}

fn texts() -> impl Iterator<Item = Value> {
    let short = [
        "",
        " ",
        "name",
        "NAME",
        "Name",
        " name ",
        "a b",
        "a",
        "0",
        "-1",
        "12",
        "1.5",
        "abc",
        "2024-01-02",
        "2024-01-02 03:04:05",
        "2024-01-02T03:04:05Z",
        "02.01.2024",
        "1/2/2024",
        "03:04",
        "1700000000",
        "{",
        "{}",
        "[]",
        "null",
        "a,b",
        "n@example.org",
        "ü",
    ];
    let long = [40, 300, LONG].map(|length| Value::Text("n".repeat(length)));
    short.map(text).into_iter().chain(long)
}

fn numbers() -> impl Iterator<Item = Value> {
    let whole = [0, -1, 1, 2, 100, 1000, 1_000_000_000_000, i64::MIN].map(Value::Integer);
    let real = [1.5, -1.5, -0.0, f64::INFINITY].map(Value::Real);
    whole.into_iter().chain(real)
}

fn blobs() -> impl Iterator<Item = Value> {
    [Vec::new(), vec![0, 255], vec![7; 33]].map(Value::Blob).into_iter()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::table::Holds;

    fn field(declared: &str) -> Field {
        Field {
            name: "a".to_owned(),
            declared_type: declared.to_owned(),
            affinity: Affinity::of(declared),
            nullable: true,
            is_rowid: false,
            place: 1,
            literals: Vec::new(),
            default: None,
            checked: true,
            holds: Holds::of("a", declared),
        }
    }

    #[test]
    fn likely_values_come_first_and_each_once() {
        let literals = [Value::Integer(7), text("open")];
        let numbers = values(&field("INTEGER"), &literals);
        let first = [7].map(Value::Integer).into_iter().chain([text("open")]);
        let near = [8, 6, -7, -8].map(Value::Integer);
        assert!(numbers.iter().take(6).cloned().eq(first.chain(near)), "{numbers:?}");
        let texts = values(&field("TEXT"), &literals);
        assert_eq!(texts[..3], [Value::Null, text(""), text(" ")]);
        assert!(texts.contains(&text("OPEN")) && texts.contains(&Value::Integer(-1)));
        for all in [numbers, texts, values(&field(""), &[]), values(&field("DATETIME"), &[])] {
            assert!(all.len() <= MOST);
            assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])), "{all:?}");
        }
    }

    #[test]
    fn pairs_differ_but_for_nulls() {
        for declared in ["TEXT", "INTEGER", "REAL", "", "BLOB"] {
            let pairs = alike(&field(declared));
            let differ = |(one, other): &&(Value, Value)| one != other || *one == Value::Null;
            assert_eq!(pairs.iter().filter(differ).count(), pairs.len(), "{declared}");
        }
    }
}
