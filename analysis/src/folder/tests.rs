//! A folder of each tool, in the form that the tool gives its own: read as it lies, in the tool's order, both ways.

use super::tool::Tool;
use crate::analysis::Analysis;
use crate::checks::testing::{codes, folder};

const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT);\n";
const DUE: &str = "ALTER TABLE jobs ADD COLUMN due TEXT;\n";
const LATE: &str = "CREATE INDEX by_due ON jobs(due);\n";
const NO_LATE: &str = "DROP INDEX by_due;\n";

/// The tool, and of each migration its version, the file and, if it has one, that of the way back.
fn read(files: &[(&str, &str)]) -> (Option<Tool>, Vec<String>) {
    let analysis = folder(files);
    assert!(!analysis.has_errors(), "{files:?}: {:?}", analysis.diagnostics);
    let history = &analysis.history;
    let path = |file| history.files.get(file).path.clone();
    let line = |found: &super::migration::Migration| {
        let down = found.down.map(|down| format!(" < {}", path(down))).unwrap_or_default();
        format!("{} {}{down}", found.version, path(found.file))
    };
    (history.tool, history.migrations.iter().map(line).collect())
}

/// What is said, and how often.
fn said(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let Analysis { diagnostics, .. } = folder(files);
    diagnostics.into_iter().map(|found| (found.rule.code, found.message)).collect()
}

fn two_ways(up: &str, text: &str, down: &str, back: &str) -> String {
    format!("{up}\n{text}\n{down}\n{back}")
}

#[test]
fn files_that_several_tools_have_are_numbered() {
    let (tool, order) =
        read(&[("1.sql", JOBS), ("002.sql", DUE), ("10.sql", LATE), ("10/down.sql", NO_LATE)]);
    assert_eq!(
        (tool, order),
        (None, vec!["1 1.sql".into(), "2 002.sql".into(), "10 10.sql < 10/down.sql".into()])
    );
    let (_, order) = read(&[("001_jobs.sql", JOBS), ("002_b_late.sql", LATE), ("002_a_due.sql", DUE)]);
    assert_eq!(order, ["1 001_jobs.sql", "2 002_a_due.sql", "3 002_b_late.sql"]);
    let (_, order) =
        read(&[("2026-01-05_jobs.sql", JOBS), ("2026-01-10_late.sql", LATE), ("2026-01-06_due.sql", DUE)]);
    assert_eq!(
        order,
        ["20260105 2026-01-05_jobs.sql", "20260106 2026-01-06_due.sql", "20260110 2026-01-10_late.sql"]
    );
    let (_, order) = read(&[("20260105093000123456_jobs.sql", JOBS), ("20260105093000123457_due.sql", DUE)]);
    assert_eq!(order.len(), 2);
}

#[test]
fn sqlx() {
    let mark = format!("-- no-transaction\n{DUE}");
    let (tool, order) = read(&[("20260105093000_jobs.sql", JOBS), ("20260106093000_due.sql", &mark)]);
    assert_eq!((tool, order.len()), (Some(Tool::Sqlx), 2));
    let pair = [("1_jobs.up.sql", JOBS), ("1_jobs.down.sql", "DROP TABLE jobs;")];
    assert_eq!(read(&pair), (None, vec!["1 1_jobs.up.sql < 1_jobs.down.sql".into()]));
}

#[test]
fn refinery() {
    let unversioned = [("V1__jobs.sql", JOBS), ("more/V10__late.sql", LATE), ("U2__due.sql", DUE)];
    let (tool, order) = read(&unversioned);
    assert_eq!(tool, Some(Tool::Refinery));
    assert_eq!(order, ["1 V1__jobs.sql", "2 U2__due.sql", "10 more/V10__late.sql"]);
    let found = said(&[("V1__jobs.sql", JOBS), ("V2__due.rs", "pub fn migration()"), ("V3__late.sql", LATE)]);
    let message = "`V2__due.rs` is a migration of refinery's in code, which onward cannot read";
    assert_eq!(found, [("bad_file_name", message.to_owned())]);
    assert_eq!(said(&[("V1__due.rs", "")])[0].0, "bad_file_name");
    assert_eq!(said(&[("V1__jobs.sql", JOBS), ("mod.rs", "")]), []);
}

#[test]
fn diesel() {
    let (tool, order) = read(&[
        ("2026-01-05-093000_jobs/up.sql", JOBS),
        ("2026-01-05-093000_jobs/down.sql", "DROP TABLE jobs;"),
        ("2026-01-06-093000-0000_due/up.sql", DUE),
        ("2026-01-06-093000-0000_due/metadata.toml", "run_in_transaction = false\n"),
    ]);
    let jobs = "20260105093000 2026-01-05-093000_jobs/up.sql < 2026-01-05-093000_jobs/down.sql";
    assert_eq!((tool, order[0].as_str(), order.len()), (Some(Tool::Diesel), jobs, 2));
}

#[test]
fn rusqlite_migration() {
    let (tool, order) = read(&[
        ("1-jobs/up.sql", JOBS),
        ("02-due/up.sql", DUE),
        ("10-late/up.sql", LATE),
        ("10-late/down.sql", NO_LATE),
    ]);
    assert_eq!(tool, Some(Tool::RusqliteMigration));
    assert_eq!(order, ["1 1-jobs/up.sql", "2 02-due/up.sql", "10 10-late/up.sql < 10-late/down.sql"]);
}

#[test]
fn golang_migrate() {
    let (_, order) = read(&[
        ("1_jobs.up.sql", JOBS),
        ("2_due.up..sql", DUE),
        ("10_late.up.sql", LATE),
        ("10_late.down.sql", NO_LATE),
    ]);
    assert_eq!(order, ["1 1_jobs.up.sql", "2 2_due.up..sql", "10 10_late.up.sql < 10_late.down.sql"]);
}

#[test]
fn goose() {
    let begin = format!("-- +goose Up\n-- +goose StatementBegin\n{JOBS}-- +goose StatementEnd\n");
    let late = two_ways("-- +goose Up", LATE, "-- +goose Down", NO_LATE);
    let files =
        [("00001_jobs.sql", begin.as_str()), ("00002_due.sql", DUE), ("00010_late.sql", late.as_str())];
    let (tool, order) = read(&files);
    assert_eq!(tool, Some(Tool::Goose));
    assert_eq!(order, ["1 00001_jobs.sql", "2 00002_due.sql", "10 00010_late.sql < 00010_late.sql"]);
    let mut with_code = files.to_vec();
    with_code.push(("00003_rows.go", "package migrations"));
    assert_eq!(said(&with_code).len(), 1);
    assert_eq!(said(&with_code)[0].0, "bad_file_name");
}

#[test]
fn dbmate() {
    let text = |up: &str, down: &str| two_ways("-- migrate:up", up, "-- migrate:down", down);
    let (jobs, due, late) = (text(JOBS, ""), text(DUE, ""), text(LATE, NO_LATE));
    let (tool, order) =
        read(&[("20260105093000_jobs.sql", &jobs), ("20260106_due.sql", &due), ("3_late.sql", &late)]);
    assert_eq!(tool, Some(Tool::Dbmate));
    // As texts: a ledger's number is made for what does not rise.
    let files: Vec<_> = order.iter().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(files, ["20260105093000_jobs.sql", "20260106_due.sql", "3_late.sql < 3_late.sql"]);
}

#[test]
fn sql_migrate() {
    let text = |up: &str, down: &str| two_ways("-- +migrate Up", up, "-- +migrate Down", down);
    let (jobs, due, late) = (text(JOBS, ""), text(DUE, ""), text(LATE, NO_LATE));
    let (tool, order) = read(&[("1-jobs.sql", &jobs), ("10-due.sql", &due), ("late.sql", &late)]);
    assert_eq!(tool, Some(Tool::SqlMigrate));
    assert_eq!(order, ["1 1-jobs.sql", "10 10-due.sql", "11 late.sql < late.sql"]);
}

#[test]
fn prisma() {
    let files = [("20260105093000_jobs/migration.sql", JOBS), ("20260106093000_due/migration.sql", DUE)];
    let lock =
        |provider: &str| format!("# Please do not edit this file manually\nprovider = \"{provider}\"\n");
    let with = |lock: &str| {
        let mut all = files.to_vec();
        all.push(("migration_lock.toml", lock));
        said(&all)
    };
    assert_eq!(read(&files).0, Some(Tool::Prisma));
    assert_eq!(with(&lock("sqlite")), []);
    let message = "these migrations of prisma's are for postgresql, and onward runs SQLite's";
    assert_eq!(with(&lock("postgresql")), [("unreadable_file", message.to_owned())]);
    assert_eq!(with("provider"), []);
}

/// Files with a journal beside them.
fn beside<'t>(files: &[(&'t str, &'t str)], journal: &'t str) -> Vec<(&'t str, &'t str)> {
    files.iter().copied().chain([("meta/_journal.json", journal)]).collect()
}

fn journal(dialect: &str, tags: &[&str]) -> String {
    let entries = tags.iter().enumerate().map(|(idx, tag)| {
        format!("{{\"idx\":{idx},\"version\":\"6\",\"when\":17000000000{idx:02},\"tag\":\"{tag}\",\"breakpoints\":true}}")
    });
    format!(
        "{{\"version\":\"7\",\"dialect\":\"{dialect}\",\"entries\":[{}]}}",
        entries.collect::<Vec<_>>().join(",")
    )
}

#[test]
fn drizzle() {
    let jobs = format!("{}--> statement-breakpoint\nCREATE TABLE log(a)", JOBS.replace(";\n", ""));
    // Two of one number, as a merge leaves them.
    let files = [("0000_b.sql", jobs.as_str()), ("0001_z.sql", DUE), ("0001_a.sql", LATE)];
    let whole = journal("sqlite", &["0000_b", "0001_z", "0001_a"]);
    let (tool, order) = read(&beside(&files, &whole));
    assert_eq!(tool, Some(Tool::Drizzle));
    assert_eq!(order, ["0 0000_b.sql", "1 0001_z.sql", "2 0001_a.sql"]);
    assert_eq!(said(&beside(&files, &whole)), []);
    assert_eq!(said(&beside(&files, &journal("postgresql", &["0000_b"])))[0].0, "unreadable_file");
    // Without a journal that can be read, nobody knows which of two comes first.
    assert_eq!(said(&beside(&files, "{")).iter().filter(|found| found.0 == "unreadable_file").count(), 1);
    let gone = said(&beside(&files, &journal("sqlite", &["0000_b", "0001_z", "0001_a", "0002_c"])));
    assert_eq!(
        gone,
        [("bad_file_name", "drizzle's journal names `0002_c.sql`, which is not there".to_owned())]
    );
    // What drizzle does not run, wrangler does.
    let more = [("0000_b.sql", jobs.as_str()), ("0001_z.sql", DUE), ("0002_c.sql", LATE)];
    let listed = journal("sqlite", &["0000_b", "0001_z"]);
    let part = beside(&more, &listed);
    let message = "`0002_c.sql` is not in drizzle's journal, so drizzle would not run it";
    assert_eq!(said(&part), [("ambiguous_version_order", message.to_owned())]);
    // It is drizzle's all the same: no wrangler is around.
    assert_eq!(
        read(&part),
        (Some(Tool::Drizzle), ["0 0000_b.sql", "1 0001_z.sql", "2 0002_c.sql"].map(str::to_owned).into())
    );
    // Once something is locked, it need not be in the journal: it comes behind what is.
    let lock = super::locked::text(&folder(&beside(&[("0000_b.sql", jobs.as_str())], &listed)).history);
    let mut locked = part.clone();
    locked.push(("onward.lock", &lock));
    assert_eq!(said(&locked), []);
    assert_eq!(read(&locked).1, ["0 0000_b.sql", "1 0001_z.sql", "2 0002_c.sql"]);
    let mut named = part.clone();
    named.push(("onward.toml", "order = \"name\"\n"));
    assert_eq!(said(&named), []);
}

#[test]
fn drizzle_skips_what_is_no_later() {
    let files = [("0000_a.sql", JOBS), ("0001_b.sql", DUE), ("0002_c.sql", LATE)];
    let times = |times: [i64; 3]| {
        let entry = |(at, time): (usize, i64)| {
            format!("{{\"idx\":{at},\"when\":{time},\"tag\":\"{}\"}}", files[at].0.trim_end_matches(".sql"))
        };
        let entries: Vec<String> = times.into_iter().enumerate().map(entry).collect();
        format!("{{\"dialect\":\"sqlite\",\"entries\":[{}]}}", entries.join(","))
    };
    assert_eq!(said(&beside(&files, &times([100, 200, 300]))), []);
    for (at, before, journal) in
        [("0002_c", "0001_b", times([100, 200, 200])), ("0001_b", "0000_a", times([100, 50, 300]))]
    {
        let beside = beside(&files, &journal);
        let message = format!(
            "`{at}` is no later than `{before}` in drizzle's journal: drizzle runs it on new databases, and never on one that \
             has `{before}`"
        );
        assert_eq!(said(&beside), [("ambiguous_version_order", message)]);
        let column = journal.find(&format!("\"{at}\"")).unwrap() + 1;
        assert_eq!(codes(&beside), [format!("ambiguous_version_order meta/_journal.json:1:{column}")]);
        // What is locked runs as it is locked.
        let lock = super::locked::text(&folder(&beside).history);
        assert_eq!(said(&[&beside[..], &[("onward.lock", &lock)]].concat()), []);
    }
}

#[test]
fn drizzle_with_folders() {
    let files = [
        ("20260105093000_jobs/migration.sql", JOBS),
        ("20260105093000_jobs/snapshot.json", "{}"),
        ("20260106093000_due/migration.sql", DUE),
    ];
    let (tool, order) = read(&files);
    assert_eq!(tool, Some(Tool::Drizzle));
    assert_eq!(order.len(), 2);
}

#[test]
fn flyway() {
    let (tool, order) = read(&[
        ("V1__jobs.sql", JOBS),
        ("V1.9__due.sql", DUE),
        ("2026/V1_10__late.sql", LATE),
        ("U1.10__late.sql", NO_LATE),
    ]);
    assert_eq!(tool, Some(Tool::Flyway));
    assert_eq!(order, ["1 V1__jobs.sql", "19 V1.9__due.sql", "110 2026/V1_10__late.sql < U1.10__late.sql"]);
    for (file, word) in [("R__view.sql", "`R`"), ("B2__base.sql", "`B`"), ("afterMigrate.sql", "event")] {
        let found = said(&[("V1.1__jobs.sql", JOBS), (file, "SELECT 1;")]);
        assert!(found.len() == 1 && found[0].0 == "bad_file_name" && found[0].1.contains(word), "{found:?}");
    }
}

#[test]
fn atlas() {
    let (tool, order) =
        read(&[("20260105093000.sql", JOBS), ("20260106093000_due.sql", DUE), ("atlas.sum", "h1:")]);
    assert_eq!(tool, Some(Tool::Atlas));
    assert_eq!(order.len(), 2);
    let checkpoint = format!("-- atlas:checkpoint\n\n{JOBS}");
    let found = said(&[("1_a.sql", JOBS), ("2_b.sql", &checkpoint), ("atlas.sum", "h1:")]);
    assert_eq!(found.iter().map(|found| found.0).collect::<Vec<_>>(), ["unknown_directive"]);
}

#[test]
fn positions_are_those_of_the_file() {
    let up = "-- é\n-- +goose Up\nCREATE TABLE t(a);\nCREATE INDEX i ON t(b);\n-- +goose Down\nDROP INDEX i;\nDROP TABLE tt;";
    assert_eq!(codes(&[("1_a.sql", up)]), ["unknown_column 1_a.sql:4:21"]);
    let down = "-- +goose Up\nCREATE TABLE t(a);\n-- +goose Down\nDROP TABLE tt;";
    assert_eq!(codes(&[("1_a.sql", down)]), ["broken_down_migration 1_a.sql:4:1"]);
}

#[test]
fn a_directive_is_of_the_part_that_it_stands_in() {
    let rebuild = "-- onward: allow(redundant_transaction) old\n\n-- +goose Up\nBEGIN;\nCREATE TABLE t(a);\nCOMMIT;\n-- +goose Down\nDROP TABLE t;";
    assert_eq!(codes(&[("1_a.sql", rebuild)]), [""; 0]);
    let down = "-- +goose Up\nCREATE TABLE t(a);\n-- +goose Down\n-- onward: allow(broken_down_migration) gone\nDROP TABLE tt;";
    assert_eq!(codes(&[("1_a.sql", down)]), [""; 0]);
}

#[test]
fn what_is_embedded_has_each_way_once() {
    let text = two_ways("-- +goose Up", JOBS, "-- +goose Down", "DROP TABLE jobs;");
    let history = folder(&[("1_a.sql", &text)]).history;
    let packed = history.packed(None, "");
    let step = packed.view().step(0);
    let (up, down) = (step.up, step.down.unwrap());
    assert!(!up.sql.contains("DROP") && down.sql.ends_with(&text));
    let sql = |file: onward_core::packed::PackedFile<'_>| {
        file.statements().map(|found| file.sql[found.start..found.end].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (sql(up), sql(down)),
        (vec![JOBS.trim_end().trim_end_matches(';').to_owned()], vec!["DROP TABLE jobs".to_owned()])
    );
}

/// Other tools' checksums are over these bytes.
#[test]
fn the_bytes_are_those_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = b"\xef\xbb\xbf-- migrate:up\r\nSELECT 1;\r\n-- migrate:down\r\n";
    std::fs::write(dir.path().join("1_a.sql"), bytes).unwrap();
    let history = crate::analyze::read(dir.path()).0;
    assert_eq!(history.raw(history.migrations[0].file).ok().as_deref(), Some(&bytes[..]));
}

/// An edit of the way back, and a move of it into a file of its own, is no edit of what was released.
#[test]
fn the_way_back_is_no_part_of_what_is_locked() {
    let lock = |files: &[(&str, &str)]| super::locked::text(&folder(files).history);
    let text = two_ways("-- +goose Up", JOBS, "-- +goose Down", "DROP TABLE jobs;");
    let locked = lock(&[("1_a.sql", &text)]);
    let other = two_ways("-- +goose Up", JOBS, "-- +goose Down", "DROP TABLE IF EXISTS jobs;");
    for files in [vec![("1_a.sql", other.as_str())], vec![("1_a.sql", JOBS)]] {
        let mut files = files;
        files.push(("onward.lock", &locked));
        assert_eq!(codes(&files), [""; 0]);
    }
    let edited = text.replace("state TEXT", "state");
    assert_eq!(
        codes(&[("1_a.sql", &edited), ("onward.lock", &locked)]),
        ["released_migration_changed 1_a.sql:2:1"]
    );
}
