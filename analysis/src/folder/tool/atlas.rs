//! Atlas's directives in a file: `-- atlas:txmode`, `checkpoint`, `delimiter`, `txtar`.

use crate::folder::parts::{Means, Parts, Unread, remarks};
use crate::folder::tool::Tool;

pub(crate) fn directives(text: &str, parts: &mut Parts) {
    if !text.contains("atlas:") {
        return;
    }
    for remark in remarks(text) {
        let Some(directive) = remark.says.strip_prefix("atlas:") else { continue };
        let (name, rest) = directive.split_once(' ').unwrap_or((directive, ""));
        let means = match (name, rest.trim()) {
            ("txmode", "none") => {
                parts.outside.get_or_insert(remark.range);
                continue;
            }
            ("checkpoint", _) => Means::Checkpoint,
            ("txtar", _) => Means::Sections,
            ("delimiter", delimiter) if !is_nothing(delimiter) => Means::Delimiter,
            _ => continue,
        };
        let text = remark.says.to_owned();
        parts.unread.get_or_insert(Unread { tool: Tool::Atlas.name(), means, text, range: remark.range });
    }
}

/// Whether a delimiter is white space or a comment, so that statements end with a semicolon beside it.
fn is_nothing(delimiter: &str) -> bool {
    delimiter.starts_with("--")
        || delimiter.replace("\\n", "").replace("\\t", "").replace("\\r", "").trim().is_empty()
}
