//! A hook runs after a migration whose file does not say so.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::directive::HOOK;
use crate::folder::history::History;

/// `hook_not_marked`
pub static RULE: Rule = Rule::error("hook_not_marked", "a migration after which a hook runs says so: `-- onward: hook`").effect(
    "The SQL would not tell that there is more to it: the command line, or another program with the same folder, would record the \
     migration without the hook, which then never runs on that database. Only the macro can tell, so `check` does not say it.",
);

/// The macro names this hook for the migration at this index.
pub fn check(history: &History, migration: usize, hook: &str) -> Option<Diagnostic> {
    let found = &history.migrations[migration];
    let path = &history.files.get(found.file).path;
    let not_marked = || {
        Diagnostic::new(&RULE, found.file.start(), format!("`{path}` does not say that {hook} runs after it"))
            .note(
                "the command line would record this migration without its hook, which then never runs on that database",
            )
            .help(format!(
                "write the line `{HOOK}` at the top of this file; a comment is not part of its checksum, so this is no edit, \
                 even if the migration is released"
            ))
    };
    found.hook.is_none().then(not_marked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{codes, folder, text};
    use crate::folder::locked;

    const SQL: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY);";

    #[test]
    fn it_names_the_line_to_write() {
        let analysis = folder(&[("1_a.sql", SQL)]);
        let found = check(&analysis.history, 0, "`fill`").unwrap();
        let said = text(&analysis, &found);
        assert!(
            said.starts_with(
                "error: `1_a.sql` does not say that `fill` runs after it\n --> migrations/1_a.sql:1:1\n"
            ),
            "{said}"
        );
        assert!(said.contains("write the line `-- onward: hook` at the top of this file"), "{said}");
    }

    #[test]
    fn one_that_is_marked_is_sound_whoever_has_made_its_file() {
        for marked in [
            format!("{HOOK}\n{SQL}"),
            format!("{SQL}\n\n{HOOK}\n"),
            format!("{HOOK}\n-- +goose Up\n{SQL}\n-- +goose Down\nDROP TABLE jobs;\n"),
            format!("{HOOK}\n-- migrate:up\n{SQL}\n-- migrate:down\nDROP TABLE jobs;\n"),
            format!("{HOOK}\n-- +migrate Up\n{SQL}\n-- +migrate Down\nDROP TABLE jobs;\n"),
        ] {
            let analysis = folder(&[("1_a.sql", &marked)]);
            assert_eq!(analysis.diagnostics, [], "{marked}");
            assert!(check(&analysis.history, 0, "`fill`").is_none(), "{marked}");
        }
    }

    #[test]
    fn a_mark_is_no_edit_of_what_is_released() {
        let before = folder(&[("1_a.sql", SQL)]).history;
        let (lock, marked) = (locked::text(&before), format!("{HOOK}\n{SQL}"));
        let after = folder(&[("1_a.sql", &marked), ("onward.lock", &lock)]).history;
        assert_eq!(after.migrations[0].checksum, before.migrations[0].checksum);
        assert_eq!(after.migrations[0].chain, before.migrations[0].chain);
        assert_eq!(codes(&[("1_a.sql", &marked), ("onward.lock", &lock)]), [""; 0]);
    }
}
