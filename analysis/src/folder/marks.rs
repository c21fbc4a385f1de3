//! What a tool has marked in a file.

use super::layout::Layout;
use super::parts::Parts;
use super::tool::{Tool, atlas, dbmate, drizzle, goose, other, sql_migrate, sqlx};

/// The tools that have up and down in one file.
const TWO_WAYS: &[fn(&str) -> Option<Parts>] = &[goose::read, dbmate::read, sql_migrate::read];

/// What a mark says of a text.
type Mark = fn(&str, &mut Parts);

/// The parts of a file in this layout, by the marks that it has. Where the names tell a tool, the marks of others are comments.
pub(crate) fn read(text: &str, layout: Layout) -> Parts {
    if !has_comment(text) {
        return Parts::whole(text);
    }
    let mut parts = told(text, layout);
    let marks: &[Mark] = match layout {
        Layout::Plain => &[atlas::directives, sqlx::no_transaction, other::unread],
        Layout::UpDown => &[atlas::directives, sqlx::no_transaction],
        Layout::Prefixed | Layout::Folders | Layout::FoldersMigration => &[],
    };
    marks.iter().for_each(|mark| mark(text, &mut parts));
    parts
}

/// The tool whose marks a file in this layout has.
pub(crate) fn tool(text: &str, layout: Layout) -> Option<Tool> {
    if has_comment(text) { told(text, layout).tool } else { None }
}

/// The parts of a file by the marks that tell the tool.
fn told(text: &str, layout: Layout) -> Parts {
    let two_ways = if layout == Layout::Plain { two_ways(text) } else { None };
    let mut parts = two_ways.unwrap_or_else(|| Parts::whole(text));
    if matches!(layout, Layout::Plain | Layout::FoldersMigration) {
        drizzle::breakpoints(text, &mut parts);
    }
    parts
}

/// Whether a text may have a comment that begins with dashes: all marks stand in such ones, and most files have none.
fn has_comment(text: &str) -> bool {
    // To look for one byte takes a hundredth of the time where nothing is optimized.
    text.contains('-') && text.contains("--")
}

/// The parts of a file that goes both ways.
fn two_ways(text: &str) -> Option<Parts> {
    // Most files have no marks.
    let may = ["+goose", "migrate:", "+migrate"];
    let lower = text.to_ascii_lowercase();
    let tools = if may.iter().any(|mark| lower.contains(mark)) { TWO_WAYS } else { &[] };
    tools.iter().find_map(|read| read(text))
}

/// Whether a file asks this tool, in its own marks, for no transaction.
pub(crate) fn is_outside(text: &str, tool: Tool) -> bool {
    let parts = match tool {
        Tool::Goose => goose::read(text),
        Tool::Dbmate => dbmate::read(text),
        Tool::SqlMigrate => sql_migrate::read(text),
        Tool::Sqlx => return sqlx::has_mark(text),
        _ => None,
    };
    parts.is_some_and(|parts| parts.outside.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::parts::Means;
    use super::*;
    use crate::folder::statement::statements;

    fn read(text: &str) -> Parts {
        super::read(text, Layout::Plain)
    }

    #[test]
    fn where_names_tell_the_tool_the_marks_of_others_are_comments() {
        for layout in [Layout::Prefixed, Layout::Folders, Layout::FoldersMigration, Layout::UpDown] {
            for text in [
                "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;",
                "SELECT 1;\n-- migrate:down\nSELECT 2;",
                "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;",
                "SELECT 1;\n-- +migrate Down\nSELECT 2;",
                "SELECT 1;\n-- Down\nSELECT 2;",
            ] {
                assert_eq!(super::read(text, layout), Parts::whole(text), "{layout} {text}");
            }
        }
        // Those of their own tools are none.
        let outside = super::read("-- no-transaction\nSELECT 1;", Layout::UpDown).outside;
        assert_eq!(outside, Some(0..17));
        let breakpoint = "SELECT 1--> statement-breakpoint\nSELECT 2";
        assert!(super::read(breakpoint, Layout::FoldersMigration).up.contains("1;"));
    }

    /// The statements of the two parts, and what they are cut from.
    fn cut(text: &str) -> (Vec<&str>, Vec<&str>) {
        let parts = read(text);
        assert_eq!(parts.unread, None, "{text}");
        assert_eq!(parts.up.len(), text.len());
        let of = |part: &str| {
            let found = statements(part).into_iter();
            found.map(|statement| &text[statement.range]).collect::<Vec<_>>()
        };
        (of(&parts.up), parts.down.map(|down| of(&down)).unwrap_or_default())
    }

    fn refused(text: &str) -> Option<(&'static str, Means)> {
        read(text).unread.map(|unread| (unread.tool, unread.means))
    }

    #[test]
    fn up_and_down_are_told_apart() {
        for (text, tool) in [
            ("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;", Tool::Goose),
            ("-- +goose UP\nSELECT 1;\n\n-- +goose down\nSELECT 2;", Tool::Goose),
            ("-- é\n--+goose Up\nSELECT 1;\n--+goose Down\nSELECT 2;", Tool::Goose),
            ("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;", Tool::Dbmate),
            ("--  migrate:up transaction:true\nSELECT 1\n;\n-- migrate:down\nSELECT 2\n", Tool::Dbmate),
            ("-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;", Tool::SqlMigrate),
            ("-- +migrate Down\nSELECT 2;\n-- +migrate Up notransaction\nSELECT 1;", Tool::SqlMigrate),
        ] {
            assert_eq!(cut(text), (vec!["SELECT 1"], vec!["SELECT 2"]), "{text}");
            assert_eq!(read(text).tool, Some(tool), "{text}");
        }
        // Several of each are run one after the other.
        let twice = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n-- migrate:up\nSELECT 3;\n-- migrate:down\n";
        assert_eq!(cut(twice), (vec!["SELECT 1", "SELECT 3"], vec!["SELECT 2"]));
        assert_eq!(cut(&twice.replace("1;", "1").replace("2;", "2")), cut(twice));
    }

    #[test]
    fn a_way_back_without_statements_is_none() {
        for text in [
            "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
            "-- +goose Up\nSELECT 1;\n-- +goose Down\n-- none\n;",
        ] {
            assert_eq!(read(text).down, None, "{text}");
        }
    }

    #[test]
    fn statements_end_where_the_tool_ends_them() {
        let begin = "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a(b)\n-- +goose StatementEnd\n\
                     -- +goose StatementBegin\nCREATE TABLE c(d);\nSELECT 1\n-- +goose StatementEnd\n-- +goose Down\n";
        assert_eq!(cut(begin).0, ["CREATE TABLE a(b)", "CREATE TABLE c(d)", "SELECT 1"]);
        let other = begin.replace("+goose", "+migrate");
        assert_eq!(cut(&other).0, cut(begin).0);
        let breakpoint =
            "CREATE TABLE a(b)--> statement-breakpoint\nCREATE TABLE c(d);--> statement-breakpoint\nSELECT 1";
        assert_eq!(cut(breakpoint).0, ["CREATE TABLE a(b)", "CREATE TABLE c(d)", "SELECT 1"]);
        let trigger = "CREATE TRIGGER g AFTER INSERT ON t BEGIN\n SELECT 1;\n SELECT 2;\nEND\n--> statement-breakpoint\nSELECT 3;";
        assert_eq!(cut(trigger).0.len(), 2);
    }

    #[test]
    fn the_checksum_is_that_of_the_way_forward() {
        use onward_core::checksum::Checksum;
        let sum = |text: &str| Checksum::of(&read(text).up);
        let plain = Checksum::of("CREATE TABLE t(a);");
        for text in [
            "CREATE TABLE t(a);",
            "-- +goose Up\nCREATE TABLE t(a);\n-- +goose Down\nDROP TABLE t;",
            "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE t(a);\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE IF EXISTS t;",
            "-- migrate:up\nCREATE TABLE t(a);\n-- migrate:down\n",
            "-- +migrate Up\nCREATE TABLE t(a);\n",
            "CREATE TABLE t(a);\n--> statement-breakpoint\n",
        ] {
            assert_eq!(sum(text), plain, "{text}");
        }
        // What was read before the way back was, has the sum that it had.
        for text in [
            "-- +goose Up\nCREATE TABLE t(a)\n-- +goose Down\n-- none",
            "-- migrate:up\nSELECT 1;;\n-- migrate:down",
        ] {
            assert_eq!(sum(text), Checksum::of(text), "{text}");
        }
        assert_eq!(
            sum("CREATE TABLE a(b)--> statement-breakpoint\nCREATE TABLE c(d)"),
            Checksum::of("CREATE TABLE a(b);CREATE TABLE c(d)")
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, expected) in [
            (
                "-- +goose Up\n-- +goose ENVSUB ON\nINSERT INTO t VALUES ('${NAME}');",
                ("goose", Means::Template),
            ),
            ("-- +goose Down\nSELECT 2;", ("goose", Means::NoUp)),
            // To the tool these are comments, and what follows goes on.
            ("-- +goose Up\nSELECT 1;\n-- +GOOSE DOWN\nSELECT 2;", ("goose", Means::Unknown)),
            ("-- +goose Up\nSELECT 1;\n  -- +goose Down\nSELECT 2;", ("goose", Means::Unknown)),
            ("-- migrate:up\nSELECT 1;\n  -- migrate:down\nSELECT 2;", ("dbmate", Means::Unknown)),
            ("-- migrate:up\nSELECT 1;\n-- Migrate:Down\nSELECT 2;", ("dbmate", Means::Unknown)),
            ("-- +migrate Up\nSELECT 1;\n--+migrate Down\nSELECT 2;", ("sql-migrate", Means::Unknown)),
            ("-- +goose Up\nSELECT 1;\n-- +goose Up\nSELECT 2;", ("goose", Means::Twice)),
            ("-- +goose Up\n-- +goose NO TRANSACTIONS\nSELECT 1;", ("goose", Means::Unknown)),
            ("SELECT 0;\n-- +goose Up\nSELECT 1;", ("goose", Means::Before)),
            ("SELECT 0;\n-- migrate:up\nSELECT 1;\n-- migrate:down", ("dbmate", Means::Before)),
            ("-- migrate:down\nSELECT 2;", ("dbmate", Means::NoUp)),
            ("SELECT 0;\n-- +migrate Up\nSELECT 1;", ("sql-migrate", Means::Before)),
            ("-- +migrate UP\nSELECT 1;\n-- +migrate DOWN\nSELECT 2;", ("sql-migrate", Means::Unknown)),
            ("CREATE TABLE a(b)--> statement-breakpoint CREATE TABLE c(d)", ("drizzle", Means::End)),
            ("-- atlas:checkpoint\n\nCREATE TABLE a(b);", ("atlas", Means::Checkpoint)),
            ("-- atlas:txtar\n\n-- checks.sql --\nSELECT 1;", ("atlas", Means::Sections)),
            ("-- atlas:delimiter //\n\nCREATE TABLE a(b)//\nSELECT 1//", ("atlas", Means::Delimiter)),
            ("-- migrate:up\nSELECT 1;\n-- migrate:dwon\nSELECT 2;", ("dbmate", Means::Unknown)),
            ("-- Up\nSELECT 1;\n\n-- Down\nSELECT 2;", ("sqlite for Node", Means::Back)),
            ("-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;", ("node-pg-migrate", Means::Back)),
        ] {
            assert_eq!(refused(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_reads_the_same_everywhere() {
        for text in [
            "-- +goose Up\n-- +goose ENVSUB ON\nSELECT 1;",
            "-- migrate:up\nSELECT 1;\n\n-- migrate:down\n",
            "-- Up\nSELECT 1;\n-- Down\n-- nothing to take back",
            "-- Downloads are kept apart\nSELECT 1;",
            "CREATE TABLE a(b);\n--> statement-breakpoint\nCREATE TABLE c(d);",
            "SELECT '-- +goose Down';",
            "SELECT '\n-- +goose Down\n';",
            "-- atlas:delimiter \\n\\n\\n\n\nCREATE TABLE a(b);\n\n\nSELECT 1;",
            "-- atlas:nolint destructive\nDROP TABLE a;",
            "-- migrate: copy the old rows\nSELECT 1;",
            "-- migrate:jobs to the new form\nSELECT 1;",
            "-- down migration is not possible\nSELECT 1;",
        ] {
            assert_eq!(refused(text), None, "{text}");
            assert_eq!(read(text).up.matches("SELECT 1").count(), text.matches("SELECT 1").count(), "{text}");
        }
    }

    /// Twice as many marks take twice as long, and not four times.
    #[test]
    fn many_marks_end() {
        let text = "-- migrate:up\n;\n-- migrate:down\n;\n".repeat(20_000);
        let parts = read(&text);
        assert_eq!((parts.up.len(), parts.unread), (text.len(), None));
    }

    #[test]
    fn marks_for_no_transaction() {
        for text in [
            "-- no-transaction\nSELECT 1;",
            "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;",
            "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down",
            "-- +migrate Up notransaction\nSELECT 1;",
            "-- atlas:txmode none\n\nSELECT 1;",
        ] {
            let mark = read(text).outside.map(|range| &text[range]);
            assert_eq!(mark, text.lines().next(), "{text}");
        }
        for text in [
            "SELECT 1;\n-- no-transaction",
            "-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false",
            "-- atlas:txmode file\n\nSELECT 1;",
        ] {
            assert_eq!(read(text).outside, None, "{text}");
        }
    }
}
