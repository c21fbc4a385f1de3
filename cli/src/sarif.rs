//! Diagnostics as one SARIF log, which code hosts and editors read.
//!
//! See <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use onward_analysis::{Analysis, Diagnostic, Rule, section};
use serde_json::{Value, json};

use crate::folder;
use crate::place::{Places, Spot};

/// One run of the tool, over one folder or several.
pub(crate) fn log(checked: &[(&Analysis, Places<'_>)]) -> Value {
    let found = || {
        checked
            .iter()
            .flat_map(|(analysis, places)| analysis.diagnostics.iter().map(move |found| (found, places)))
    };
    let mut rules: Vec<&Rule> = found().map(|(found, _)| found.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules.dedup_by_key(|rule| rule.code);
    let results = found().map(|(found, places)| result(found, &rules, places));
    let was_read = !checked.iter().any(|(analysis, _)| folder::is_unread(analysis));
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-onward",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| description(rule)).collect::<Value>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": was_read }],
            "results": results.collect::<Value>(),
        }],
    })
}

fn description(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "deprecatedIds": rule.old_codes().collect::<Value>(),
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.effect },
        "defaultConfiguration": { "enabled": !rule.of_plans, "level": rule.severity.as_str() },
        "help": { "text": format!("{}. {}", rule.summary, rule.effect), "markdown": section(rule) },
    })
}

fn result(diagnostic: &Diagnostic, rules: &[&Rule], places: &Places<'_>) -> Value {
    let related = diagnostic.related.iter().enumerate().map(|(at, related)| {
        let mut location = location(&places.spot(&related.place));
        location["id"] = json!(at + 1);
        location["message"] = json!({ "text": related.message });
        location
    });
    json!({
        "ruleId": diagnostic.rule.code,
        "ruleIndex": rules.iter().position(|rule| rule.code == diagnostic.rule.code),
        "level": diagnostic.severity.as_str(),
        "message": { "text": places.text(diagnostic) },
        "locations": [location(&places.spot(&diagnostic.place))],
        "relatedLocations": related.collect::<Value>(),
    })
}

fn location(spot: &Spot<'_>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&spot.path) },
        "region": {
            "startLine": spot.line,
            "startColumn": spot.column,
            "endLine": spot.end_line,
            "endColumn": spot.end_column,
        },
    } })
}

/// A path as a reference: what is no plain character of one is written as its bytes.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let byte = |byte: u8| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let reference: String = path.bytes().map(byte).collect();
    // What begins at a root is a file of this machine.
    match (reference.starts_with('/'), path.as_bytes()) {
        (true, _) => format!("file://{reference}"),
        (false, [drive, b':', b'/', ..]) if drive.is_ascii_alphabetic() => {
            format!("file:///{}", reference.replacen("%3A", ":", 1))
        }
        _ => reference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        for (path, expected) in [
            ("migrations/0001_a.sql", "migrations/0001_a.sql"),
            ("../my jobs/1_é%.sql", "../my%20jobs/1_%C3%A9%25.sql"),
            ("a:b/1.sql", "a%3Ab/1.sql"),
            ("/srv/x#1/1_a.sql", "file:///srv/x%231/1_a.sql"),
            ("C:/x y/1_a.sql", "file:///C:/x%20y/1_a.sql"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
