//! The README says what is true.

use std::path::Path;

use onward_tests::cargo_onward;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// The blocks of this language.
fn blocks(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let fence = format!("```{language}\n");
    let parts = readme.split(&fence).skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn its_code_is_the_example_that_is_compiled() {
    let files = ["src/main.rs", "build.rs", "src/bin/rows.rs"];
    let example = files.map(|path| read(&format!("examples/readme/{path}")));
    assert_eq!(blocks("rust"), example);
}

#[test]
fn its_error_is_what_the_command_line_prints() {
    let output = cargo_onward()
        .arg("check")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("story"))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(printed.starts_with(&blocks("text")[0]), "{printed}");
}

#[test]
fn its_mistake_is_what_the_compiler_prints() {
    let printed = read("tests/ui/rows/field_null.stderr");
    let printed =
        printed.replace("ui/rows/jobs/", "migrations/").replace("ui/rows/field_null.rs", "src/main.rs");
    assert!(printed.contains(blocks("text")[1].trim_end()), "{printed}");
}
