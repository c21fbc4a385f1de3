//! Any text as `onward.lock`: what can be read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_analysis::file::File;
use onward_analysis::folder::lock::{self, Entry};
use onward_analysis::folder::locked;
use onward_analysis::{History, Migration};
use onward_fuzz::{file, inside};

fuzz_target!(|text: &str| {
    let (files, at) = file(lock::FILE_NAME, text);
    let text = &files.get(at).text;
    let entries = match lock::parse(text) {
        Ok(entries) => entries,
        Err((range, _)) => return inside(&at.at(range), &files),
    };
    assert!(entries.iter().all(|entry| text.get(entry.range.clone()).is_some()));

    let mut history = History::default();
    for Entry { version, file, checksum, .. } in &entries {
        let file = history.files.add(File::new(file.clone(), ""));
        history.migrations.push(Migration {
            version: *version,
            label: version.to_string(),
            name: String::new(),
            file,
            down: None,
            statements: Vec::new(),
            down_statements: Vec::new(),
            foreign_keys: false,
            hook: None,
            checksum: *checksum,
            chain: *checksum,
        });
    }
    let written = locked::text(&history);
    let again = lock::parse(&written).unwrap_or_else(|problem| panic!("{problem:?} of {written}"));
    let plain = |entry: Entry| (entry.version, entry.file, entry.checksum);
    assert!(entries.into_iter().map(plain).eq(again.into_iter().map(plain)), "{written}");
});
