//! Other tools' files that onward does not read: how they are known, and what to do about them.
//!
//! Whoever teaches onward to read one takes its row out of here.

use std::ops::Range;

use onward_core::token::{Kind, tokens};

use super::bad_name::BadName;
use super::statement::Statement;

/// A comment that means something to a tool, and nothing to SQLite.
struct Marker {
    tool: &'static str,
    /// How the comment begins, in any case.
    text: &'static str,
    /// Whether it is the whole comment.
    whole: bool,
    means: Means,
}

/// What a tool makes of what follows a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Means {
    /// It takes the migration back.
    Back,
    /// It is no SQL until the tool has filled in values.
    Template,
    /// A statement ends here, with or without a semicolon.
    End,
}

const fn back(tool: &'static str, text: &'static str) -> Marker {
    Marker { tool, text, whole: false, means: Means::Back }
}

const MARKERS: &[Marker] = &[
    back("goose", "+goose Down"),
    Marker { tool: "goose", text: "+goose ENVSUB ON", whole: false, means: Means::Template },
    back("sql-migrate", "+migrate Down"),
    back("micrate", "+micrate Down"),
    back("dbmate", "migrate:down"),
    back("rambler", "rambler down"),
    back("shmig", "==== DOWN ===="),
    back("Play's evolutions", "!Downs"),
    back("MyBatis Migrations", "//@UNDO"),
    back("node-pg-migrate", "Down Migration"),
    Marker { tool: "sqlite for Node", text: "Down", whole: true, means: Means::Back },
    Marker { tool: "drizzle", text: "> statement-breakpoint", whole: false, means: Means::End },
];

/// A marker that keeps a file from being read as SQL alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) tool: &'static str,
    pub(crate) means: Means,
    /// The marker, as the file writes it.
    pub(crate) text: String,
    /// The comment.
    pub(crate) range: Range<usize>,
}

/// The first marker in a text whose meaning would be lost: with statements behind it, or in the midst of one.
pub(crate) fn unread(text: &str, statements: &[Statement]) -> Option<Unread> {
    let comments = tokens(text).filter(|token| token.kind == Kind::Comment);
    let mut markers = comments.filter_map(|token| {
        let inner = token.text.strip_prefix("--")?.trim();
        let marker = MARKERS.iter().find(|marker| marker.is(inner))?;
        let Range { start, end } = token.range;
        let counts = match marker.means {
            Means::Back | Means::Template => statements.iter().any(|found| found.range.start >= end),
            Means::End => statements.iter().any(|found| found.range.start < start && end < found.range.end),
        };
        let (tool, means) = (marker.tool, marker.means);
        counts.then(|| Unread { tool, means, text: inner.to_owned(), range: start..end })
    });
    markers.next()
}

impl Marker {
    fn is(&self, comment: &str) -> bool {
        match comment.get(..self.text.len()) {
            Some(start) if start.eq_ignore_ascii_case(self.text) => {
                !self.whole || comment.len() == start.len()
            }
            _ => false,
        }
    }
}

/// A name with a prefix that onward has no use for.
pub(crate) fn prefixed(stem: &str) -> BadName {
    let prefix = &stem[..1];
    BadName {
        tool: Some("Flyway"),
        group: prefix.to_owned(),
        problem: format!("only the prefix `V` is known, not `{prefix}`"),
        help: match prefix {
            "R" => "Flyway runs such a file whenever it changes; write what it does as a migration, `V2__name.sql`, and each \
                    change of it as another"
                .into(),
            "U" => "Flyway takes a migration back with such a file; keep it outside the folder, or name the migrations like \
                    `0001_name.up.sql` and this like `0001_name.down.sql`"
                .into(),
            _ => "name it like `V1__name.sql`; onward runs each migration once and in order, so there are no unversioned or \
                  repeatable ones"
                .into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::statement::statements;

    fn found(text: &str) -> Option<(&'static str, Means)> {
        unread(text, &statements(text)).map(|found| (found.tool, found.means))
    }

    #[test]
    fn what_would_be_misread() {
        for (text, tool) in [
            ("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;", "goose"),
            ("-- +GOOSE DOWN\nSELECT 2;", "goose"),
            ("-- +migrate Up\nSELECT 1;\n-- +migrate Down notransaction\nSELECT 2;", "sql-migrate"),
            ("-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 2;", "dbmate"),
            ("-- Up\nSELECT 1;\n\n-- Down\nSELECT 2;", "sqlite for Node"),
        ] {
            assert_eq!(found(text), Some((tool, Means::Back)), "{text}");
        }
        assert_eq!(found("-- +goose ENVSUB ON\nSELECT 1;"), Some(("goose", Means::Template)));
        let breakpoint = "CREATE TABLE a(b)\n--> statement-breakpoint\nCREATE TABLE c(d)";
        assert_eq!(found(breakpoint), Some(("drizzle", Means::End)));
    }

    #[test]
    fn what_reads_the_same_everywhere() {
        for text in [
            "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n",
            "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;",
            "-- migrate:up\nSELECT 1;\n\n-- migrate:down\n",
            "-- Up\nSELECT 1;\n-- Down\n-- nothing to take back",
            "-- Downloads are kept apart\nSELECT 1;",
            "CREATE TABLE a(b);\n--> statement-breakpoint\nCREATE TABLE c(d);",
            "SELECT '-- +goose Down';",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
