//! Any text as `onward.lock`: what can be read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_analysis::file::File;
use onward_analysis::lock::{self, Entry};
use onward_analysis::{History, Migration};
use onward_fuzz::{file, sound};

fuzz_target!(|text: &str| {
    let (files, at) = file(lock::FILE_NAME, text);
    let text = &files.get(at).text;
    let mut diagnostics = Vec::new();
    let entries = lock::parse(at, text, &mut diagnostics);
    assert_eq!(entries.is_none(), !diagnostics.is_empty());
    sound(&diagnostics, &files);
    let Some(entries) = entries else { return };
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
            checksum: *checksum,
            chain: *checksum,
        });
    }
    let written = lock::text(&history);
    let again = lock::parse(at, &written, &mut diagnostics);
    let again = again.unwrap_or_else(|| panic!("{diagnostics:?} of {written}"));
    let plain = |entry: Entry| (entry.version, entry.file, entry.checksum);
    assert!(entries.into_iter().map(plain).eq(again.into_iter().map(plain)), "{written}");
});
