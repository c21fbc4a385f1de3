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
fn the_hook_of_the_page_is_the_example_that_is_tested() {
    let page = read("docs/hooks.md");
    let code = page.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(code, read("examples/hook/src/main.rs"));
}

#[test]
fn the_fleet_of_the_page_is_the_example_that_is_compiled() {
    let page = read("docs/fleet.md");
    let code = page.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(code, read("examples/readme/src/bin/tenants.rs"));
}

#[test]
fn its_migrations_are_those_of_the_example() {
    let files = ["0001_jobs.sql", "0002_archive.sql"];
    assert_eq!(blocks("sql"), files.map(|file| read(&format!("examples/readme/migrations/{file}"))));
}

#[test]
fn its_drivers_are_those_that_are_tried() {
    let readme = read("README.md");
    let code = "MIGRATIONS.apply(&mut *pool.get()?)?";
    assert!(readme.contains(code) && read("drivers/onward-r2d2/tests/queries.rs").contains(code));
    let block = readme.split("```rust,ignore\n").nth(1).unwrap().split("```").next().unwrap();
    let tried =
        read("drivers/onward-tokio-rusqlite/src/lib.rs").replace("migrations = \"../../migrations\", ", "");
    let query = "query!(\"SELECT concurrency FROM queues WHERE name = :name\")";
    for code in [
        "use onward_tokio_rusqlite as _;",
        "MIGRATIONS.apply_on(&db).await?;",
        query,
        ".on(&db).one().await?",
    ] {
        assert!(block.contains(code) && tried.contains(code), "{code}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drivers");
    let drivers = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    for driver in drivers.filter(|driver| driver.join("Cargo.toml").exists()) {
        let name = driver.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(readme.contains(&format!("[{name}](drivers/{name})")), "{name}");
    }
}

#[test]
fn its_features_are_those_of_the_manifest() {
    let manifest = read("runtime/Cargo.toml");
    let features = manifest.split("[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let features = features.lines().filter(|line| !line.starts_with('#'));
    let names = features.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let mut declared: Vec<_> = names.filter(|name| *name != "default").collect();
    declared.sort();
    for page in ["README.md", "runtime/README.md"] {
        let text = read(page);
        let table = text.split("| feature |").nth(1).unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let mut listed: Vec<_> =
            rows.flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2)).collect();
        listed.sort();
        assert_eq!(listed, declared, "{page}");
    }
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
    let printed = read("tests/ui/field_null_mismatch/field_null_mismatch.stderr");
    let printed = printed
        .replace("ui/rows/jobs/", "migrations/")
        .replace("ui/field_null_mismatch/field_null_mismatch.rs", "src/main.rs");
    assert!(printed.contains(blocks("text")[1].trim_end()), "{printed}");
}

/// The rows of the table of promises: each names a file, and behind it the tests in it.
#[test]
fn every_promise_has_a_test_that_is_there() {
    let page = read("docs/reliability.md");
    let table = page.split("### Each promise and its test").nth(1).unwrap();
    let rows: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1).collect();
    let rows = rows.into_iter().take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let tests = row.split('|').nth(3).unwrap();
        let mut file = String::new();
        for name in tests.split('`').skip(1).step_by(2) {
            match name.ends_with(".rs") {
                true => file = read(name),
                false => {
                    assert!(file.contains(&format!("fn {name}(")), "no test `{name}`: {row}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 40, "{count}");
}

/// Each public function of the crate is called in an example of its documentation.
#[test]
fn every_public_call_has_an_example() {
    // What the macros and the command line call alone.
    let private = read("runtime/src/__private.rs");
    let shown = private.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let shown: Vec<&str> =
        shown.flat_map(|names| names.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
    let files = [
        "__private.rs",
        "history/embedded.rs",
        "history/hook.rs",
        "history/origin.rs",
        "row/fields.rs",
        "row/convert.rs",
        "row/typed.rs",
        "row/vouched.rs",
        "row/wrong.rs",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    let (mut public, mut examples) = (Vec::new(), String::new());
    for path in sources(&root) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut is_code = false;
        for line in text.lines().map(str::trim) {
            let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            match doc.map(str::trim) {
                Some(fence) if fence.starts_with("```") => is_code = !is_code && !fence.contains("text"),
                Some(code) if is_code => examples.extend([code, "\n"]),
                _ => {}
            }
            let is_ours =
                files.iter().any(|file| path.ends_with(file)) || path.starts_with(root.join("other"));
            let Some(rest) = line.strip_prefix("pub ").filter(|_| !is_ours) else { continue };
            let rest = rest.strip_prefix("const ").unwrap_or(rest);
            let name = rest.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
            public.extend(name.map(str::to_owned));
        }
    }
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let is_named = |call: String| examples.split(&call).skip(1).any(|rest| !goes_on(rest));
    let is_called = |name: &str| is_named(format!(".{name}")) || is_named(format!("::{name}"));
    assert!(public.len() > 60, "{}", public.len());
    for name in public.iter().filter(|name| !shown.contains(&name.as_str())) {
        assert!(is_called(name), "no example calls `{name}`");
    }
}

/// Every `.rs` file below a folder.
fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.extend(Some(path).filter(|path| path.extension().is_some_and(|end| end == "rs"))),
        }
    }
    found
}

/// What is where in one screen names what is there.
#[test]
fn every_place_in_the_architecture_is_there() {
    let page = read("ARCHITECTURE.md");
    let section = page.split("## What is where\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let places: Vec<&str> = section.split('`').skip(1).step_by(2).filter(|name| name.contains('/')).collect();
    assert!(places.len() > 12, "{places:?}");
    for place in places {
        let is_there = root.join(place).exists() || root.join(format!("{place}.rs")).exists();
        assert!(is_there, "{place}");
    }
}

/// Links between the pages lead to files.
#[test]
fn every_link_of_a_page_leads_to_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [
        "",
        "docs",
        "docs/decisions",
        "docs/moving",
        "runtime",
        "core",
        "schema",
        "analysis",
        "macros",
        "cli",
    ];
    let mut links = 0;
    for folder in folders.map(|folder| root.join(folder)) {
        let pages = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        for page in pages.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
            let text = std::fs::read_to_string(&page).unwrap();
            let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            for target in targets.filter(|target| !target.contains("://") && !target.contains(' ')) {
                let path = target.split('#').next().unwrap();
                assert!(path.is_empty() || folder.join(path).exists(), "{}: {target}", page.display());
                links += 1;
            }
            // A registry's page has nothing beside it.
            let is_packed = page.ends_with("README.md")
                && folder.join("Cargo.toml").exists()
                && folder.join("src").exists();
            assert!(
                !is_packed || text.split("](").skip(1).all(|rest| rest.starts_with("https://")),
                "{}",
                page.display()
            );
        }
    }
    assert!(links > 20, "{links}");
}
