//! A `.sql` file that is none of the layouts': other tools drop such files silently.

use crate::checks::words::others;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::bad_name::BadName;
use crate::folder::tool::Tool;

/// `bad_file_name`
pub static RULE: Rule = Rule::error("bad_file_name", "every .sql file in the folder is named as a migration")
    .about_files()
    .effect("Nobody would run the file; other tools drop such files silently.")
    .examples(
        "-- jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
        "-- 0001_jobs.sql
CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);",
    );

/// One fault of these files.
pub(crate) fn diagnose(file: FileId, paths: &[String], bad: &BadName) -> Diagnostic {
    let (path, others) = (&paths[0], others(&paths[1..]));
    let diagnostic = Diagnostic::new(
        &RULE,
        file.start(),
        format!("`{path}` is not named as a migration: {}", bad.problem),
    );
    let of_tool = bad.tool.map(|tool| format!("{tool} names files like this, which onward does not read"));
    [of_tool, others].into_iter().flatten().fold(diagnostic, Diagnostic::note).help(bad.help.clone())
}

pub(crate) fn no_number(file: FileId, path: &str) -> Diagnostic {
    Diagnostic::new(
        &RULE,
        file.start(),
        format!("`{path}` comes after the last number that a database can record"),
    )
    .help("give it a version that is smaller than 9223372036854775807, and after the others")
}

pub(crate) fn down_without_up(file: FileId, path: &str) -> Diagnostic {
    Diagnostic::new(&RULE, file.start(), format!("`{path}` takes back a migration that is not there"))
        .help("add the file that goes forward, with the same version, or remove this one")
}

/// Migrations of a tool's that are written in another language than SQL.
pub(crate) fn code(file: FileId, paths: &[String], tool: Tool) -> Diagnostic {
    let message = format!("`{}` is a migration of {tool}'s in code, which onward cannot read", paths[0]);
    let diagnostic = Diagnostic::new(&RULE, file.start(), message)
        .note("nothing was run, since nobody knows what it does");
    others(&paths[1..]).into_iter().fold(diagnostic, Diagnostic::note).help(
        "write its SQL as a file in its place; what only code can do to rows goes behind a migration, `migrations!(\"…\", after = { 2 \
         => function })`; one that is left over, and that no database needs, can be removed",
    )
}

/// Files that drizzle's journal names and that are not there.
pub(crate) fn not_there(file: FileId, paths: &[String]) -> Diagnostic {
    let message = format!("drizzle's journal names `{}`, which is not there", paths[0]);
    let diagnostic = Diagnostic::new(&RULE, file.start(), message);
    others(&paths[1..])
        .into_iter()
        .fold(diagnostic, Diagnostic::note)
        .help("put the file back; if no database has run it, take its entry out of the journal instead; `order = \"name\"` in \
             onward.toml goes by the names, without the journal")
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    #[test]
    fn named_and_not_dropped() {
        assert_eq!(codes(&[("1_a.sql", "SELECT 1"), ("notes.sql", "")]), ["bad_file_name notes.sql:1:1"]);
        assert_eq!(codes(&[("1_a.sql", "SELECT 1"), ("notes.txt", ""), ("mod.rs", "")]), [""; 0]);
    }

    #[test]
    fn files_with_one_fault_are_one_fault() {
        let names: Vec<String> = (0..300).map(|number| format!("note{number}.sql")).collect();
        let bad = names.iter().map(|name| (name.as_str(), "SELECT 1"));
        let views = ["R__a.sql", "R__b.sql"].map(|name| (name, "SELECT 1"));
        let files: Vec<_> = bad.chain(views).chain([("V1__a.sql", "SELECT 1")]).collect();
        let found = folder(&files);
        let lines: Vec<_> = found.diagnostics.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            lines,
            [
                "`R__a.sql` is not named as a migration: only the prefixes `V` and `U` are known, not `R`",
                "`note0.sql` is not named as a migration: it does not begin with a version"
            ]
        );
        assert_eq!(
            found.diagnostics[1].notes,
            ["the same is wrong with `note1.sql`, `note10.sql`, `note100.sql`, `note101.sql` and 295 more"]
        );
        assert!(found.diagnostics[0].notes[0].starts_with("Flyway names files like this"));
    }
}
