//! refinery's migrations in Rust, and those of others that have the same names: no SQL is read from code.

use std::path::Path;

use crate::folder::tool::Tool;

/// The tool that would run a file of code with this path, if it is named as a migration.
pub(crate) fn code(path: &str) -> Option<Tool> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let extension = Path::new(file).extension()?.to_str()?;
    let stem = file.strip_suffix(extension)?;
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_prefixed = stem.starts_with(['V', 'U', 'R'])
        && (is_digit(stem.chars().nth(1)) || stem.starts_with("R__"))
        && stem.contains("__");
    match extension {
        "rs" if is_prefixed => Some(Tool::Refinery),
        "java" | "kt" if is_prefixed => Some(Tool::Flyway),
        "go" if is_digit(stem.chars().next()) && stem.contains('_') && !stem.ends_with("_test.") => {
            Some(Tool::Goose)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_a_tool_would_run() {
        for (path, tool) in [
            ("V1__cars.rs", Some(Tool::Refinery)),
            ("old/U2__cars.rs", Some(Tool::Refinery)),
            ("V1__cars.java", Some(Tool::Flyway)),
            ("00002_rows.go", Some(Tool::Goose)),
            ("00002_rows_test.go", None),
            ("mod.rs", None),
            ("Vehicles__x.rs", None),
            ("fs.go", None),
            ("0001_a.ts", None),
            (".rs", None),
        ] {
            assert_eq!(code(path), tool, "{path}");
        }
    }
}
