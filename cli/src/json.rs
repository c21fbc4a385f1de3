//! Diagnostics for programs: one JSON object each.

use onward_analysis::{Diagnostic, link};
use serde_json::{Value, json};

use crate::place::{Places, Spot};

pub(crate) fn object(diagnostic: &Diagnostic, places: &Places<'_>) -> Value {
    let mut object = place(&places.spot(&diagnostic.place));
    object["code"] = json!(diagnostic.rule.code);
    object["old_codes"] = diagnostic.rule.old_codes().collect();
    object["severity"] = json!(diagnostic.severity.as_str());
    object["message"] = json!(diagnostic.message);
    object["label"] = json!(diagnostic.label);
    object["notes"] = json!(diagnostic.notes);
    object["help"] = json!(diagnostic.help);
    object["released"] = json!(diagnostic.released);
    object["link"] = json!(link(diagnostic.rule));
    let related = diagnostic.related.iter().map(|related| {
        let mut object = place(&places.spot(&related.place));
        object["message"] = json!(related.message);
        object
    });
    object["related"] = related.collect();
    object
}

fn place(spot: &Spot<'_>) -> Value {
    json!({
        "file": spot.file,
        "path": spot.path,
        "line": spot.line,
        "column": spot.column,
        "end_line": spot.end_line,
        "end_column": spot.end_column,
    })
}
