//! Any text as `onward.toml`: what nothing is wrong with, the replay can be set up by.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_analysis::config::{self, Config};
use onward_analysis::folder::fault::Faults;
use onward_analysis::{Analysis, History, Proof, RULES};
use onward_fuzz::{file, inside};

fuzz_target!(|text: &str| {
    let (files, at) = file(config::FILE_NAME, text);
    let (config, problems) = Config::parse(at, &files.get(at).text, RULES);
    problems.iter().for_each(|(range, _)| inside(&at.at(range.clone()), &files));
    let history = History::new(files, config);
    let analysis = onward_analysis::analyzed(history, &Faults::default(), Proof::Whole);
    if problems.is_empty() && !analysis.has_errors() {
        assert!(analysis.replay.is_some(), "{:?}", analysis.diagnostics);
    }
});
