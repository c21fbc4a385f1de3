//! A migration says that a hook runs after it, and the macro names none.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::folder::directive::HOOK;
use crate::folder::history::History;

/// `hook_missing`
pub static RULE: Rule = Rule::error("hook_missing", "a program has the hook of every migration that says that it has one").effect(
    "The program would record the migration without the code that belongs to it, which then never runs on that database. Only the \
     macro can tell, so `check` does not say it.",
);

/// The macro names hooks for the migrations at these indexes.
pub fn check(history: &History, hooked: &[usize]) -> impl Iterator<Item = Diagnostic> {
    let migrations = history.migrations.iter().enumerate();
    migrations.filter(|(index, _)| !hooked.contains(index)).filter_map(|(_, found)| {
        let path = &history.files.get(found.file).path;
        let diagnostic = Diagnostic::new(
            &RULE,
            found.hook.clone()?,
            format!("`{path}` has a hook, which `migrations!` does not name here"),
        );
        Some(
            diagnostic
                .note(
                    "the program would record this migration without its hook, which then never runs on that database",
                )
                .help(format!(
                    "name the function, `after = {{ {} => a_function }}`; or use the static that has it, in a test for one; if \
                     there is none any more, take `{HOOK}` out of this file",
                    written(&found.label)
                )),
        )
    })
}

/// The version as the macro takes it.
fn written(label: &str) -> String {
    let is_number = label.bytes().all(|byte| byte.is_ascii_digit()) && !label.is_empty();
    let short = label.trim_start_matches('0');
    match (is_number, short) {
        (false, _) => format!("{label:?}"),
        (true, "") => "0".to_owned(),
        (true, short) => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{folder, text};

    #[test]
    fn every_one_that_is_not_named_is_told() {
        let marked = "-- onward: hook\nSELECT 1;";
        let analysis = folder(&[("0001_a.sql", "SELECT 0;"), ("0002_b.sql", marked), ("0003_c.sql", marked)]);
        let found = |hooked: &[usize]| {
            check(&analysis.history, hooked).map(|found| text(&analysis, &found)).collect::<Vec<_>>()
        };
        assert_eq!(found(&[2, 1]), [""; 0]);
        let both = found(&[]);
        assert_eq!(both.len(), 2);
        assert_eq!(found(&[2]), both[..1]);
        assert!(
            both[0].starts_with(
                "error: `0002_b.sql` has a hook, which `migrations!` does not name here\n --> migrations/0002_b.sql:1:1\n"
            ),
            "{both:?}"
        );
        assert!(both[0].contains("`after = { 2 => a_function }`"), "{both:?}");
    }

    #[test]
    fn a_version_is_written_as_the_macro_takes_it() {
        let versions = ["0002", "20260101120000", "000", "2026-01-05-093000", "1.2"].map(written);
        assert_eq!(versions, ["2", "20260101120000", "0", "\"2026-01-05-093000\"", "\"1.2\""]);
    }
}
