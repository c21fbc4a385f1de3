//! Files of tools that onward does not read: how they are known.
//!
//! Whoever teaches onward to read one takes its row out of here.

use onward_core::statement::statements;
use onward_core::token::{Kind, tokens};

use crate::folder::parts::{Means, Parts, Unread, after};

/// A comment behind which the way back begins.
struct Marker {
    tool: &'static str,
    /// How the comment begins, in any case.
    text: &'static str,
    /// Whether it is the whole comment.
    whole: bool,
}

const fn back(tool: &'static str, text: &'static str) -> Marker {
    Marker { tool, text, whole: false }
}

const MARKERS: &[Marker] = &[
    back("micrate", "+micrate Down"),
    back("rambler", "rambler down"),
    back("shmig", "==== DOWN ===="),
    back("Play's evolutions", "!Downs"),
    back("MyBatis Migrations", "//@UNDO"),
    // What people write in a sentence as well.
    Marker { tool: "node-pg-migrate", text: "Down Migration", whole: true },
    Marker { tool: "sqlite for Node", text: "Down", whole: true },
];

/// The first marker with statements behind it, which would run as part of the migration.
pub(crate) fn unread(_: &str, parts: &mut Parts) {
    let text = &parts.up;
    // Most files have no such comment.
    if !text.contains("--") {
        return;
    }
    let mut found = tokens(text).filter(|token| token.kind == Kind::Comment).filter_map(|token| {
        let inner = token.text.strip_prefix("--")?.trim();
        let marker = MARKERS.iter().find(|marker| marker.is(inner))?;
        Some((marker.tool, inner.to_owned(), token.range))
    });
    let Some((tool, inner, range)) = found.next() else { return };
    if statements(text).iter().any(|statement| statement.range.start >= range.end) {
        let unread = Unread { tool, means: Means::Back, text: inner, range };
        parts.unread.get_or_insert(unread);
    }
}

impl Marker {
    fn is(&self, comment: &str) -> bool {
        after(comment, self.text).is_some_and(|rest| !self.whole || rest.is_empty())
    }
}
