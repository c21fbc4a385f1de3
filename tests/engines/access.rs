//! Who gets in, and what is told to whom.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use onward_tests::cargo_onward_engines;
use onward_tests::command::{Place, Ran, run};

use crate::authority::Authority;
use crate::servers::{USER, elsewhere, rqlite, secure};

fn place() -> Place {
    Place::with(&[("migrations/0001_notes.sql", "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);\n")])
}

/// A command in a folder, with nothing in the environment.
fn onward(place: &Place, args: &[&str]) -> Command {
    let mut command = cargo_onward_engines();
    command.args(args).current_dir(place.folder()).env_remove("ONWARD_PASSWORD").env_remove("ONWARD_TOKEN");
    command
}

fn fails(place: &Place, args: &[&str]) -> String {
    let Ran { err, .. } = run(&mut onward(place, args)).exits(2);
    assert!(!err.contains(USER.1) && !err.contains("secret"), "{err}");
    err
}

#[test]
fn the_password_comes_from_the_environment_or_a_file() {
    let Some(process) = rqlite() else { return };
    let place = place();
    let (named, nobody) = (&*process.address, process.address.replace("ada@", ""));
    let pending = "1 of 1 pending\n";
    let err = fails(&place, &["status", &nobody]);
    assert!(err.contains("401") && err.contains("ONWARD_PASSWORD"), "{err}");
    // The password alone is for nobody.
    let ran = run(onward(&place, &["status", &nobody]).env("ONWARD_PASSWORD", USER.1)).exits(2);
    assert!(ran.err.contains("401") && ran.err.contains("write the user into the address"), "{}", ran.err);
    let err = fails(&place, &["status", named]);
    assert!(err.contains("names the user `ada`, and nothing the password"), "{err}");

    let ran = run(onward(&place, &["status", named]).env("ONWARD_PASSWORD", USER.1)).exits(0);
    assert!(ran.out.ends_with(pending), "{}", ran.out);
    let ran = run(onward(&place, &["status", named]).env("ONWARD_PASSWORD", "another secret")).exits(2);
    assert!(ran.err.contains("401") && !ran.err.contains("secret"), "{}", ran.err);

    // The file that is named counts.
    let file = ["status", named, "--password-file", "password"];
    assert!(fails(&place, &file).contains("cannot read password"));
    for (text, said) in
        [("", "password is empty"), ("\n", "password is empty"), ("a secret\nb\n", "more than one line")]
    {
        place.write("password", text);
        let err = fails(&place, &file);
        assert!(err.contains(said), "{err}");
    }
    for end in ["", "\n", "\r\n"] {
        place.write("password", &format!("{}{end}", USER.1));
        let ran = run(onward(&place, &file).env("ONWARD_PASSWORD", "another secret")).exits(0);
        assert!(ran.out.ends_with(pending), "{}", ran.out);
    }
    // Both processes of it have it.
    run(&mut onward(&place, &["apply", named, "--password-file", "password"])).exits(0);
    let err = fails(&place, &["status", &nobody, "--password-file", "password"]);
    assert!(err.contains("the address names no user"), "{err}");
}

/// The first lines of a request, which is answered with this.
fn hear(listener: TcpListener, answer: &'static str) -> thread::JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let mut heard = Vec::new();
        // Before a namespace is used, one that is not there is asked for.
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map(Result::unwrap);
            heard.extend(lines.take_while(|line| !line.is_empty()));
            stream.write_all(answer.as_bytes()).unwrap();
        }
        heard
    })
}

#[test]
fn nodes_that_nobody_may_ask_for_are_told_of() {
    let Some(process) = rqlite() else { return };
    let (place, bea) = (place(), process.address.replace("ada@", "bea@"));
    let on = |command: &str, code| {
        run(onward(&place, &[command, &bea]).env("ONWARD_PASSWORD", USER.1)).exits(code)
    };
    let Ran { out, .. } = on("apply", 0);
    assert!(out.contains("; the nodes were not compared: "), "{out}");
    let Ran { out, .. } = on("verify", 2);
    assert!(
        out.contains("the schema is what the ledger says") && out.contains("permission `status`"),
        "{out}"
    );
}

#[test]
fn the_token_and_the_namespace_are_sent() {
    let place = place();
    place.write("token", "ey.secret\n");
    for from_file in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http+libsql://{}", listener.local_addr().unwrap());
        let heard =
            hear(listener, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let mut command = onward(&place, &["status", &address, "--namespace", "tenant"]);
        match from_file {
            true => command.args(["--token-file", "token"]),
            false => command.env("ONWARD_TOKEN", "ey.secret"),
        };
        let ran = run(&mut command).exits(2);
        assert!(
            ran.err.contains("401") && ran.err.contains("ONWARD_TOKEN") && !ran.err.contains("secret"),
            "{}",
            ran.err
        );
        let heard = heard.join().unwrap();
        let has = |line: &str| heard.iter().any(|heard| heard.eq_ignore_ascii_case(line));
        assert!(has("authorization: Bearer ey.secret"), "{heard:?}");
        assert!(
            heard.iter().any(|line| line.to_ascii_lowercase().starts_with("host: tenant.127.0.0.1")),
            "{heard:?}"
        );
    }
    let bad =
        run(onward(&place, &["status", "http+libsql://localhost"]).env("ONWARD_TOKEN", "a secret")).exits(2);
    assert!(bad.err.contains("characters that none can have") && !bad.err.contains("secret"), "{}", bad.err);
    for other in ["a.b", "", "a b", "a\nb"] {
        let err = fails(&place, &["status", "http+libsql://localhost", "--namespace", other]);
        assert!(err.contains("has letters, digits"), "{err}");
    }
    let err = fails(&place, &["status", "http+rqlite://ada@localhost:4001O"]);
    assert!(err.contains("a port is a number from 1 to 65535"), "{err}");
    let err = fails(&place, &["status", "http+libsql://ada@localhost"]);
    assert!(err.contains("has no users"), "{err}");
}

#[test]
fn what_is_https_is_spoken_with_tls() {
    let place = place();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https+rqlite://{}", listener.local_addr().unwrap());
    let first = thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
        let mut first = [0];
        stream.read_exact(&mut first).unwrap();
        first[0]
    });
    fails(&place, &["status", &address]);
    // A handshake.
    assert_eq!(first.join().unwrap(), 22);
}

#[test]
fn an_authority_of_ones_own_is_named_by_its_file() {
    let Some(authority) = Authority::new() else { return };
    let Some(process) = secure(&authority) else { return };
    let place = place();
    let err = fails(&place, &["apply", &process.address, "--timeout", "1"]);
    assert!(err.contains("with `--root-certificate`"), "{err}");
    let named = ["apply", &process.address, "--root-certificate", "authority.pem"];
    assert!(fails(&place, &named).contains("cannot read authority.pem"));
    place.write("authority.pem", "none");
    let err = fails(&place, &named);
    assert!(
        err.contains("the certificate of the authority cannot be used")
            && err.contains("`--root-certificate`"),
        "{err}"
    );
    std::fs::write(place.path("authority.pem"), authority.pem()).unwrap();
    let out = run(&mut onward(&place, &named)).exits(0).out;
    assert!(
        out.contains("applied 1 migration in") && out.ends_with("; the same schema on 1 of 1 nodes\n"),
        "{out}"
    );
}

#[test]
fn http_to_another_machine_is_asked_about() {
    let place = place();
    for command in ["status", "apply"] {
        let err = fails(&place, &[command, "http+rqlite://db.invalid:4001"]);
        assert!(err.contains("can be read on the way") && err.contains("`--allow-http`"), "{err}");
    }
    // There is no such machine.
    let err = fails(&place, &["status", "http+rqlite://db.invalid:4001", "--allow-http", "--timeout", "1"]);
    assert!(err.contains("could not read the schema"), "{err}");
}

#[test]
fn nobody_there_is_found_out_in_the_time_that_was_asked_for() {
    let place = place();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for engine in ["rqlite", "libsql"] {
        let err = fails(&place, &["apply", &format!("http+{engine}://127.0.0.1:{port}"), "--timeout", "1"]);
        assert!(err.contains("could not read the schema") && err.contains("nothing was changed"), "{err}");
    }
    let err = fails(&place, &["apply", &format!("http+rqlite://127.0.0.1:{port}/db")]);
    assert!(err.contains("write host and port, and nothing behind them"), "{err}");
}

/// What a cluster names is sent no password in the open either.
#[test]
fn a_node_on_another_machine_is_asked_about() {
    let Some(process) = elsewhere("db.invalid:4001") else { return };
    let place = place();
    for command in ["apply", "verify"] {
        let out = run(&mut onward(&place, &[command, &process.address])).exits(0).out;
        let told = "http://db.invalid:4001 does not answer: ";
        assert!(out.contains(told) && out.contains("or say `--allow-http`"), "{command}: {out}");
    }
}
