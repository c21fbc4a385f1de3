//! Any text as `onward.toml`: what nothing is wrong with, the replay can be set up by.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_analysis::config::{self, Config};
use onward_analysis::{Analysis, History, Proof};
use onward_fuzz::{file, sound};

fuzz_target!(|text: &str| {
    let (files, at) = file(config::FILE_NAME, text);
    let mut diagnostics = Vec::new();
    let config = Config::parse(at, &files.get(at).text, &mut diagnostics);
    sound(&diagnostics, &files);
    let history = History { files, config, ..History::default() };
    let analysis = Analysis::new(history, diagnostics, Proof::Whole);
    if !analysis.has_errors() {
        assert!(analysis.replay.is_some(), "{:?}", analysis.diagnostics);
    }
});
