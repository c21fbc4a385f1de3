//! Any comments as directives: each belongs to a statement or is explained, and none changes a statement.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onward_analysis::RULES;
use onward_analysis::folder::directive;
use onward_analysis::folder::statement::statements;
use onward_core::checksum::Checksum;
use onward_core::token::{Kind, tokens};
use onward_fuzz::{file, has_stray_tab, inside};

fuzz_target!(|text: &str| {
    let (files, at) = file("0001_m.sql", text);
    let text = &files.get(at).text;
    let mut found = statements(text);
    let mut problems = Vec::new();
    let foreign_keys = directive::attach(at, text, &mut found, RULES, &mut problems);
    problems.iter().for_each(|(place, _)| inside(place, &files));
    for allow in found.iter().flat_map(|statement| &statement.allows) {
        assert!(onward_analysis::checks::rule(&allow.code).is_some_and(|rule| rule.allowable));
        assert!(!allow.reason.is_empty());
        let place = files.text(&allow.place);
        assert!(place.contains(&allow.written) && place.contains(&allow.reason), "{allow:?}");
    }

    if has_stray_tab(text) {
        return;
    }
    // Comments are white space to everything else: without them there are the same statements.
    let plain: String = tokens(text)
        .map(
            |token| {
                if token.kind == Kind::Comment { " ".repeat(token.text.len()) } else { token.text.into() }
            },
        )
        .collect();
    assert_eq!(Checksum::of(&plain), Checksum::of(text));
    let mut without = statements(&plain);
    problems.clear();
    assert!(!directive::attach(at, &plain, &mut without, RULES, &mut problems), "{foreign_keys}");
    assert_eq!(problems, []);
    found.iter_mut().for_each(|statement| statement.allows.clear());
    assert_eq!(found, without);
});
