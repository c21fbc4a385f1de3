//! Servers that are no rqlite, or do not do as one.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use onward::{Migrations, migrations};
use onward_rqlite::{Cluster, Standing};

static JOBS: Migrations = migrations!("../../migrations");

/// A server that answers every request with these bytes, and closes; and how often it was asked.
fn server(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 65536]);
            let _ = stream.write_all(answer);
        }
    });
    (address, asked)
}

#[test]
fn what_is_no_rqlite_is_named_and_ends() {
    for (answer, says) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>welcome</html>\n"[..], "is this rqlite?"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "404: not found"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "asks for credentials"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"results\"", "run"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "answered"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n{\"results\":[{\"values\":3},{\"a\":1}]}", ""),
        (b"nonsense\r\n\r\n", ""),
        (b"", ""),
    ] {
        let (address, asked) = server(answer);
        let cluster = Cluster::connect(&address).unwrap().timeout(Duration::from_millis(200));
        let error = cluster.apply(&JOBS).unwrap_err().to_string();
        assert!(error.contains("could not read the schema"), "{error}");
        assert!(says == "run" || error.contains(says), "{says}: {error}");
        assert!(error.contains("nothing was changed") && error.contains("help: "), "{error}");
        assert!(asked.load(Ordering::SeqCst) > 0);
    }
}

#[test]
fn what_is_no_backup_is_named_and_ends() {
    for (answer, says) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>welcome</html>\n"[..],
            "\"<html>welcome</h\"; is this rqlite?",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "is no backup"),
        (b"HTTP/1.1 200 OK\r\n\r\nSQLite", "is no backup"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nSQLite format 3\0cut off", "breaks off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nSQLite format 3\0\r\n", "breaks off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nSQLite format 3\0\0\x1acut off!", "cannot be read"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "404: not found"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "302"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "asks for credentials"),
        (
            b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 16\r\n\r\nleader not found",
            "503: leader not found",
        ),
        (b"nonsense\r\n\r\n", ""),
        (b"", ""),
    ] {
        let (address, asked) = server(answer);
        let cluster = Cluster::connect(&address).unwrap().timeout(Duration::from_millis(200));
        let error = cluster.rehearse(&JOBS).unwrap_err().to_string();
        assert!(
            error.starts_with("could not copy the database: ") && error.contains(says),
            "{says}: {error}"
        );
        assert!(error.contains("nothing was changed") && error.contains("help: "), "{error}");
        assert!(asked.load(Ordering::SeqCst) > 0);
    }
}

#[test]
fn nobody_is_there() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cluster =
        Cluster::connect(&format!("http://127.0.0.1:{port}")).unwrap().timeout(Duration::from_millis(100));
    let error = cluster.apply(&JOBS).unwrap_err().to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")) && error.contains("nothing was changed"), "{error}");
}

#[test]
fn nothing_is_sent_in_the_open_unless_one_says_so() {
    let cluster = Cluster::connect("http://ada:secret@192.0.2.1:4001").unwrap();
    let error = cluster.apply(&JOBS).unwrap_err().to_string();
    assert!(error.contains("can be read on the way") && !error.contains("secret"), "{error}");
}

#[test]
fn a_server_that_stalls_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // Says nothing, and waits for the other side to go.
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        while stream.read(&mut [0; 65536])? > 0 {}
        Ok::<(), std::io::Error>(())
    });
    let cluster = Cluster::connect(&address).unwrap().timeout(Duration::from_millis(200));
    let error = cluster.apply(&JOBS).unwrap_err().to_string();
    assert!(error.contains("could not read the schema") && error.contains("nothing was changed"), "{error}");
    server.join().unwrap().expect("the connection is closed when the time is over");
}

#[test]
fn credentials_go_to_no_address_in_the_open_that_a_server_names() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://ada:secret@{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 65536];
            let read = stream.read(&mut request).unwrap_or(0);
            let body = match request[..read].starts_with(b"GET /nodes") {
                true => r#"{"nodes":[{"api_addr":"http://192.0.2.1:4001"}]}"#,
                false => r#"{"results":[{"columns":["name","chain"]},{"columns":["type"]}]}"#,
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let nodes = Cluster::connect(&address).unwrap().nodes(&JOBS).unwrap();
    let Standing::Silent(why) = &nodes[0].standing else { panic!("{nodes:?}") };
    assert!(why.contains("can be read on the way") && !why.contains("secret"), "{why}");
}
