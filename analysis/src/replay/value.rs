//! Values that an application may have put into a column.

use onward_schema::Affinity;
use rusqlite::types::Value;

use super::sample::Rows;
use crate::sqlite::table::{Field, Holds};

/// A string is made as long as a CHECK asks for, up to this.
const LONGEST: i64 = 4096;

/// A value of a column, another one for each number.
pub(super) fn value(field: &Field, rows: Rows, number: i64) -> Value {
    let own = apart(field, rows, number);
    if let Some(value) = field.literals.get(usize::try_from(own).unwrap_or(0) % field.literals.len().max(1)) {
        return value.clone();
    }
    let is = |words: &[&str]| {
        let declared = field.declared_type.to_ascii_uppercase();
        words.iter().any(|word| declared.contains(word))
    };
    match field.affinity {
        Affinity::Integer if field.holds == Holds::Time => Value::Integer(1_700_000_000 + own),
        Affinity::Integer => Value::Integer(own),
        Affinity::Real => Value::Real(own as f64 + 0.5),
        Affinity::Blob if !field.declared_type.is_empty() => Value::Blob(own.to_be_bytes().to_vec()),
        Affinity::Text | Affinity::Blob => Value::Text(text(field, rows, number)),
        Affinity::Numeric if is(&["BOOL"]) => Value::Integer(own % 2),
        Affinity::Numeric if is(&["DATE", "TIME", "JSON", "UUID", "GUID"]) => {
            Value::Text(text(field, Rows::Mild, number))
        }
        Affinity::Numeric => Value::Integer(own),
    }
}

/// Under mild rows two columns of a kind have values of their own: where one gets those of the other, it shows.
pub(super) fn apart(field: &Field, rows: Rows, number: i64) -> i64 {
    match rows {
        Rows::Mild if !field.is_rowid => number + field.place,
        _ => number,
    }
}

/// What the name and the type suggest. Under harsh rows, a column that may hold any text holds what looks like a number.
fn text(field: &Field, rows: Rows, number: i64) -> String {
    let has = |words: &[&str]| {
        let named = format!("{} {}", field.name, field.declared_type).to_ascii_lowercase();
        words.iter().any(|word| named.contains(word))
    };
    let own = apart(field, rows, number);
    match field.holds {
        Holds::Time => return format!("2024-01-02 03:{:02}:{:02}", own / 60 % 60, own % 60),
        Holds::Uuid => return uuid(own),
        Holds::Other => {}
    }
    match rows {
        _ if field.is_json() => format!("[{own}]"),
        Rows::Harsh => format!("0{}", 1233 + number),
        Rows::Mild if has(&["json"]) => format!("{{\"n\":{own}}}"),
        Rows::Mild if has(&["url", "uri"]) => format!("https://example.org/{own}"),
        Rows::Mild if has(&["email"]) => format!("n{own}@example.org"),
        Rows::Mild => format!("{}-{number}", field.name.to_ascii_lowercase()),
    }
}

fn uuid(number: i64) -> String {
    format!("3f2b8c1e-5d4a-4f6b-8a7c-{:012x}", number & 0xffff_ffff_ffff)
}

/// What to try for a column that a CHECK or a trigger has refused, in this order.
pub(super) fn candidates(field: &Field, number: i64) -> Vec<Value> {
    let number = number + field.place;
    let text = |text: &str| Value::Text(text.to_owned());
    let mut values = field.literals.clone();
    for value in &field.literals {
        match value {
            Value::Integer(limit) => {
                values.extend([limit.saturating_add(1), limit.saturating_sub(1)].map(Value::Integer));
                if (1..=LONGEST).contains(limit) {
                    let length = usize::try_from(*limit).unwrap_or(1);
                    // Hexadecimal digits, for the columns that hold a hash.
                    let digits = format!("{number:0length$x}");
                    values.push(Value::Text(digits[digits.len().saturating_sub(length)..].to_owned()));
                    values.push(Value::Blob(vec![number as u8; length]));
                }
            }
            Value::Real(limit) => values.extend([limit + 0.5, limit - 0.5].map(Value::Real)),
            _ => {}
        }
    }
    if field.nullable {
        values.push(Value::Null);
    }
    values.extend([0, 1, 2, -1, 100].map(Value::Integer));
    values.extend(["{}", "[]", "{\"n\":1}"].map(text));
    values.push(Value::Text(uuid(number)));
    values.extend(["2024-01-02", "2024-01-02 03:04:05", "2024-01-02T03:04:05Z", "12:34"].map(text));
    values.push(Value::Text(format!("n{number}@example.org")));
    values.extend(["https://example.org/", "/a/b", "a", "A", "00ff", "1.0.0", "#00ff00", ""].map(text));
    values.extend([Value::Real(0.5), Value::Blob(vec![1])]);
    values
}

/// A value as SQL writes it, cut short.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => {
            let short: String = text.chars().take(24).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("'{}{more}'", short.replace('\'', "''"))
        }
        Value::Blob(bytes) => {
            let digits: String = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, declared: &str) -> Field {
        Field {
            name: name.to_owned(),
            declared_type: declared.to_owned(),
            affinity: Affinity::of(declared),
            nullable: false,
            is_rowid: false,
            place: 2,
            literals: Vec::new(),
            default: None,
            checked: false,
            holds: Holds::of(name, declared),
        }
    }

    #[test]
    fn values_are_what_names_and_types_suggest() {
        let mild = |name: &str, declared: &str| shown(&value(&field(name, declared), Rows::Mild, 101));
        let harsh = |name: &str, declared: &str| shown(&value(&field(name, declared), Rows::Harsh, 101));
        for (name, declared, in_mild, in_harsh) in [
            ("a", "INTEGER", "103", "101"),
            ("a", "REAL", "103.5", "101.5"),
            ("a", "BLOB", "x'0000000000000067'", "x'0000000000000065'"),
            ("a", "BOOLEAN", "1", "1"),
            ("a", "DECIMAL", "103", "101"),
            ("a", "ANY", "103", "101"),
            ("A", "", "'a-101'", "'01334'"),
            ("a", "TEXT", "'a-101'", "'01334'"),
            ("home_url", "TEXT", "'https://example.org/103'", "'01334'"),
            ("email", "TEXT", "'n103@example.org'", "'01334'"),
            ("data", "JSON TEXT", "'{\"n\":103}'", "'01334'"),
            ("a_uuid", "TEXT", "'3f2b8c1e-5d4a-4f6b-8a7c-…'", "'3f2b8c1e-5d4a-4f6b-8a7c-…'"),
            ("a", "UUID", "'3f2b8c1e-5d4a-4f6b-8a7c-…'", "'3f2b8c1e-5d4a-4f6b-8a7c-…'"),
            ("a", "DATETIME", "'2024-01-02 03:01:43'", "'2024-01-02 03:01:43'"),
            ("made_at", "TEXT", "'2024-01-02 03:01:43'", "'2024-01-02 03:01:41'"),
            ("made_at", "INTEGER", "1700000103", "1700000101"),
            ("update", "INTEGER", "1700000103", "1700000101"),
        ] {
            assert_eq!(
                (&*mild(name, declared), &*harsh(name, declared)),
                (in_mild, in_harsh),
                "{name} {declared}"
            );
        }
    }

    #[test]
    fn what_a_condition_compares_with_comes_first() {
        let mut field = field("a", "INTEGER");
        field.literals = [7, 8].map(Value::Integer).into();
        let of = |number| value(&field, Rows::Mild, number);
        assert_eq!([of(0), of(1), of(2)], [7, 8, 7].map(Value::Integer));
        field.literals = vec![Value::Integer(3)];
        let first =
            candidates(&field, 0x10).into_iter().take(5).map(|value| shown(&value)).collect::<Vec<_>>();
        assert_eq!(first, ["3", "4", "2", "'012'", "x'121212'"]);
        field.literals = vec![Value::Integer(0), Value::Integer(LONGEST + 1), Value::Real(1.5)];
        let first = candidates(&field, 1).into_iter().take(9).map(|value| shown(&value)).collect::<Vec<_>>();
        assert_eq!(first, ["0", "4097", "1.5", "1", "-1", "4098", "4096", "2.0", "1.0"]);
    }
}
