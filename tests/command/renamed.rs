//! Codes by their old names, as users have them in SQL, in onward.toml, in scripts and at their fingers' ends.

use onward_analysis::{RENAMED, checks};
use onward_tests::command::{Place, Ran};
use serde_json::{Value, json};

/// A history that drops a table, below a line that speaks of it, with this `onward.toml`.
fn dropping(line: &str, settings: &str) -> Place {
    Place::with(&[
        ("migrations/0001_notes.sql", "CREATE TABLE notes (body TEXT);\n"),
        ("migrations/0002_none.sql", &format!("{line}\nDROP TABLE notes;\n")),
        ("migrations/onward.toml", settings),
    ])
}

fn check(place: &Place, format: &str) -> Ran {
    place.onward(&["check", "--format", format])
}

#[test]
fn a_directive_by_an_old_name_allows_what_it_did() {
    for name in ["drops_data", "data_dropped"] {
        let allow = format!("-- onward: allow({name}) drafts");
        let ran = check(&dropping(&allow, "[levels]\ndata_dropped = \"deny\"\n"), "human").exits(0);
        // No word of the old name.
        assert!(ran.out.ends_with("2 migrations: 0 errors, 0 warnings\n"), "{}", ran.out);
        assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    }
}

#[test]
fn a_level_under_an_old_name_holds() {
    for name in ["drops_data", "data_dropped"] {
        let settings = format!("[levels]\n{name} = \"deny\"\n");
        let ran = check(&dropping("", &settings), "human").exits(1);
        assert!(ran.out.contains("= note: data_dropped\n") && !ran.out.contains("drops_data"), "{}", ran.out);
    }
    let both = "[levels]\ndrops_data = \"allow\"\ndata_dropped = \"deny\"\n";
    let ran = check(&dropping("", both), "human").exits(1);
    assert!(ran.out.contains("`data_dropped` has two levels here"), "{}", ran.out);
}

/// Each in a directive and as a level, against what the name of today does.
#[test]
fn every_old_name_does_what_the_new_one_does() {
    let said = |name: &str| {
        let allow = format!("-- onward: allow({name}) said so");
        let settings = format!("[levels]\n{name} = \"deny\"\n");
        let ran = check(&dropping(&allow, &settings), "json");
        let found = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        // What is quoted is as it is written, and so long.
        let key = |found: Value| (found["code"].clone(), found["line"].clone(), found["severity"].clone());
        (ran.code, found.map(key).collect::<Vec<_>>())
    };
    for (old, new) in RENAMED {
        assert_eq!(said(old), said(new), "{old}");
    }
}

#[test]
fn programs_are_told_the_old_name_beside_the_new_one() {
    let place = dropping("", "[levels]\ndrops_data = \"warn\"\nunused_allow = \"warn\"\n");
    place.write("migrations/0003_more.sql", "-- onward: allow(orphans) none\nCREATE TABLE more (a TEXT);\n");
    let ran = check(&place, "json").exits(0);
    let found: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<_> = found.iter().map(|found| (&found["code"], &found["old_codes"])).collect();
    assert_eq!(
        codes,
        [(&json!("data_dropped"), &json!(["drops_data"])), (&json!("unused_allow"), &json!([]))]
    );
    assert_eq!(found[0]["link"], "docs/checks.md#data_dropped");

    let log: Value = serde_json::from_str(&check(&place, "sarif").exits(0).out).unwrap();
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(rules[0]["id"], "data_dropped");
    assert_eq!(rules[0]["deprecatedIds"], json!(["drops_data"]));
    assert_eq!(rules[1]["deprecatedIds"], json!([]));
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "data_dropped");
}

#[test]
fn every_old_name_is_explained() {
    let place = Place::empty();
    for (old, new) in RENAMED {
        let (by_old, by_new) =
            (place.onward(&["explain", old]).exits(0), place.onward(&["explain", new]).exits(0));
        assert_eq!(by_old.out, by_new.out);
        assert_eq!(by_old.err, format!("note: `{old}` is an old name of `{new}`\n"));
        assert_eq!(by_new.err, "");
        assert!(by_new.out.contains(&format!("- Old name: `{old}`, which still works.\n")), "{}", by_new.out);
        assert_eq!(checks::rule(old), checks::rule(new));
    }
    // What is nearly an old name.
    for (name, nearest) in [("drop_data", "data_dropped"), ("orphan", "dangling_foreign_key")] {
        let ran = place.onward(&["explain", name]).exits(2);
        assert!(ran.err.contains(&format!("did you mean `{nearest}`?")), "{}", ran.err);
    }
}
