//! Answers row by row, as they come: `/v3/cursor` sends a line for each.

use std::io::{BufRead, BufReader, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use onward::rusqlite::types::Value;
use onward_batch::{Failure, denied};
use serde_json::{Value as Json, json};

/// The longest row that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// So much of another answer is shown, in bytes.
const SHOWN: u64 = 40;

/// The answers to queries that are read in one transaction.
pub(crate) struct Cursor<'r>(BufReader<Box<dyn Read + 'r>>);

/// The queries as the server takes them, in one transaction.
pub(crate) fn batch(queries: &[String]) -> Json {
    let after = |step: usize| json!({"type": "ok", "step": step});
    let mut steps = vec![json!({"stmt": {"sql": "BEGIN"}})];
    for sql in queries.iter().map(String::as_str).chain(["COMMIT"]) {
        steps.push(json!({"stmt": {"sql": sql}, "condition": after(steps.len() - 1)}));
    }
    let open = json!({"type": "not", "cond": {"type": "is_autocommit"}});
    steps.push(json!({"stmt": {"sql": "ROLLBACK"}, "condition": open}));
    json!({"batch": {"steps": steps}})
}

impl<'r> Cursor<'r> {
    /// # Errors
    /// If this is no answer to [`batch`].
    pub(crate) fn begin(answer: impl Read + 'r) -> Result<Cursor<'r>, Failure> {
        let mut cursor = Cursor(BufReader::new(Box::new(answer)));
        let first = cursor.line()?;
        if first.get("baton").is_none() {
            return Err(denied("the answer is no list of rows; is this a libSQL server?"));
        }
        // BEGIN has none.
        cursor.rows(|_| Ok(()))?;
        Ok(cursor)
    }

    /// The rows of the next query.
    ///
    /// # Errors
    /// That it failed, or that the answer breaks off.
    pub(crate) fn rows(
        &mut self,
        mut take: impl FnMut(Vec<Value>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            let line = self.line()?;
            match line.get("type").and_then(Json::as_str) {
                Some("row") => {
                    let row = line.get("row").and_then(Json::as_array);
                    let row = row.and_then(|row| row.iter().map(value).collect::<Option<Vec<Value>>>());
                    take(row.ok_or_else(|| {
                        denied("a row has a value that the server does not send, such as an infinite number")
                    })?)?;
                }
                Some("step_end") => return Ok(()),
                Some("step_error" | "error") => {
                    let message = line.pointer("/error/message").and_then(Json::as_str);
                    return Err(denied(message.unwrap_or("a query failed")));
                }
                _ => {}
            }
        }
    }

    /// That all of it was read as of one moment: behind the last query comes the end of the transaction.
    ///
    /// # Errors
    /// As [`Cursor::rows`].
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        self.rows(|_| Ok(()))
    }

    fn line(&mut self) -> Result<Json, Failure> {
        let broken = |message: String| Failure::Unreachable { message };
        let mut line = Vec::new();
        // What is no row may go on for ever without an end of the line.
        if let Ok([first, ..]) = self.0.fill_buf()
            && *first != b'{'
        {
            let some = self.0.by_ref().take(SHOWN).read_to_end(&mut line);
            return Err(some.map_or_else(|error| broken(error.to_string()), |_| no_rows(&line)));
        }
        let read = self.0.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        read.map_err(|error| broken(format!("the rows break off: {error}")))?;
        if line.last() != Some(&b'\n') {
            return Err(broken("the rows break off".to_owned()));
        }
        serde_json::from_slice(&line).map_err(|_| no_rows(&line))
    }
}

fn no_rows(line: &[u8]) -> Failure {
    let line: String = String::from_utf8_lossy(line).chars().take(SHOWN as usize).collect();
    denied(format!("the answer is no list of rows, and has {line:?}; is this a libSQL server?"))
}

fn value(json: &Json) -> Option<Value> {
    let text = |name| json.get(name).and_then(Json::as_str);
    Some(match text("type")? {
        "null" => Value::Null,
        "integer" => Value::Integer(text("value")?.parse().ok()?),
        "float" => Value::Real(json.get("value")?.as_f64()?),
        "text" => Value::Text(text("value")?.to_owned()),
        "blob" => Value::Blob(STANDARD_NO_PAD.decode(text("base64")?.trim_end_matches('=')).ok()?),
        _ => return None,
    })
}
