//! What `cargo onward check` prints for programs, and `cargo onward explain` for people.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onward_tests::cargo_onward;
use onward_tests::command::{Place, run};
use serde_json::{Value, json};

/// One error with a second place, and one warning that shows a row.
fn faults() -> Place {
    Place::with(&[
        (
            "shop/migrations/0001_jobs.sql",
            "CREATE TABLE jobs(id INTEGER PRIMARY KEY, data TEXT);\nCREATE INDEX é ON jobs(archived);\n",
        ),
        ("shop/migrations/0002_archive.sql", "ALTER TABLE jobs ADD COLUMN archived INTEGER;\n"),
        ("shop/migrations/0003_unique.sql", "CREATE UNIQUE INDEX one\n    ON jobs(data);\n"),
        ("shop/Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("shop/src/main.rs", ""),
    ])
}

fn check(place: &Place, folder: &str, args: &[&str], format: &str) -> String {
    let mut command = cargo_onward();
    command.arg("check").args(args).args(["--format", format]).current_dir(place.path(folder));
    run(&mut command).exits(1).out
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_says_what_people_are_told() {
    let place = faults();
    let found = objects(&check(&place, "shop", &[], "json"));
    assert_eq!(found.len(), 2, "{found:?}");
    let (index, unique) = (&found[0], &found[1]);
    assert_eq!(index["code"], "index_before_column");
    assert_eq!(index["label"], "no such column here");
    assert_eq!(index["link"], "docs/checks.md#index_before_column");
    let at =
        |value: &Value| ["line", "column", "end_line", "end_column"].map(|key| value[key].as_u64().unwrap());
    assert_eq!(at(index), [2, 24, 2, 32]);
    assert_eq!(
        (&index["file"], &index["path"]),
        (&json!("0001_jobs.sql"), &json!("migrations/0001_jobs.sql"))
    );
    let related = &index["related"][0];
    assert_eq!(
        (related["path"].as_str(), at(related)),
        (Some("migrations/0002_archive.sql"), [1, 29, 1, 37])
    );
    assert_eq!(unique["code"], "failure_with_some_rows");
    assert_eq!((&index["released"], &unique["released"]), (&json!(false), &json!(false)));
    let [start, _, end, _] = at(unique);
    assert!(start == 1 && end >= start, "{unique}");
    let notes = unique["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note.as_str().unwrap().contains("row")), "{unique}");
}

#[test]
fn paths_are_the_way_from_here() {
    let place = faults();
    for (folder, args, path) in [
        ("shop", &[][..], "migrations/0001_jobs.sql"),
        ("shop", &["./migrations/"], "migrations/0001_jobs.sql"),
        ("shop", &["src/../migrations"], "migrations/0001_jobs.sql"),
        ("shop/src", &[], "../migrations/0001_jobs.sql"),
        ("shop/migrations", &["."], "0001_jobs.sql"),
        (".", &["shop/migrations"], "shop/migrations/0001_jobs.sql"),
        (".", &[place.path("shop/migrations").to_str().unwrap()], "shop/migrations/0001_jobs.sql"),
    ] {
        let found = objects(&check(&place, folder, args, "json"));
        assert_eq!(found[0]["path"], path, "{folder} {args:?}");
        assert_eq!(found[0]["file"], "0001_jobs.sql");
        assert!(place.path(folder).join(path).is_file());
        let log: Value = serde_json::from_str(&check(&place, folder, args, "sarif")).unwrap();
        let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], path);
        let commands = check(&place, folder, args, "github");
        assert!(commands.starts_with(&format!("::error file={path},line=2,")), "{commands}");
    }
}

#[test]
fn github_gets_a_command_a_line() {
    let place = faults();
    let text = check(&place, "shop", &[], "github");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with(
            "::error file=migrations/0001_jobs.sql,line=2,endLine=2,col=24,endColumn=32,title=index_before_column::index \
             `é` uses `jobs.archived` before the column exists%0Ahere: no such column here%0A\
             migrations/0002_archive.sql:1:29: added here%0A"
        ),
        "{text}"
    );
    assert!(lines[0].contains("%0Ahelp: create the index in 0002_archive.sql"), "{text}");
    assert!(lines[1].starts_with("::warning file=migrations/0003_unique.sql,line=1,"), "{text}");

    // What a file says is no command, and no property.
    let place = Place::with(&[(
        "migrations/0001_a,b.sql",
        "SELECT 1;\nDROP TABLE \"x\n::error::all, is: 100 % well\";",
    )]);
    let text = check(&place, ".", &[], "github");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.starts_with("::error file=migrations/0001_a%2Cb.sql,line=2,endLine=3,title=unknown_table::"),
        "{text}"
    );
    assert!(text.contains("%0A::error::all, is: 100 %25 well"), "{text}");
}

#[test]
fn sound_histories_are_silent() {
    let place = Place::with(&[("migrations/0001_a.sql", "CREATE TABLE a(b);")]);
    for format in ["json", "github"] {
        assert_eq!(place.onward(&["check", "--format", format]).exits(0).out, "");
    }
    let log: Value =
        serde_json::from_str(&place.onward(&["check", "--format", "sarif"]).exits(0).out).unwrap();
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let log = place.onward(&["check", "nowhere", "--format", "sarif"]).exits(2).out;
    let log: Value = serde_json::from_str(&log).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "unreadable_file");
}

#[test]
fn every_code_is_explained() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/checks.md");
    let page = fs::read_to_string(page).unwrap().replace("\r\n", "\n");
    let place = Place::empty();
    for rule in onward_analysis::RULES {
        let out = place.onward(&["explain", rule.code]).exits(0).out;
        assert!(out.starts_with(&format!("## {}\n", rule.code)) && page.contains(out.trim_end()), "{out}");
        assert!(
            page.contains(&format!("\n## {}\n", onward_analysis::link(rule).rsplit_once('#').unwrap().1))
        );
    }
    assert_eq!(
        place.onward(&["explain", "Index-Before-Column"]).exits(0).out,
        place.onward(&["explain", "index_before_column"]).exits(0).out
    );
    for (code, nearest) in [
        ("index_befor_colum", "index_before_column"),
        ("drop_data", "data_dropped"),
        ("orphan", "dangling_foreign_key"),
    ] {
        let ran = place.onward(&["explain", code]).exits(2);
        assert!(
            ran.err.contains(&format!("there is no code `{code}`; did you mean `{nearest}`?")),
            "{}",
            ran.err
        );
        assert_eq!(ran.out, "");
    }
}

#[test]
fn only_a_code_that_is_near_is_suggested() {
    for code in ["nosuch", "x", "index", ""] {
        let err = Place::empty().onward(&["explain", code]).exits(2).err;
        assert!(err.contains("there is no code") && !err.contains("did you mean"), "{code}: {err}");
    }
}

/// The published schema, out of a package that has it as a file.
fn schema(folder: &Path) -> Result<PathBuf, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--quiet", "--format-version", "1"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let package = packages.iter().find(|package| package["name"] == "serde-sarif");
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    Ok(Path::new(manifest.ok_or("there is no serde-sarif")?).with_file_name("src").join("schema.json"))
}

#[test]
fn sarif_is_what_the_published_schema_asks_for() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("sarif");
    let schema = match schema(&package) {
        Ok(schema) => schema,
        Err(why) => {
            use std::io::Write;
            let _ = writeln!(
                std::io::stderr(),
                "SARIF is not held against its schema, which cannot be had: {why}"
            );
            return;
        }
    };
    let text = fs::read_to_string(&schema).unwrap();
    assert!(text.contains("Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"));
    let logs = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = logs.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let hostile = Place::with(&[
        ("migrations/0001 é %,\u{202e}.sql", "SELECT \"x\u{1b}[2J\ny\";"),
        ("migrations/x.sql", ""),
    ]);
    let wrong = r#"{"version": "2.1.0", "runs": [{"tool": {}, "results": [{"locations": 1}]}]}"#;
    let good = [
        write("faults.sarif", &check(&faults(), "shop", &[], "sarif")),
        write("hostile.sarif", &check(&hostile, ".", &[], "sarif")),
        write("missing.sarif", &Place::empty().onward(&["check", "--format", "sarif"]).exits(2).out),
        write("silent.sarif", &Place::with_sample().onward(&["check", "--format", "sarif"]).exits(0).out),
    ];
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("sarif");
    let validate = |files: &[PathBuf]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["run", "--locked", "--quiet", "--target-dir"])
            .arg(&target)
            .arg("--")
            .arg(&schema)
            .args(files);
        run(cargo.current_dir(&package))
    };
    validate(&good).exits(0);
    let out = validate(&[write("wrong.sarif", wrong)]).exits(1).out;
    assert!(out.contains("required property"), "{out}");
}
