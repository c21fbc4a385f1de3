//! What rqlite answers, as data. Under a status of 200, errors may stand in three places: at a statement, beside an empty list, or
//! nowhere, with fewer answers than statements.

use onward_batch::{Failure, Reply, Row, Value, denied, shortened};
use serde_json::Value as Json;

/// Whether a request may have done something if no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    ToRead,
    ToWrite,
}

/// The list of results, as many as statements were sent.
///
/// # Errors
/// Why there is none.
pub(crate) fn results(reply: Reply, asks: Asks, sent: usize) -> Result<Vec<Json>, Failure> {
    let unknown = |message: String| match asks {
        Asks::ToRead => Failure::Unreachable { message },
        Asks::ToWrite => Failure::InDoubt { message },
    };
    let answer = reply.json("rqlite", unknown)?;
    let results = answer.get("results").and_then(Json::as_array).cloned().unwrap_or_default();
    for (statement, result) in results.iter().enumerate() {
        if let Some(message) = result.get("error").and_then(Json::as_str) {
            return Err(Failure::Refused { statement, message: shortened(message) });
        }
    }
    if let Some(error) = answer.get("error").and_then(Json::as_str) {
        return Err(unknown(shortened(error)));
    }
    if results.len() != sent {
        return Err(unknown(format!("{} statements were sent, and {} answered", sent, results.len())));
    }
    Ok(results)
}

/// The rows of a query's result.
///
/// # Errors
/// If it is none.
pub(crate) fn rows(result: &Json) -> Result<Vec<Row>, Failure> {
    let none = || denied("an answer has no columns");
    result.get("columns").and_then(Json::as_array).ok_or_else(none)?;
    // It is left out where there is no row.
    let rows = result.get("values").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let row = |row: &Json| row.as_array().and_then(|row| row.iter().map(value).collect::<Option<Row>>());
    rows.iter()
        .map(row)
        .collect::<Option<Vec<Row>>>()
        .ok_or_else(|| denied("an answer has values of a type that was not asked for"))
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::String(text) => Some(Value::Text(text.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, text: &str) -> Failure {
        results(Reply::Text(status, text.to_owned()), Asks::ToWrite, 2).unwrap_err()
    }

    #[test]
    fn errors_stand_in_three_places() {
        let refused = of(200, r#"{"results":[{"rows_affected":1},{"error":"no such table: a"}]}"#);
        assert!(matches!(refused, Failure::Refused { statement: 1, .. }), "{refused:?}");
        for text in [
            r#"{"results":[],"error":"leadership lost while committing log"}"#,
            r#"{"results":[{}]}"#,
            "{}",
            r#"{"results":"#,
        ] {
            let lost = of(200, text);
            assert!(matches!(lost, Failure::InDoubt { .. }), "{lost:?}");
        }
        assert_eq!(
            results(Reply::Text(200, r#"{"results":[{},{}]}"#.to_owned()), Asks::ToWrite, 2).unwrap().len(),
            2
        );
    }

    #[test]
    fn what_is_no_rqlite_is_said() {
        for (status, text) in
            [(200, "<html>welcome</html>"), (404, "not found"), (302, ""), (401, ""), (403, "")]
        {
            let denied = of(status, text);
            assert!(matches!(denied, Failure::Denied { .. }), "{status}: {denied:?}");
        }
        assert!(matches!(of(503, "leader not found"), Failure::InDoubt { .. }));
        assert!(rows(&serde_json::json!({"columns": ["a"], "values": [[[1]]]})).is_err());
        assert!(rows(&serde_json::json!({"columns": ["a"]})).unwrap().is_empty());
    }
}
