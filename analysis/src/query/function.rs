//! What SQLite's own functions give, by [their documentation](https://www.sqlite.org/lang_corefunc.html).

use onward_schema::Classes;

use super::registered::AGGREGATE;
use super::value::{Null, Value, any_null};

/// What an aggregate gives over a group.
///
/// `empty` is whether the group may have no rows: without GROUP BY, or with a FILTER.
pub(super) fn aggregate(name: &str, arguments: &[Value], empty: bool) -> Option<Value> {
    let first = || arguments.first().cloned().unwrap_or(Value::UNKNOWN);
    // Of no values other than NULL, these are NULL.
    let null = if empty { Null::Possible } else { first().null };
    Some(match (name, arguments.len()) {
        (AGGREGATE, _) => Value::UNKNOWN,
        ("count", 0 | 1) => Value::some(Classes::INTEGER),
        ("total", 1) => Value::some(Classes::REAL),
        ("json_group_array", 1) | ("json_group_object", 2) => Value::some(Classes::TEXT),
        ("jsonb_group_array", 1) | ("jsonb_group_object", 2) => Value::some(Classes::BLOB),
        ("avg", 1) => Value::new(Classes::REAL, null),
        ("sum", 1) => Value::new(number(first().classes), null),
        ("min" | "max", 1) => Value { null, ..first() },
        ("group_concat" | "string_agg", 1 | 2) => Value::new(Classes::TEXT, null),
        _ => return None,
    })
}

/// Whether the name is one of SQLite's aggregates when called with so many arguments.
pub(super) fn is_aggregate(name: &str, arguments: usize) -> bool {
    aggregate(name, &vec![Value::UNKNOWN; arguments], true).is_some()
}

/// What a window function gives that is no aggregate.
///
/// `has_current` is whether the frame has the current row in it.
pub(super) fn window(name: &str, arguments: &[Value], has_current: bool) -> Value {
    match (name, arguments) {
        ("row_number" | "rank" | "dense_rank" | "ntile", _) => Value::some(Classes::INTEGER),
        ("percent_rank" | "cume_dist", _) => Value::some(Classes::REAL),
        ("lag" | "lead", [value, _, default]) => value.clone().or(default.clone()),
        ("lag" | "lead" | "nth_value", [value, ..]) => value.clone().or_null(),
        ("first_value" | "last_value", [value]) if has_current => value.clone(),
        // The frame may leave out every row.
        ("first_value" | "last_value", [value]) => {
            Value { null: value.null.max(Null::Unknown), ..value.clone() }
        }
        _ => Value::UNKNOWN,
    }
}

/// What a function gives that is neither, if it is one of SQLite's.
pub(super) fn scalar(name: &str, arguments: &[Value]) -> Option<Value> {
    // NULL exactly if an argument is.
    let strict = |classes| Value::new(classes, any_null(arguments));
    // NULL for arguments that it cannot make sense of.
    let fallible = |classes| Value::new(classes, any_null(arguments).max(Null::Unknown));
    let text_or_blob = |value: &Value| match value.classes {
        Classes::TEXT | Classes::INTEGER | Classes::REAL | Classes::NUMBER => Classes::TEXT,
        Classes::BLOB => Classes::BLOB,
        _ => Classes::TEXT.or(Classes::BLOB),
    };
    Some(match (name, arguments) {
        ("coalesce", [_, _, ..]) | ("ifnull", [_, _]) => {
            let least = arguments.iter().map(|value| value.null).min().unwrap_or(Null::Unknown);
            let classes = arguments.iter().fold(Classes::NONE, |classes, value| classes.or(value.classes));
            Value::new(classes, least)
        }
        ("nullif", [value, _]) => Value::new(value.classes, Null::Possible),
        ("likely" | "unlikely", [value]) | ("likelihood", [value, _]) => value.clone(),
        ("max" | "min", [first, rest @ ..]) if !rest.is_empty() => {
            rest.iter().cloned().fold(first.clone(), Value::or)
        }
        ("abs", [value]) => strict(number(value.classes)),
        ("round", [_] | [_, _]) => strict(Classes::REAL),
        ("sign", [value]) if !value.classes.meets(Classes::TEXT.or(Classes::BLOB)) => {
            strict(Classes::INTEGER)
        }
        ("length" | "octet_length" | "instr" | "glob" | "like", _) => strict(Classes::INTEGER),
        ("unicode", [_]) => fallible(Classes::INTEGER),
        ("lower" | "upper" | "trim" | "ltrim" | "rtrim" | "replace", [_, ..]) => strict(Classes::TEXT),
        // Of an empty blob there is no part.
        ("substr" | "substring", [value, _, ..]) if value.classes.meets(Classes::BLOB) => {
            fallible(text_or_blob(value))
        }
        ("substr" | "substring", [value, _, ..]) => strict(text_or_blob(value)),
        ("char" | "concat", _) => Value::some(Classes::TEXT),
        ("hex" | "quote" | "typeof" | "soundex", [_]) => Value::some(Classes::TEXT),
        // Of what would be an empty text, earlier SQLites make NULL.
        ("printf" | "format", [format, ..]) => Value::new(Classes::TEXT, format.null.max(Null::Unknown)),
        ("random" | "changes" | "total_changes" | "last_insert_rowid", []) => Value::some(Classes::INTEGER),
        ("sqlite_version" | "sqlite_source_id", []) => Value::some(Classes::TEXT),
        ("randomblob" | "zeroblob", [_]) => Value::some(Classes::BLOB),
        // The current time.
        ("date" | "time" | "datetime", []) => Value::some(Classes::TEXT),
        ("unixepoch", []) => Value::some(Classes::INTEGER),
        ("julianday", []) => Value::some(Classes::REAL),
        ("date" | "time" | "datetime" | "strftime" | "timediff", _) => fallible(Classes::TEXT),
        ("unixepoch", _) => fallible(Classes::INTEGER.or(Classes::REAL)),
        ("julianday", _) => fallible(Classes::REAL),
        ("json_array" | "json_object", _) => Value::some(Classes::TEXT),
        ("json" | "json_pretty", [_]) => strict(Classes::TEXT),
        ("json_set" | "json_insert" | "json_replace" | "json_patch" | "json_remove", [_, ..]) => {
            fallible(Classes::TEXT)
        }
        ("concat_ws", [separator, _, ..]) => Value::new(Classes::TEXT, separator.null),
        ("json_extract", [_, _, ..]) => Value::UNKNOWN,
        ("json_quote", [_]) => Value::some(Classes::TEXT),
        ("json_valid", [_]) => strict(Classes::INTEGER),
        ("json_array_length", _) => fallible(Classes::INTEGER),
        ("json_type", _) => fallible(Classes::TEXT),
        _ => return None,
    })
}

/// Whether a function is NULL as soon as one of so many arguments is.
pub(super) fn is_strict(name: &str, arguments: usize) -> bool {
    match name {
        "abs" | "date" | "datetime" | "glob" | "instr" | "json_array_length" | "json_extract"
        | "json_type" | "json_valid" | "julianday" | "length" | "like" | "lower" | "ltrim"
        | "octet_length" | "round" | "rtrim" | "sign" | "strftime" | "substr" | "substring" | "time"
        | "timediff" | "trim" | "unicode" | "unixepoch" | "upper" => true,
        "max" | "min" => arguments > 1,
        "json" => arguments == 1,
        _ => false,
    }
}

/// Whether a function is one of SQLite's that gives the same for the same row.
pub(super) fn is_stable(name: &str, arguments: usize) -> bool {
    let changes = ["random", "randomblob", "changes", "total_changes", "last_insert_rowid"].contains(&name);
    let is_conditional = ["iif", "if"].contains(&name);
    let values = vec![Value::UNKNOWN; arguments];
    !changes && (is_conditional || is_aggregate(name, arguments) || scalar(name, &values).is_some())
}

/// What calculation makes of values of these classes.
pub(super) fn number(classes: Classes) -> Classes {
    match classes {
        Classes::INTEGER | Classes::REAL => classes,
        _ => Classes::NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// With NULL in any place, whatever the others are.
    #[test]
    fn strict_functions_give_null_for_null() {
        let conn = Connection::open_in_memory().unwrap();
        let values =
            ["0", "-7", "2.5", "'text'", "'2026-01-01'", "'{\"a\":[1]}'", "''", "x'00ff'", "'$.a'", "NULL"];
        let names = [
            "abs",
            "date",
            "datetime",
            "glob",
            "instr",
            "json",
            "json_array_length",
            "json_extract",
            "json_type",
            "json_valid",
            "julianday",
            "length",
            "like",
            "lower",
            "ltrim",
            "max",
            "min",
            "octet_length",
            "round",
            "rtrim",
            "sign",
            "strftime",
            "substr",
            "substring",
            "time",
            "timediff",
            "trim",
            "unicode",
            "unixepoch",
            "upper",
        ];
        let mut ran = 0;
        for name in names {
            for count in 1..=3_u32 {
                for choice in 0..values.len().pow(count) {
                    let pick = |place| values[choice / values.len().pow(place) % values.len()];
                    let arguments: Vec<&str> = (0..count).map(pick).collect();
                    if !arguments.contains(&"NULL") || !is_strict(name, arguments.len()) {
                        continue;
                    }
                    let sql = format!("SELECT {name}({}) IS NULL", arguments.join(", "));
                    // Not every function takes every number of arguments, nor every value.
                    if let Ok(is_null) = conn.query_row(&sql, [], |row| row.get::<_, bool>(0)) {
                        assert!(is_null, "{sql}");
                        ran += 1;
                    }
                }
            }
        }
        assert!(ran > 3_000, "{ran}");
    }
}
