//! What a user of the macro sees: one case a file below `ui/`, with its history in the folder of the same name.
//!
//! A case lies in the folder of its code; `call`, `queries`, `rows` and `several` have those of no code or of more than one, and
//! `sound` those that build.
//!
//! Run with `TRYBUILD=overwrite` to write what is seen now into the `.stderr` files, and read it.

use std::path::Path;

use onward_analysis::RULES;
use onward_tests::topics;

// One harness for all: each compiles its dependencies, SQLite among them.
#[test]
fn cases() {
    let cases = trybuild::TestCases::new();
    for (topic, sound) in topics() {
        let paths = format!("ui/{topic}/*.rs");
        match sound {
            true => cases.pass(paths),
            false => cases.compile_fail(paths),
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let folders = topics().into_iter().map(|(topic, _)| ui.join(topic));
    let files = folders.flat_map(|folder| folder.read_dir().unwrap()).map(|entry| entry.unwrap().path());
    let seen = files.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    let (seen, left): (Vec<_>, Vec<_>) = seen.partition(|path| path.with_extension("rs").is_file());
    assert!(left.is_empty(), "no case has these any more: {left:?}");
    let seen: String = seen.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let is_shown = |code: &str| seen.lines().any(|line| line.trim().ends_with(&format!("= note: {code}")));
    // It takes a build script, so it is shown in build/build_script.rs.
    let codes = RULES.iter().map(|rule| rule.code).filter(|code| *code != "folder_not_watched");
    let missing: Vec<_> = codes.filter(|code| !is_shown(code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
