//! The text behind the checksum has the tokens that SQLite sees, no more and no fewer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_core::checksum::{Checksum, canonical};
use onward_core::token::{Kind, significant};
use onward_fuzz::has_stray_tab;
use onward_fuzz::sqlite::tokens;
use rusqlite::Connection;

fuzz_target!(|text: &str| {
    if text.contains('\0') || has_stray_tab(text) {
        return;
    }
    let plain = canonical(text);
    assert_eq!(canonical(&plain), plain);

    let conn = Connection::open_in_memory().expect("memory suffices");
    let of = |text: &str| tokens(&conn, text);
    let words =
        |text: &str| of(text).into_iter().map(|token| text[token.range].to_owned()).collect::<Vec<_>>();
    let theirs = of(text);
    let ours: Vec<_> = significant(text).collect();
    let pairs = theirs.iter().map(|token| (token.range.clone(), token.is_legal));
    assert_eq!(
        ours.iter().map(|token| (token.range.clone(), token.kind != Kind::Unknown)).collect::<Vec<_>>(),
        pairs.collect::<Vec<_>>()
    );
    let kept: Vec<String> = theirs.into_iter().map(|token| text[token.range].to_owned()).collect();
    assert_eq!(words(&plain), kept);

    // What is written otherwise is the same; with one token more or less it is not.
    let mut random = fastrand::Rng::with_seed(text.len() as u64);
    let mut formatted = String::new();
    for token in &ours {
        formatted += random
            .choice([" ", "\n", "\t \u{c}", " /* a ' \" ; */ ", " -- b ' \" ;\n", "\r\n"])
            .expect("a choice");
        formatted += token.text;
    }
    assert_eq!(Checksum::of(&formatted), Checksum::of(text));
    if !ours.is_empty() {
        let gone = random.usize(..ours.len());
        let fewer: Vec<&str> =
            ours.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, token)| token.text).collect();
        assert_ne!(Checksum::of(&fewer.join(" ")), Checksum::of(text));
    }
});
