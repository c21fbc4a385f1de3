//! Diagnostics for programs: one JSON object each.

use onward_analysis::Diagnostic;
use onward_analysis::file::{Files, Place};
use serde_json::{Value, json};

pub(crate) fn object(diagnostic: &Diagnostic, files: &Files) -> Value {
    let mut object = place(&diagnostic.place, files);
    object["code"] = json!(diagnostic.rule.code);
    object["severity"] = json!(diagnostic.severity.as_str());
    object["message"] = json!(diagnostic.message);
    object["help"] = json!(diagnostic.help);
    let related = diagnostic.related.iter().map(|related| {
        let mut object = place(&related.place, files);
        object["message"] = json!(related.message);
        object
    });
    object["related"] = related.collect();
    object
}

/// File, line and column; a diagnostic about the folder itself is at its `.`.
fn place(place: &Place, files: &Files) -> Value {
    let file = match files.get(place.file).path.as_str() {
        "" => ".",
        path => path,
    };
    let position = files.position(place);
    json!({ "file": file, "line": position.line, "column": position.column })
}
