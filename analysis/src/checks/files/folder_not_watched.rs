//! A build script has cargo look at other paths than the folder of the migrations.

use crate::config::Level;
use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file::File;
use crate::folder::history::History;

/// `folder_not_watched`
pub static RULE: Rule = Rule::warning("folder_not_watched", "where a package has a build script, it has cargo watch the folder").effect("A migration that is added is not compiled in until something else in the crate changes: the program that goes out lacks it. Only the macro can tell, so `check` does not say it.");

/// Adds to the files the folder itself, at which it is shown; `None` where the team does not want to hear it. `path` is the
/// folder as Cargo.toml would name it.
pub fn diagnose(history: &mut History, path: &str) -> Option<Diagnostic> {
    let severity = match history.config.levels.get(RULE.code) {
        Some(Level::Allow) => return None,
        Some(Level::Deny) => Severity::Error,
        Some(Level::Warn) | None => Severity::Warning,
    };
    let folder = history.files.add(File::new(String::new(), ""));
    let found = Diagnostic::new(&RULE, folder.start(), "cargo does not see when a migration is added to this folder")
        .severity(severity)
        .note("the build script names other paths, and cargo looks at nothing else")
        .help(format!(
            "put `println!(\"cargo::rerun-if-changed={path}\");` into build.rs, or `onward_build::migrations(\"{path}\");`"
        ));
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{folder, text};

    #[test]
    fn a_level_has_the_last_word() {
        for (level, severity) in
            [("warn", Some(Severity::Warning)), ("deny", Some(Severity::Error)), ("allow", None)]
        {
            let toml = format!("[levels]\nfolder_not_watched = '{level}'");
            let mut analysis = folder(&[("1_a.sql", "CREATE TABLE t(a);"), ("onward.toml", &toml)]);
            let found = diagnose(&mut analysis.history, "db");
            assert_eq!(found.map(|found| found.severity), severity, "{level}");
        }
    }

    #[test]
    fn it_names_the_folder() {
        let mut analysis = folder(&[("1_a.sql", "CREATE TABLE t(a);")]);
        let found = diagnose(&mut analysis.history, "migrations").unwrap();
        assert_eq!(
            text(&analysis, &found),
            "warning: cargo does not see when a migration is added to this folder
--> migrations
 = note: folder_not_watched
 = note: the build script names other paths, and cargo looks at nothing else
 = help: put `println!(\"cargo::rerun-if-changed=migrations\");` into build.rs, or `onward_build::migrations(\"migrations\");`"
        );
    }
}
