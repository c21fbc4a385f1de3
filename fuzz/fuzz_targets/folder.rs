//! Any bytes as a migrations folder. What has no errors then runs as a program would run it.
#![no_main]

use std::env;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use onward::Migrations;
use onward_analysis::folder::lock;
use onward_analysis::folder::locked;
use onward_analysis::{Analysis, Proof, analyze};
use onward_fuzz::folder::{folder, listed, write};
use onward_fuzz::{seeds, sound};
use rusqlite::Connection;
use rusqlite::config::DbConfig::{SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML};
use tempfile::TempDir;

/// A relative path in a statement would mean a file here.
static HERE: LazyLock<TempDir> = LazyLock::new(folder);

fuzz_target!(init: {
    if let Some(to) = env::var_os("SEEDS") {
        seeds::write(to.as_ref()).expect("the seeds can be written");
    }
    env::set_current_dir(HERE.path()).expect("the folder is there");
}, |input: &[u8]| {
    let dir = write(input);
    let before = listed(dir.path()).expect("the folder can be read");
    let analysis = analyze(dir.path(), Proof::Whole);
    assert_eq!(listed(dir.path()).expect("the folder is still there"), before);
    assert!(listed(HERE.path()).expect("the folder is still there").is_empty());

    sound(&analysis.diagnostics, &analysis.history.files);
    assert!(analysis.diagnostics.iter().all(|diagnostic| !diagnostic.help.is_empty()), "{:?}", analysis.diagnostics);
    let history = &analysis.history;
    for migration in &history.migrations {
        let text = &history.files.get(migration.file).text;
        assert!(migration.statements.iter().all(|statement| text.get(statement.range.clone()).is_some()));
    }
    // The macro and the command line each read the folder for themselves.
    if input.len().is_multiple_of(4) {
        assert_eq!(analyze(dir.path(), Proof::Whole).diagnostics, analysis.diagnostics);
    }
    // What has errors is not locked, and two files of one version are both in the history.
    if !analysis.has_errors() {
        let text = locked::text(history);
        let entries = lock::parse(&text).unwrap_or_else(|problem| panic!("{problem:?} of {text}"));
        assert_eq!(entries.len(), history.migrations.len());
    }
    runs(&analysis);
    if input.len().is_multiple_of(4) && !analysis.has_errors() {
        assert_eq!(analysis.snapshot().ok(), analysis.snapshot().ok());
    }
});

/// If it compiles, it migrates.
fn runs(analysis: &Analysis) {
    let config = &analysis.history.config;
    // What the application registers is not here, nor are the tables that others make, nor the functions of hooks.
    let has_hooks = analysis.history.migrations.iter().any(|migration| migration.hook.is_some());
    let lacks = has_hooks
        || !config.functions.is_empty()
        || !config.collations.is_empty()
        || !config.external.is_empty();
    if lacks || is_random(analysis) {
        return;
    }
    if let (Some(replay), false) = (&analysis.replay, analysis.has_errors()) {
        let migrations = Migrations::from(analysis.history.packed(Some(replay), ""));
        let mut conn = Connection::open_in_memory().expect("memory suffices");
        conn.set_db_config(SQLITE_DBCONFIG_DQS_DDL, false).expect("a switch");
        conn.set_db_config(SQLITE_DBCONFIG_DQS_DML, false).expect("a switch");
        let report = migrations.apply(&mut conn).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.applied.len(), analysis.history.migrations.len(), "{report}");
        let again = migrations.apply(&mut conn).unwrap_or_else(|error| panic!("{error}"));
        assert!(again.applied.is_empty(), "{again}");
    }
}

/// What is different in every run may fail in one of them.
fn is_random(analysis: &Analysis) -> bool {
    let mut statements =
        analysis.history.statements().map(|at| analysis.history.sql(at).to_ascii_lowercase());
    statements.any(|sql| ["random", "current_", "now", "changes"].iter().any(|word| sql.contains(word)))
}
