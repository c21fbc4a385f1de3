//! Which folder is meant: below a package, by its manifest, in a workspace.

use onward_tests::cargo_onward;
use onward_tests::command::{Place, run};

#[test]
fn the_folder_is_found_from_below_the_package() {
    let place = Place::with(&[
        ("shop/Cargo.toml", "[package]\nname = \"shop\"\n"),
        ("shop/migrations/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        ("shop/src/bin/main.rs", ""),
        ("Cargo.toml", "[workspace]\n"),
        ("migrations/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, id TEXT);\n"),
    ]);
    let run_in = |folder: &str, args: &[&str]| run(cargo_onward().args(args).current_dir(place.path(folder)));
    for folder in ["shop", "shop/src", "shop/src/bin"] {
        let ran = run_in(folder, &["check"]).exits(0);
        assert_eq!(ran.out, "1 migration: 0 errors, 0 warnings\n");
    }
    run_in(".", &["check"]).exits(1);
    run_in("shop", &["check", "../migrations"]).exits(1);

    let ran = run_in("shop/src", &["new", "items"]).exits(0);
    assert!(ran.out.replace('\\', "/").ends_with("shop/migrations/0002_items.sql\n"), "{}", ran.out);
    assert_eq!(
        place.files("shop/migrations"),
        ["shop/migrations/0001_orders.sql", "shop/migrations/0002_items.sql"]
    );
    place.write("shop/migrations/0002_items.sql", "CREATE TABLE items(id INTEGER PRIMARY KEY);\n");
    run_in("shop/src", &["lock"]).exits(0);
    assert!(place.path("shop/migrations/onward.lock").exists());
}

#[test]
fn the_folder_is_the_one_that_the_manifest_names() {
    let place = Place::with(&[
        (
            "shop/Cargo.toml",
            "[package]\nname = \"shop\"\n\n[package.metadata.onward]\nmigrations = \"db/history\"\n",
        ),
        ("shop/db/history/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        ("shop/migrations/0001_other.sql", "CREATE TABLE other (id INTEGER PRIMARY KEY, id TEXT);\n"),
        ("shop/src/main.rs", ""),
    ]);
    for folder in ["shop", "shop/src"] {
        let check = run(cargo_onward().arg("check").current_dir(place.path(folder))).exits(0);
        assert_eq!(check.out, "1 migration: 0 errors, 0 warnings\n");
    }
}

#[test]
fn the_folder_of_a_package_stands_for_its_migrations() {
    let place = workspace();
    for (folder, migrations) in
        [("crates/shop", "crates/shop/migrations/"), ("crates/mail", "crates/mail/db/history/")]
    {
        let checked = place.onward(&["check", folder]).exits(0);
        assert_eq!(checked.out, "1 migration: 0 errors, 0 warnings\n", "{folder}");
        let made = place.onward(&["new", "tags", folder]).exits(0).out.replace('\\', "/");
        assert_eq!(made, format!("{migrations}0002_tags.sql\n"));
        place.write(made.trim(), "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n");
        place.onward(&["apply", "app.db", folder]).exits(0);
        place.onward(&["status", "app.db", folder]).exits(0);
        place.remove("app.db");
    }
    let made = place.onward(&["new", "tags", "crates/plain"]).exits(0).out.replace('\\', "/");
    assert_eq!(made, "crates/plain/migrations/0001_tags.sql\n");
    // A folder with migrations beside its Cargo.toml is meant itself.
    place.remove("crates/plain/migrations/0001_tags.sql");
    place.write("crates/plain/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, id TEXT);\n");
    place.onward(&["check", "crates/plain"]).exits(1);
    place.remove("crates/plain/0001_notes.sql");
    place.write("crates/plain/0001_notes/up.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
    let made = place.onward(&["new", "more", "crates/plain"]).exits(0).out.replace('\\', "/");
    assert_eq!(made, "crates/plain/0002_more/up.sql\n");
}

/// Two packages with migrations, one of them in a folder of its own choice, and one without.
fn workspace() -> Place {
    let manifest =
        |name: &str, more: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}");
    Place::with(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n"),
        ("crates/shop/Cargo.toml", &manifest("shop", "")),
        ("crates/shop/src/lib.rs", ""),
        ("crates/shop/migrations/0001_orders.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);\n"),
        (
            "crates/mail/Cargo.toml",
            &manifest("mail", "[package.metadata.onward]\nmigrations = \"db/history\"\n"),
        ),
        ("crates/mail/src/lib.rs", ""),
        ("crates/mail/db/history/0001_mails.sql", "CREATE TABLE mails (id INTEGER PRIMARY KEY);\n"),
        ("crates/plain/Cargo.toml", &manifest("plain", "")),
        ("crates/plain/src/lib.rs", ""),
    ])
}

#[test]
fn at_the_root_of_a_workspace_the_package_has_to_be_named() {
    let place = workspace();
    for folder in [".", "crates"] {
        for args in [&["new", "tags"][..], &["check"], &["apply", "app.db"]] {
            let err = run(cargo_onward().args(args).current_dir(place.path(folder))).exits(2).err;
            let words = ["name the package with `-p`", "`mail` (", "db/history)", "`plain`,", "`shop` ("];
            assert!(words.iter().all(|word| err.replace('\\', "/").contains(word)), "{args:?}: {err}");
        }
    }
    assert!(!place.path("migrations").exists() && !place.path("crates/migrations").exists());

    let made = |args: &[&str]| place.onward(args).exits(0).out.replace('\\', "/");
    assert_eq!(made(&["new", "tags", "-p", "mail"]), "crates/mail/db/history/0002_tags.sql\n");
    assert_eq!(made(&["new", "first", "--package", "plain"]), "crates/plain/migrations/0001_first.sql\n");
    place.write("crates/mail/db/history/0002_tags.sql", "CREATE TABLE tags (id INTEGER PRIMARY KEY);\n");
    let out = place.onward(&["apply", "mail.db", "-p", "mail"]).exits(0).out;
    assert!(out.contains("0002  tags"), "{out}");
    let err = place.onward(&["check", "-p", "nowhere"]).exits(2).err;
    assert!(
        err.contains("no package of this workspace is called `nowhere`") && err.contains("`shop`"),
        "{err}"
    );
    place.onward(&["check", "migrations", "-p", "shop"]).exits(2);
    // A folder that is there is meant, as before.
    place.write("migrations/0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
    assert_eq!(made(&["new", "tags"]), "migrations/0002_tags.sql\n");
}

#[test]
fn a_whole_workspace_is_checked_and_locked() {
    let place = workspace();
    let onward = |args: &[&str], code| {
        let ran = place.onward(args).exits(code);
        (ran.out.replace('\\', "/"), ran.err)
    };
    let out = onward(&["check", "--workspace"], 0).0;
    let sound = "1 migration: 0 errors, 0 warnings\n";
    assert_eq!(out, format!("crates/mail/db/history:\n{sound}crates/shop/migrations:\n{sound}"));
    onward(&["lock", "--check", "--workspace"], 1);
    onward(&["lock", "--workspace"], 0);
    onward(&["lock", "--check", "--workspace"], 0);
    assert!(place.path("crates/mail/db/history/onward.lock").exists());

    // One that is wrong decides, and the others are checked all the same.
    place.write("crates/mail/db/history/0002_tags.sql", "CREATE TABLE tags (id, id);\n");
    place.write("crates/shop/migrations/0002_tags.sql", "CREATE TABLE tags (id, id);\n");
    assert!(onward(&["check", "--workspace"], 1).0.matches("1 error, ").count() == 2);
    for format in ["json", "github", "sarif"] {
        let out = onward(&["check", "--workspace", "--format", format], 1).0;
        for path in ["crates/mail/db/history/0002_tags.sql", "crates/shop/migrations/0002_tags.sql"] {
            assert!(out.contains(path), "{out}");
        }
    }
    let (out, err) = onward(&["lock", "--workspace"], 1);
    assert!(out.contains("0002_tags.sql") && err.matches("is not locked").count() == 2, "{out}{err}");
    onward(&["check", "--workspace", "-p", "shop"], 2);
    onward(&["apply", "app.db", "--workspace"], 2);
}
