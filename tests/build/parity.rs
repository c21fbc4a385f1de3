//! The macro and the command line say the same: every history that a case below `ui/` names is given to
//! `cargo onward check` as well, and what it prints as JSON is compared with what the case's `.stderr` shows.

use std::collections::BTreeSet;
use std::path::Path;

use onward_tests::{cargo_onward, topics};
use serde_json::Value;

/// A diagnostic as far as both show it: code, file relative to the history's folder, line and column.
type Found = (String, String, u64, u64);

/// What the macro alone can tell, which knows the hooks.
const OF_THE_MACRO: [&str; 2] = ["hook_missing", "hook_not_marked"];

#[test]
fn codes_and_places_are_the_macros() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut checked = 0;
    for (topic, sound) in topics() {
        let entries = ui.join(&topic).read_dir().unwrap().map(|entry| entry.unwrap().path());
        for case in entries.filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
            let seen = match sound {
                true => String::new(),
                false => std::fs::read_to_string(case.with_extension("stderr")).unwrap(),
            };
            let folders = folders(&std::fs::read_to_string(&case).unwrap());
            checked += folders.len();
            let printed: Vec<Found> = folders.iter().flat_map(|folder| check(folder, sound)).collect();
            let named: BTreeSet<&String> = folders.iter().collect();
            let shown: Vec<Found> = named.into_iter().flat_map(|folder| places(&seen, folder)).collect();
            // Warnings of a history that builds are in no file: there is nothing to compare.
            if !sound {
                assert_eq!(shown, printed, "{}", case.display());
            }
        }
    }
    assert!(checked > 50, "{checked} histories were found");
}

/// The histories that a case names, in order.
fn folders(case: &str) -> Vec<String> {
    let calls = case.split("migrations!(").skip(1).map(|rest| rest.trim_start_matches('r'));
    calls.filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_owned())).collect()
}

/// What the macro has found in a folder: each place of a drawn snippet with the note below that names the code.
fn places(stderr: &str, folder: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut place = None;
    for line in stderr.lines().map(str::trim) {
        if let Some(at) = line.strip_prefix("--> ") {
            let mut parts = at.rsplitn(3, ':');
            let (column, line, path) = (parts.next(), parts.next(), parts.next());
            let number = |text: Option<&str>| text.and_then(|text| text.parse().ok());
            place = match (path, number(line), number(column)) {
                (Some(path), Some(line), Some(column)) => relative(path, folder, line, column),
                // A file that has no text to point at is named without a position.
                _ => relative(at, folder, 1, 1),
            };
        } else if let Some(code) = line.strip_prefix("= note: ")
            && let Some((file, line, column)) = place.take()
            && !OF_THE_MACRO.contains(&code)
        {
            found.push((code.to_owned(), file, line, column));
        }
    }
    found
}

fn relative(path: &str, folder: &str, line: u64, column: u64) -> Option<(String, u64, u64)> {
    let rest = path.strip_prefix(folder)?;
    let file = if rest.is_empty() { "." } else { rest.strip_prefix('/')? };
    Some((file.to_owned(), line, column))
}

/// What the command line finds in a folder, errors first as the macro has them.
fn check(folder: &str, sound: bool) -> Vec<Found> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let output = cargo_onward().arg("check").arg(&dir).args(["--format", "json"]).output().unwrap();
    assert!(output.stderr.is_empty(), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    objects.iter().for_each(form);

    let (errors, warnings): (Vec<_>, Vec<_>) =
        objects.iter().partition(|object| object["severity"] == "error");
    let code = match errors.is_empty() {
        true => 0,
        false if dir.is_dir() => 1,
        false => 2,
    };
    assert_eq!(output.status.code(), Some(code), "{folder}");
    assert!(!sound || errors.is_empty(), "{folder}: {text}");
    errors.into_iter().chain(warnings).map(found).collect()
}

/// The form of an object is promised to programs that read it.
fn form(object: &Value) {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let set = |keys: &[&str]| keys.iter().map(|key| key.to_string()).collect::<BTreeSet<_>>();
    let place = ["file", "path", "line", "column", "end_line", "end_column", "message"];
    let all = [
        &place[..],
        &["code", "old_codes", "severity", "label", "notes", "help", "released", "link", "related"],
    ]
    .concat();
    assert_eq!(keys(object), set(&all), "{object}");
    assert!(["error", "warning"].map(Value::from).contains(&object["severity"]), "{object}");
    for text in ["code", "message", "file", "path", "help", "link"] {
        assert!(object[text].as_str().is_some_and(|text| !text.is_empty()), "{text} of {object}");
    }
    for related in object["related"].as_array().unwrap() {
        assert_eq!(keys(related), set(&place), "{object}");
        found_at(related);
    }
}

fn found(object: &Value) -> Found {
    let (file, line, column) = found_at(object);
    (object["code"].as_str().unwrap().to_owned(), file, line, column)
}

fn found_at(object: &Value) -> (String, u64, u64) {
    let number = |key: &str| object[key].as_u64().filter(|number| *number > 0).unwrap();
    let (line, column) = (number("line"), number("column"));
    assert!((line, column) <= (number("end_line"), number("end_column")), "{object}");
    (object["file"].as_str().unwrap().to_owned(), line, column)
}

#[test]
fn a_folder_that_is_not_there_could_not_be_checked() {
    for format in ["human", "json"] {
        let missing = tempfile::tempdir().unwrap().path().join("migrations");
        let output = cargo_onward().arg("check").arg(&missing).args(["--format", format]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stdout).unwrap().contains("unreadable_file"));
    }
    let output = cargo_onward().arg("chekc").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
