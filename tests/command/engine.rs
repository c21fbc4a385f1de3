//! The address of an engine over the network where a file might stand, on a command line that was built without engines.

use onward_tests::command::Place;

fn fails(place: &Place, args: &[&str]) -> String {
    let ran = place.onward(args).exits(2);
    assert!(
        ran.out.is_empty() && !ran.err.contains("secret") && !ran.err.contains("No such file"),
        "{}",
        ran.err
    );
    ran.err
}

#[test]
fn an_address_is_no_file_and_the_feature_is_named() {
    let place = Place::with_sample();
    for command in ["status", "verify", "rehearse", "apply"] {
        for address in ["http+rqlite://ada@localhost:4001", "https+libsql://db.example"] {
            let err = fails(&place, &[command, address]);
            assert!(
                err.contains("was built without them; nothing was sent\nhelp: install it with them, in a clone of onward: `cargo install --path cli --locked --features engines`"),
                "{err}"
            );
        }
    }
    for args in [
        &["adopt", "http+rqlite://localhost:4001"][..],
        &["database", "http+rqlite://localhost:4001"],
        &["restore", "http+rqlite://localhost:4001", "app.db"],
        &["restore", "app.db", "http+rqlite://localhost:4001"],
        &["revert", "http+rqlite://localhost:4001", "0"],
        &["init", "--database", "http+rqlite://localhost:4001"],
        &["init", "--legacy", "http+rqlite://localhost:4001"],
        &["fleet", "status", "http+rqlite://localhost:4001"],
        &["fleet", "plan", "app.db", "http+rqlite://localhost:4001"],
        &["fleet", "apply", "http+rqlite://localhost:4001"],
    ] {
        let err = fails(&place, args);
        assert!(
            err.contains(&format!(
                "`{}` is for files, and http+rqlite://localhost:4001 is an engine",
                args[0]
            )),
            "{err}"
        );
    }
    assert_eq!(place.folder().read_dir().unwrap().count(), 2, "a file was made");
}

#[test]
fn an_address_that_is_not_complete_or_has_a_password_is_refused() {
    let place = Place::with_sample();
    for address in ["http://ada:secret@localhost:4001", "libsql://localhost", "http+mysql://localhost"] {
        let err = fails(&place, &["status", address]);
        assert!(err.contains("http+rqlite://localhost") && err.contains("http+libsql://localhost"), "{err}");
    }
    let err = fails(&place, &["apply", "http+rqlite://ada:secret@localhost:4001"]);
    assert!(
        err.contains(
            "write http+rqlite://ada@localhost:4001, and put the password into the variable ONWARD_PASSWORD"
        ),
        "{err}"
    );
    let err = fails(&place, &["apply", "http+libsql://ada:secret@localhost:8080"]);
    assert!(
        err.contains("write http+libsql://localhost:8080, and put the token into the variable ONWARD_TOKEN")
            && !err.contains("ONWARD_PASSWORD"),
        "{err}"
    );
}

#[test]
fn what_looks_like_an_address_makes_no_file() {
    let place = Place::with_sample();
    for name in ["localhost:21001", r"http:\\localhost:21001", "http+rqlite:/localhost:21001"] {
        for args in [
            &["status", name][..],
            &["verify", name],
            &["rehearse", name],
            &["apply", name],
            &["adopt", name],
            &["database", name],
            &["restore", "app.db", name],
            &["revert", name, "0"],
            &["init", "--database", name],
            &["fleet", "apply", name],
        ] {
            let err = fails(&place, args);
            assert!(
                err.contains(&format!(
                    "{name} is no file that is there, and looks like an address; nothing was done"
                )) && err.contains("help: write http+rqlite://localhost:21001 "),
                "{args:?}: {err}"
            );
        }
    }
    assert_eq!(place.folder().read_dir().unwrap().count(), 2, "a file was made");
    if cfg!(unix) {
        place.onward(&["apply", "./localhost:21001"]).exits(0);
        place.onward(&["status", "localhost:21001"]).exits(0);
    }
}

#[test]
fn a_timeout_is_a_number_of_seconds() {
    let place = Place::with_sample();
    for timeout in ["0", "1.5", "soon", "", "99999999999999999999"] {
        let err = fails(&place, &["status", "http+rqlite://localhost", &format!("--timeout={timeout}")]);
        assert!(err.contains("a timeout is a whole number of seconds, 1 or more"), "{err}");
    }
}

#[test]
fn what_is_for_an_engine_is_not_passed_over_for_another_database() {
    let place = Place::with_sample();
    for (database, option) in [
        ("app.db", &["--allow-http"][..]),
        ("app.db", &["--timeout", "1"]),
        ("app.db", &["--password-file", "secret"]),
        ("http+rqlite://localhost", &["--token-file", "secret"]),
        ("http+rqlite://localhost", &["--namespace", "tenant"]),
        ("http+libsql://localhost", &["--password-file", "secret"]),
    ] {
        let err = fails(&place, &[&["status", database], option].concat());
        assert!(err.contains(&format!("`{}` is for ", option[0])) && err.contains(database), "{err}");
    }
    // A file may be called anything.
    let named = place.path("http+rqlite:");
    if cfg!(unix) {
        std::fs::create_dir(&named).unwrap();
        std::fs::copy(place.path("app.db"), named.join("host")).unwrap();
        place.onward(&["status", "./http+rqlite:/host"]).exits(0);
    }
}
