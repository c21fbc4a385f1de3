//! A folder without migrations, which is mostly the wrong folder.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;

/// `no_migrations`
pub static RULE: Rule = Rule::error("no_migrations", "the folder has at least one migration")
    .about_files()
    .effect("There is nothing to apply: most likely another folder is meant.");

pub(crate) fn diagnose(file: FileId, dir: &Path) -> Diagnostic {
    Diagnostic::new(&RULE, file.start(), format!("there are no migrations in `{}`", dir.display()))
        .help("write the first with `cargo onward new <name>`, or as a file like `0001_name.sql`")
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::codes;

    #[test]
    fn an_empty_folder() {
        assert_eq!(codes(&[]), ["no_migrations :1:1"]);
        assert_eq!(codes(&[("README.md", "")]), ["no_migrations :1:1"]);
        assert_eq!(codes(&[("0001_nothing.sql", "")]), ["empty_migration 0001_nothing.sql:1:1"]);
    }
}
