//! The histories of the cases below `tests/ui`, drawn in this process: what the macro was seen to say of them, word for
//! word, without a compiler in between.

use std::fs;
use std::path::{Path, PathBuf};

use onward_analysis::render::{Style, render};
use onward_analysis::{Analysis, Proof, analyze};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// The cases with what was seen of them, empty where they build.
fn cases() -> Vec<(PathBuf, String)> {
    let mut cases = Vec::new();
    for topic in fs::read_dir(tests().join("ui")).unwrap().map(|entry| entry.unwrap().path()) {
        for path in fs::read_dir(&topic).unwrap().map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let seen = match topic.ends_with("sound") {
                    true => String::new(),
                    false => fs::read_to_string(path.with_extension("stderr")).unwrap(),
                };
                cases.push((path, lines(&seen)));
            }
        }
    }
    cases
}

/// rustc indents what a macro has drawn.
fn lines(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

/// The histories that a case names, each as often as it does.
fn folders(case: &Path) -> Vec<String> {
    let text = fs::read_to_string(case).unwrap();
    let calls = text.split("migrations!(").skip(1).map(|rest| rest.trim_start_matches('r'));
    calls.filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_owned())).collect()
}

/// As the macro draws it, and trybuild writes the folder of the cases.
fn drawn(analysis: &Analysis, folder: &str) -> Vec<String> {
    let prefix = format!("{folder}/");
    let style = Style { prefix: &prefix, title: false, color: false };
    let diagnostics = analysis.diagnostics.iter();
    let text = |found| render(found, &analysis.history.files, style);
    diagnostics
        .map(|found| format!("{}\n{}", found.message, text(found)))
        .map(|drawn| lines(&drawn).replace(&tests().display().to_string(), "$DIR"))
        .collect()
}

#[test]
fn histories_are_explained_as_they_were_seen() {
    let mut checked = 0;
    for (case, seen) in cases() {
        let (case, folders) = (case.display(), folders(&case));
        let mut rest = seen.clone();
        for folder in &folders {
            let analysis = analyze(&tests().join(folder), Proof::Unlocked);
            if seen.is_empty() {
                assert!(!analysis.has_errors(), "{folder}: {:#?}", drawn(&analysis, folder));
                continue;
            }
            for text in drawn(&analysis, folder) {
                let at = rest.find(&text).unwrap_or_else(|| panic!("{case}: {text}"));
                // A second one of the same words must have been seen twice.
                rest.replace_range(at..at + text.len(), "");
                checked += 1;
            }
        }
        let places = rest.lines().filter_map(|line| line.strip_prefix("--> "));
        let is_ours = |place: &&str| {
            folders.iter().any(|folder| place.starts_with(&format!("{folder}/")) || place == folder)
        };
        let left: Vec<&str> = places.filter(is_ours).collect();
        assert!(left.is_empty(), "{case}: nothing is said any more at {left:?}");
    }
    assert!(checked > 50, "{checked}");
}
