//! The files of a new check, written into a copy of the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All but the corpus of the fuzzers. Always in the same place, so that a second run has less to build.
fn copy() -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-check");
    let _ = fs::remove_dir_all(&copy);
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "this is no checkout of git's: {listed:?}");
    for path in String::from_utf8(listed.stdout).unwrap().split_terminator('\0') {
        let from = root().join(path);
        if path.starts_with("fuzz/corpus/") || !from.is_file() {
            continue;
        }
        let to = copy.join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    copy
}

fn xtask(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).current_dir(folder).output().unwrap()
}

#[test]
fn a_new_check_builds_and_finds_nothing() {
    let copy = copy();
    assert!(copy.join("xtask/Cargo.toml").exists(), "a task would write into the checkout around the copy");
    let read = |path: &str| fs::read_to_string(copy.join(path)).unwrap();
    let table = read("analysis/src/checks/table.rs");
    for wrong in ["Index", "_x", "a-b", "index_lost", "../x", ""] {
        assert!(!xtask(&copy, &["new-check", wrong]).status.success(), "{wrong}");
        assert_eq!(read("analysis/src/checks/table.rs"), table);
    }
    assert!(!xtask(&copy, &["new-check", "job_missing", "--topic", "nowhere"]).status.success());
    // From anywhere in the checkout.
    let output = xtask(&copy.join("docs"), &["new-check", "job_missing"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap().replace('\\', "/");
    for path in [
        "analysis/src/checks/statement/job_missing.rs",
        "analysis/src/checks/statement/mod.rs",
        "tests/ui/job_missing/job_missing.rs",
        "tests/ui/job_missing/job_missing/0001_jobs.sql",
    ] {
        assert!(said.contains(path) && copy.join(path).exists(), "{said}");
    }
    for topic in ["statement", "rows"] {
        let again = xtask(&copy, &["new-check", "job_missing", "--topic", topic]);
        assert!(!again.status.success(), "it is there already");
    }

    let formatted = Command::new(env!("CARGO"))
        .args(["fmt", "--check", "-p", "onward-analysis"])
        .current_dir(&copy)
        .output()
        .unwrap();
    assert!(formatted.status.success(), "{formatted:?}");

    // It builds without a warning, the table takes it, and what is left to write is what its own test says.
    // A target folder of its own: to cargo the packages of the copy are those of this checkout, by name and place in it.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-check-target");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "onward-analysis", "--lib", "--target-dir"])
        .arg(target)
        .args(["--", "checks::table", "checks::statement::job_missing"])
        .current_dir(&copy)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("checks::table::tests::the_table_is_sorted_and_each_code_has_its_file ... ok"),
        "{said}{errors}"
    );
    assert!(said.contains("checks::statement::job_missing::tests::what_is_sound_is_not ... ok"), "{said}");
    assert!(
        said.contains("checks::statement::job_missing::tests::what_is_wrong_is_found ... FAILED"),
        "{said}"
    );
    assert_eq!(said.matches(" ... FAILED").count(), 1, "{said}");
    assert!(!errors.contains("warning"), "{errors}");
}

#[test]
fn the_steps_are_listed_and_a_wrong_one_is_refused() {
    let output = xtask(&root(), &["ci", "--list"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.lines().count() > 8 && said.starts_with("format"), "{said}");
    let output = xtask(&root(), &["ci", "nothing"]);
    assert!(
        !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("no step `nothing`")
    );
}
