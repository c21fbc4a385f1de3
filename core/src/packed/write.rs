//! Packs a history.
//!
//! The table begins with how many migrations there are, the oldest SQLite, where the names are, fingerprint and chain, and
//! where each migration's record is. Behind that come the records, then the lengths of the names.

use super::number::{put, put_signed};
use super::source::{File, Function, Source, Step};
use super::view::{DOWN, FOREIGN_KEYS, HOOK, STRINGS, UNDONE};
use crate::checksum::Checksum;

/// The text and the table.
pub(super) fn written(source: &Source<'_>) -> (String, Vec<u8>) {
    let (mut text, mut records, mut places) = (String::new(), Vec::new(), Vec::new());
    for step in &source.steps {
        places.push(records.len());
        put_step(&mut records, &mut text, step);
    }
    let link = |chain: Checksum, step: &Step<'_>| chain.chain(step.version, step.checksum);
    let chain = source.steps.iter().fold(Checksum::default(), link);
    let mut table = Vec::with_capacity(records.len() + 4 * places.len() + 100);
    for number in [source.steps.len(), usize::try_from(source.sqlite).unwrap_or_default()] {
        put_word(&mut table, number);
    }
    put_word(&mut table, records.len());
    table.extend_from_slice(&source.fingerprint);
    table.extend_from_slice(&chain.0);
    places.iter().for_each(|&place| put_word(&mut table, place));
    put_names(&mut records, &mut text, source);
    table.extend_from_slice(&records);
    (text, table)
}

/// No text of four gigabytes comes this far: SQLite takes no statement of one.
fn put_word(table: &mut Vec<u8>, number: usize) {
    table.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

fn flag(on: bool, flag: usize) -> usize {
    if on { flag } else { 0 }
}

fn put_step(records: &mut Vec<u8>, text: &mut String, step: &Step<'_>) {
    let (foreign_keys, hook) = (flag(step.foreign_keys, FOREIGN_KEYS), flag(step.hook, HOOK));
    put(records, foreign_keys | hook | flag(step.down.is_some(), DOWN));
    put_signed(records, step.version);
    records.extend_from_slice(&step.checksum.0);
    put_file(records, text, &step.up);
    if let Some(down) = &step.down {
        put_file(records, text, down);
    }
}

/// Path, label and name where they are not part of the path, and text, one right behind the other.
fn put_file(records: &mut Vec<u8>, text: &mut String, file: &File<'_>) {
    let from = text.len();
    text.push_str(&file.path);
    let mut places = Vec::new();
    for part in [file.label, file.name] {
        let start = file.path.rfind(part).unwrap_or_else(|| {
            text.push_str(part);
            text.len() - part.len() - from
        });
        places.extend([start, part.len()]);
    }
    let start = text.len() - from;
    text.push_str(file.sql);
    for number in [from, file.path.len()].into_iter().chain(places).chain([start, file.sql.len()]) {
        put(records, number);
    }
    let (mut statements, mut behind) = (Vec::new(), 0);
    for found in &file.statements {
        let length = found.end - found.start;
        put(&mut statements, found.start - behind);
        put(&mut statements, length << 2 | flag(found.strings, STRINGS) | flag(found.undone, UNDONE));
        behind = found.end;
    }
    put(records, statements.len());
    records.extend_from_slice(&statements);
}

fn put_names(records: &mut Vec<u8>, text: &mut String, source: &Source<'_>) {
    put(records, text.len());
    let mut name = |records: &mut Vec<u8>, name: &str| {
        put(records, name.len());
        text.push_str(name);
    };
    name(records, source.ledger);
    put(records, source.external.len());
    for (table, sql) in &source.external {
        name(records, table);
        name(records, sql);
    }
    put(records, source.functions.len());
    for Function { name: function, arguments, deterministic, kind } in &source.functions {
        name(records, function);
        put_signed(records, i64::from(*arguments));
        put(records, usize::from(*deterministic));
        put(records, *kind as usize);
    }
    name(records, source.release);
    for list in [&source.works_with, &source.collations, &source.objects] {
        put(records, list.len());
        list.iter().for_each(|found| name(records, found));
    }
}
