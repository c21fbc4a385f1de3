//! An `onward.toml` that nobody reads.

use std::path::Path;

use crate::config::FILE_NAME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;

/// `misplaced_config_file`
pub static RULE: Rule = Rule::warning("misplaced_config_file", "onward.toml lies in the migrations folder")
    .effect("Its settings are not read: functions are unknown, and levels are the usual ones.");

pub(crate) fn diagnose(file: FileId, dir: &Path) -> Diagnostic {
    let folder = dir.file_name().map_or_else(|| dir.to_string_lossy(), |name| name.to_string_lossy());
    Diagnostic::new(&RULE, file.start(), format!("this {FILE_NAME} is not read"))
        .help(format!("move it into the migrations folder: `{folder}/{FILE_NAME}`"))
}

#[cfg(test)]
mod tests {
    use crate::analysis::Proof;
    use crate::analyze::analyze;
    use crate::checks::testing::write;

    /// What is found in `app/db/history`, with these files around it.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        write(place.path(), "app/db/history/0001_a.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY);");
        files.iter().for_each(|(path, text)| write(place.path(), path, text));
        let analysis = analyze(&place.path().join("app/db/history"), Proof::Whole);
        let path = |place| analysis.history.files.get(place).path.as_str();
        let line = |code: &str, path: &str| format!("{code} {path}");
        analysis.diagnostics.iter().map(|found| line(found.rule.code, path(found.place.file))).collect()
    }

    const PACKAGE: (&str, &str) = ("app/Cargo.toml", "[package]\nname = \"app\"\n");
    const CONFIG: &str = "functions = [\"uuid7\"]\n";

    #[test]
    fn beside_the_manifest_or_between() {
        let misplaced = |path: &str| vec![format!("misplaced_config_file {path}")];
        assert_eq!(found(&[PACKAGE, ("app/onward.toml", CONFIG)]), misplaced("../../onward.toml"));
        assert_eq!(found(&[PACKAGE, ("app/db/onward.toml", CONFIG)]), misplaced("../onward.toml"));
        let levels = "[levels]\ndata_dropped = \"deny\"\n";
        assert_eq!(found(&[PACKAGE, ("app/onward.toml", levels)]), misplaced("../../onward.toml"));
    }

    #[test]
    fn silent_where_it_is_read_or_somebody_elses() {
        for files in [
            &[PACKAGE, ("app/db/history/onward.toml", CONFIG)][..],
            &[PACKAGE, ("app/onward.toml", "")],
            &[PACKAGE, ("app/onward.toml", "[journey]\nstops = [\"functions\"]\n")],
            &[PACKAGE, ("app/onward.toml", "functions = [")],
            // Another history's.
            &[PACKAGE, ("app/db/onward.toml", CONFIG), ("app/db/0001_b.sql", "SELECT 1;")],
            // Above the package, or with no package at all.
            &[PACKAGE, ("onward.toml", CONFIG)],
            &[("app/onward.toml", CONFIG)],
        ] {
            assert_eq!(found(files), [""; 0], "{files:?}");
        }
    }

    #[test]
    fn it_can_be_allowed_in_the_one_that_is_read() {
        let read = ("app/db/history/onward.toml", "[levels]\nmisplaced_config_file = \"allow\"\n");
        assert_eq!(found(&[PACKAGE, ("app/onward.toml", CONFIG), read]), [""; 0]);
    }
}
