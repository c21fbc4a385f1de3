//! The histories of the cases below `tests/ui`, drawn in this process: what the macro was seen to say of them, word for
//! word, without a compiler in between.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use onward_analysis::diagnostic::render;
use onward_analysis::folder::lock;
use onward_analysis::folder::locked;
use onward_analysis::{Analysis, Diagnostic, Proof, analyze};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// What the macro alone can tell, which knows the hooks.
const OF_THE_MACRO: [&str; 2] = ["hook_missing", "hook_not_marked"];

/// The cases with what was seen of them, empty where they build.
fn cases() -> Vec<(PathBuf, String)> {
    let mut cases = Vec::new();
    let topics = fs::read_dir(tests().join("ui")).unwrap().map(|entry| entry.unwrap().path());
    for topic in topics.filter(|topic| !OF_THE_MACRO.iter().any(|code| topic.ends_with(code))) {
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
    let diagnostics = analysis.diagnostics.iter();
    diagnostics
        .map(|found| render::message(found, &analysis.history.files, &prefix))
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

/// Copies a folder and what is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => assert!(fs::copy(&from, to).is_ok(), "{from:?}"),
        }
    }
}

/// The code and place of what is found in migrations from this one on.
fn found(analysis: &Analysis, from: usize) -> Vec<String> {
    let history = &analysis.history;
    let new: Vec<_> =
        history.migrations[from..].iter().flat_map(|found| [Some(found.file), found.down]).collect();
    // A COMMIT that fails only where everything runs at once is the whole proof's to find: the rest begins behind a COMMIT.
    let is_commit = |found: &Diagnostic| found.message.starts_with("the COMMIT behind this fails");
    let found = analysis
        .diagnostics
        .iter()
        .filter(|found| new.contains(&Some(found.place.file)) && !is_commit(found));
    found
        .map(|found| {
            let position = history.files.position(&found.place);
            let file = &history.files.get(found.place.file).path;
            format!("{} {file}:{}:{}", found.rule.code, position.line, position.column)
        })
        .collect()
}

/// Locks each part of a history that is sound by itself, and compares what is found in the rest; gives back how often
/// there was something.
fn compare_locked(folder: &Path) -> usize {
    let whole = analyze(folder, Proof::Whole).history;
    let mut faults = 0;
    for locked in 1..whole.migrations.len() {
        let dir = tempfile::tempdir().unwrap();
        copy(folder, dir.path());
        for migration in &whole.migrations[locked..] {
            for file in [Some(migration.file), migration.down].into_iter().flatten() {
                fs::remove_file(dir.path().join(&whole.files.get(file).path)).unwrap();
            }
        }
        let _ = fs::remove_file(dir.path().join(lock::FILE_NAME));
        let released = analyze(dir.path(), Proof::Whole);
        // Behind rows that were in the way once, the whole proof has none.
        if !released.diagnostics.is_empty() {
            continue;
        }
        let text = locked::text(&released.history);
        copy(folder, dir.path());
        fs::write(dir.path().join(lock::FILE_NAME), text).unwrap();
        let [all, rest] =
            [Proof::Whole, Proof::Unlocked].map(|proof| found(&analyze(dir.path(), proof), locked));
        assert_eq!(all, rest, "{} with {locked} locked", folder.display());
        faults += usize::from(!all.is_empty());
    }
    faults
}

#[test]
fn new_migrations_meet_the_same_rows_whatever_is_locked() {
    let folders: HashSet<String> = cases().iter().flat_map(|(case, _)| folders(case)).collect();
    let histories = folders.iter().map(|folder| tests().join(folder)).filter(|folder| folder.is_dir());
    let faults: usize = histories.map(|folder| compare_locked(&folder)).sum();
    assert!(faults > 20, "{faults}");
}
