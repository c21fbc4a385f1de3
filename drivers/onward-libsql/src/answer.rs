//! What a libSQL server answers, as data.

use onward_batch::{Failure, Reply, Row, Value, denied, shortened};
use serde_json::Value as Json;

/// What should have answered, in words.
pub(crate) const ENGINE: &str = "a libSQL server";

/// What became of each step of a batch: its result, or its error.
pub(crate) struct Steps {
    pub(crate) results: Vec<Json>,
    pub(crate) errors: Vec<Json>,
}

impl Steps {
    /// # Errors
    /// Why there are none; what nobody knows is said by this.
    pub(crate) fn of(reply: Reply, unknown: fn(String) -> Failure) -> Result<Steps, Failure> {
        let answer = reply.json(ENGINE, unknown)?;
        let first = answer.pointer("/results/0");
        // Before anything ran: a statement that the server does not take.
        if let Some(message) = first.and_then(|first| first.pointer("/error/message")).and_then(Json::as_str)
        {
            return Err(denied(shortened(message)));
        }
        let batch = first.and_then(|first| first.pointer("/response/result"));
        let list = |name: &str| batch.and_then(|batch| batch.get(name)?.as_array()).cloned();
        match (list("step_results"), list("step_errors")) {
            (Some(results), Some(errors)) if results.len() == errors.len() => Ok(Steps { results, errors }),
            _ => Err(unknown("the answer has no steps".to_owned())),
        }
    }

    /// The first step that failed, and what is said of it.
    pub(crate) fn failed(&self) -> Option<(usize, String)> {
        let message = |error: &Json| Some(shortened(error.get("message")?.as_str()?));
        self.errors.iter().enumerate().find_map(|(step, error)| Some((step, message(error)?)))
    }

    /// Whether this step has run.
    pub(crate) fn has_run(&self, step: usize) -> bool {
        self.results.get(step).is_some_and(|result| !result.is_null())
    }
}

/// The rows of a step.
///
/// # Errors
/// If it has none.
pub(crate) fn rows(result: &Json) -> Result<Vec<Row>, Failure> {
    let rows = result.get("rows").and_then(Json::as_array);
    let row = |row: &Json| row.as_array().and_then(|row| row.iter().map(value).collect::<Option<Row>>());
    let rows = rows.and_then(|rows| rows.iter().map(row).collect::<Option<Vec<Row>>>());
    rows.ok_or_else(|| denied("an answer has values of a type that was not asked for"))
}

fn value(json: &Json) -> Option<Value> {
    let text = || json.get("value").and_then(Json::as_str);
    match json.get("type")?.as_str()? {
        "null" => Some(Value::Null),
        "integer" => text()?.parse().ok().map(Value::Integer),
        "text" => Some(Value::Text(text()?.to_owned())),
        _ => None,
    }
}
