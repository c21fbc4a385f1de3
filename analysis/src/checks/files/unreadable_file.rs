//! A folder or file that cannot be read as text.

use std::io;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Place};
use crate::folder::regular::Problem;
use crate::folder::tool::Tool;

/// `unreadable_file`
pub static RULE: Rule = Rule::error("unreadable_file", "the folder and its files can be read, as UTF-8")
    .about_files()
    .effect("The contents of the file are unknown, so nothing is proven.");

pub(crate) fn folder(file: FileId, dir: &Path, error: &io::Error) -> Diagnostic {
    let help = match error.kind() {
        io::ErrorKind::NotFound => {
            "make the folder and write the first migration with `cargo onward new <name>`; in `migrations!` the path \
             is relative to the folder of Cargo.toml"
        }
        io::ErrorKind::NotADirectory => "name the folder that holds the migrations, not a file",
        _ => "let the user that builds read the folder",
    };
    Diagnostic::new(&RULE, file.start(), format!("cannot read the folder `{}`: {error}", dir.display()))
        .help(help)
}

pub(crate) fn file(file: FileId, path: &str, problem: &Problem) -> Diagnostic {
    let help = match problem {
        Problem::System(_) => "let the user that builds read the file",
        Problem::Other(_) => "put a file in its place, or give it another name",
        Problem::Large => "load so much data from the application, or cut the file into several migrations",
        Problem::Loop | Problem::Deep => "take it out of the migrations folder",
    };
    Diagnostic::new(&RULE, file.start(), format!("cannot read `{path}`: {problem}")).help(help)
}

pub(crate) fn not_utf8(place: Place, path: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    let (encoding, help) = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => (" but UTF-16", "save it as UTF-8"),
        _ => ("", "save it as UTF-8; a blob is written as x'ff00'"),
    };
    let byte = bytes.get(valid).copied().unwrap_or_default();
    Diagnostic::new(
        &RULE,
        place,
        format!("`{path}` is not UTF-8{encoding}: byte 0x{byte:02x} at offset {valid}"),
    )
    .label("text up to here")
    .help(help)
}

pub(crate) fn nul(place: Place, path: &str) -> Diagnostic {
    Diagnostic::new(&RULE, place, format!("`{path}` has a NUL byte, where SQLite stops reading"))
        .label("SQLite would silently drop the rest")
        .help("remove it; in a string, write char(0)")
}

/// What is another database's, by the tool's own words.
pub(crate) fn other_dialect(place: Place, tool: Tool, dialect: &str) -> Diagnostic {
    let message = format!("these migrations of {tool}'s are for {dialect}, and onward runs SQLite's");
    Diagnostic::new(&RULE, place, message).label("said here").note("nothing was checked").help(
        "name the folder of the SQLite migrations; for a database that is to become one, write its schema as a first migration; \
         if the SQL is SQLite's all the same, write `sqlite` here",
    )
}

pub(crate) fn journal(file: FileId, problem: &str) -> Diagnostic {
    let message = format!("cannot read drizzle's journal: {problem}");
    Diagnostic::new(&RULE, file.start(), message)
        .help("make it anew with `drizzle-kit generate`, or take the folder `meta` out: then the numbers tell the order")
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, write};

    #[test]
    fn bytes_that_are_no_text() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("0001_a.sql"), b"SELECT 1;\r\nSELECT 'caf\xe9';").unwrap();
        let found = crate::analyze(dir.path(), crate::Proof::Whole);
        assert_eq!(found.diagnostics[0].message, "`0001_a.sql` is not UTF-8: byte 0xe9 at offset 22");
        assert_eq!(found.history.files.position(&found.diagnostics[0].place).line, 2);
        for (bytes, message) in [
            (&b"\xff\xfeS\0"[..], "`0001_a.sql` is not UTF-8 but UTF-16: byte 0xff at offset 0"),
            (&b"\xfe\xff\0S"[..], "`0001_a.sql` is not UTF-8 but UTF-16: byte 0xfe at offset 0"),
        ] {
            std::fs::write(dir.path().join("0001_a.sql"), bytes).unwrap();
            assert_eq!(crate::analyze(dir.path(), crate::Proof::Whole).diagnostics[0].message, message);
        }
        assert_eq!(codes(&[("1_a.sql", "SELECT 1;\0")]), ["unreadable_file 1_a.sql:1:10"]);
    }

    #[test]
    fn a_missing_folder_and_a_file_for_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "file", "");
        for (path, help) in [("missing", "make the folder"), ("file", "name the folder")] {
            let found = crate::analyze(&dir.path().join(path), crate::Proof::Whole).diagnostics;
            assert_eq!((found[0].rule.code, found.len()), ("unreadable_file", 1));
            assert!(found[0].help.starts_with(help), "{}", found[0].help);
        }
    }

    #[test]
    fn text_beyond_ascii_is_text() {
        assert_eq!(codes(&[("1_a.sql", "\u{feff}SELECT 'é', '日本';\r\n")]), [""; 0]);
    }
}
