//! Databases that other tools make here and now, and that are taken over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward::Tool;
use onward::rusqlite::Connection;
use onward_tests::command::{Place, run};
use onward_tests::moving::{ROWS, contents, files, here};

/// Runs the tests of the package `moving`, which lies outside the workspace and says why.
#[test]
fn what_the_tools_in_crates_have_made_is_taken_over() {
    // Its own folder in the target folder, so that SQLite is compiled there once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("moving");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--quiet", "--target-dir"]).arg(target).current_dir(here(""));
    let output = cargo.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let update =
        "if its lock file is behind our manifests: cargo update -w --manifest-path tests/moving/Cargo.toml";
    assert!(output.status.success(), "{text}\n{update}");
    assert!(text.contains("5 passed"), "{text}");
}

/// The tools that are npm's packages, installed below the target folder; `None` where they cannot be had.
fn npm() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("npm");
    fs::create_dir_all(&folder).unwrap();
    for entry in here("npm").read_dir().unwrap().map(|entry| entry.unwrap()) {
        if entry.path().is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    let mut install = Command::new("npm");
    install.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--ignore-scripts",
        "--prefer-offline",
    ]);
    let installed = install.current_dir(&folder).stdin(Stdio::null()).output();
    installed.is_ok_and(|output| output.status.success()).then_some(folder)
}

/// dbmate, drizzle and Prisma, each of which migrates a database to a version, and another one to the end.
#[test]
fn what_the_tools_in_npm_have_made_is_taken_over() {
    let Some(npm) = npm() else {
        eprintln!(
            "npm, or dbmate, drizzle and Prisma from it, cannot be had, so only their ledgers in tests/moving are tried"
        );
        return;
    };
    let apply = |tool: Tool, folder: &Path, file: &Path| {
        let mut command = match tool {
            Tool::Dbmate => {
                let mut command = Command::new(npm.join("node_modules/.bin/dbmate"));
                command.arg("--url").arg(format!("sqlite:{}", file.display())).arg("-d").arg(folder);
                command.args(["--no-dump-schema", "up"]);
                command
            }
            Tool::Drizzle => {
                let mut command = Command::new("node");
                command.arg("drizzle.mjs").arg(folder).arg(file);
                command
            }
            _ => {
                let mut command = Command::new(npm.join("node_modules/.bin/prisma"));
                command.args(["migrate", "deploy"]).env("MOVING_FOLDER", folder).env("MOVING_FILE", file);
                // The engines that it would download, and does not use here.
                command.envs(
                    ["PRISMA_QUERY_ENGINE_LIBRARY", "PRISMA_SCHEMA_ENGINE_BINARY"]
                        .map(|name| (name, "/bin/true")),
                );
                command.env("CHECKPOINT_DISABLE", "1");
                command
            }
        };
        let ran = run(command.current_dir(&npm));
        assert_eq!(ran.code, Some(0), "{tool}: {}{}", ran.out, ran.err);
    };
    for tool in [Tool::Dbmate, Tool::Drizzle, Tool::Prisma] {
        // The tool goes all the way. Behind each version, a copy goes the rest of it with onward.
        let (own, files) = (Place::empty(), files(tool));
        let (sql, beside): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.ends_with(".sql"));
        let mut copies = Vec::new();
        for (version, (path, text)) in (1..).zip(sql) {
            own.write(&format!("migrations/{path}"), text);
            for (path, text) in &beside {
                let is_journal = path.ends_with("_journal.json");
                let text = if is_journal { journal(text, version) } else { text.clone() };
                own.write(&format!("migrations/{path}"), &text);
            }
            apply(tool, &own.path("migrations"), &own.path("app.db"));
            let conn = Connection::open(own.path("app.db")).unwrap();
            match ROWS.get(version - 1) {
                Some(rows) if version == 1 => conn.execute_batch(rows).unwrap(),
                rows => {
                    rows.into_iter().for_each(|rows| conn.execute_batch(rows).unwrap());
                    let copy = Place::empty();
                    files.iter().for_each(|(path, text)| copy.write(&format!("migrations/{path}"), text));
                    let to = copy.path("app.db");
                    conn.execute("VACUUM INTO ?", [to.to_str().unwrap()]).unwrap();
                    copies.push((version, copy));
                }
            }
        }
        let expected = contents(&Connection::open(own.path("app.db")).unwrap());
        for (version, copy) in copies {
            let out = copy.onward(&["adopt", "app.db", "migrations", "--from", "auto"]).exits(0).out;
            assert!(out.starts_with("adopted with "), "{out}");
            let moved = Connection::open(copy.path("app.db")).unwrap();
            assert_eq!(contents(&moved), expected, "{tool} {version}");
        }
    }
}

/// drizzle's journal with its first so many entries.
fn journal(text: &str, count: usize) -> String {
    let mut journal: serde_json::Value = serde_json::from_str(text).unwrap();
    journal["entries"].as_array_mut().unwrap().truncate(count);
    journal.to_string()
}
