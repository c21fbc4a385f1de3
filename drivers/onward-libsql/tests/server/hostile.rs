//! Servers that are none, or are not trusted.

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use onward::{Phase, Readiness};
use onward_libsql::{ErrorKind, Failure, Server};

use crate::authority::Authority;
use crate::front::front;
use crate::process::{JOBS, Process};

#[test]
fn an_authority_of_ones_own_is_trusted() {
    let Some(authority) = Authority::new() else { return };
    let Some(process) = Process::start() else { return };
    let address = front(&authority, process.ports.0);
    let connect = || Server::connect(&address).unwrap().namespace("default");
    let server = connect().root_certificate(&authority.pem()).unwrap();
    assert_eq!(server.rehearse(&JOBS).unwrap().applied.len(), 10);
    assert_eq!(server.apply(&JOBS).unwrap().applied.len(), 10);
    for error in [connect().status(&JOBS).unwrap_err(), connect().rehearse(&JOBS).unwrap_err()] {
        let untrusted = matches!(error.kind(), ErrorKind::Engine { failure: Failure::Untrusted { .. }, .. });
        assert!(untrusted && error.to_string().contains(&address), "{error}");
    }
    let error = Server::connect(&address).unwrap().root_certificate(b"nonsense").err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Certificate { .. }), "{error}");
}

#[test]
fn what_is_no_server_is_named_and_ends() {
    use std::io::{Read, Write};
    for (answer, says) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n<html>welcome</html>\n"[..],
            "is this a libSQL server?",
        ),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "404: not found"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "asks for credentials"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no steps"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"results\"", ""),
        (b"", ""),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.read(&mut [0; 65536]);
                let _ = stream.write_all(answer);
            }
        });
        let server = Server::connect(&address).unwrap().timeout(Duration::from_millis(200));
        let error = server.apply(&JOBS).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("nothing was changed"), "{says}: {error}");
        let error = server.rehearse(&JOBS).unwrap_err().to_string();
        let says = says.replace("no steps", "the rows break off");
        assert!(
            error.starts_with("could not copy the database: ") && error.contains(&says),
            "{says}: {error}"
        );
    }
    static READINESS: Readiness = Readiness::new();
    let error = Server::connect("http://192.0.2.1:8080")
        .unwrap()
        .readiness(&READINESS)
        .token("secret")
        .apply(&JOBS)
        .unwrap_err()
        .to_string();
    assert!(error.contains("can be read on the way") && !error.contains("secret"), "{error}");
    assert_eq!(READINESS.phase(), Phase::Failed);
}
