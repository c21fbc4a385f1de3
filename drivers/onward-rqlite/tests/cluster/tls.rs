//! A node that has a certificate, and asks for a password.

use std::fs;
use std::time::Duration;

use onward::{Migrations, migrations};
use onward_rqlite::{Cluster, ErrorKind, Failure, Standing};

use crate::authority::Authority;
use crate::nodes::{Node, rqlited, until};

static JOBS: Migrations = migrations!("../../migrations");

const USERS: &str = r#"[{"username": "ada", "password": "secret", "perms": ["all"]},
    {"username": "bea", "password": "secret", "perms": ["query", "execute", "status", "ready"]}]"#;

/// A node of its own, and the folder that it is in.
fn start(authority: &Authority) -> Option<(Node, tempfile::TempDir)> {
    let program = rqlited()?;
    let folder = tempfile::tempdir().unwrap();
    let users = folder.path().join("users.json");
    fs::write(&users, USERS).unwrap();
    let mut node = Node::new("n0", folder.path(), None);
    let [certificate, key] = authority.node();
    node.spawn(&program, &[("-http-cert", &certificate), ("-http-key", &key), ("-auth", &users)]);
    let cluster = cluster(&node.secure_address(), "ada", authority).timeout(Duration::from_secs(1));
    until("the node is ready", || cluster.status(&JOBS).is_ok());
    Some((node, folder))
}

fn cluster(address: &str, user: &str, authority: &Authority) -> Cluster {
    let cluster = Cluster::connect(address).unwrap().credentials(user, "secret");
    cluster.root_certificate(&authority.pem()).unwrap()
}

#[test]
fn an_authority_of_ones_own_is_trusted() {
    let Some(authority) = Authority::new() else { return };
    let Some((node, _folder)) = start(&authority) else { return };
    let address = node.secure_address();
    let cluster = |user| cluster(&address, user, &authority);
    assert_eq!(cluster("bea").status(&JOBS).unwrap().pending(), 10);
    assert_eq!(cluster("ada").rehearse(&JOBS).unwrap().applied.len(), 10);
    let report = cluster("ada").apply(&JOBS).unwrap();
    assert_eq!((report.run.applied.len(), report.nodes.len()), (10, 1));
    // Asked at the address that it names.
    assert_eq!((&*report.nodes[0].address, &report.nodes[0].standing), (&*address, &Standing::Same));
    // A backup is more than to read.
    let error = cluster("bea").rehearse(&JOBS).unwrap_err().to_string();
    assert!(
        error.contains("asks for credentials") && error.contains("see who may read all of it"),
        "{error}"
    );
    let error = cluster("eve").status(&JOBS).unwrap_err().to_string();
    assert!(error.contains("asks for credentials") && !error.contains("secret"), "{error}");
}

#[test]
fn who_is_not_trusted_is_sent_nothing() {
    let Some((authority, other)) = Authority::new().zip(Authority::new()) else { return };
    let Some((node, _folder)) = start(&authority) else { return };
    let connect = |address: &str| Cluster::connect(address).unwrap().credentials("ada", "secret");
    let address = node.secure_address();
    let unknown = [connect(&address), connect(&address).root_certificate(&other.pem()).unwrap()];
    for cluster in unknown {
        for error in [cluster.apply(&JOBS).unwrap_err(), cluster.rehearse(&JOBS).unwrap_err()] {
            assert!(
                matches!(error.kind(), ErrorKind::Engine { failure: Failure::Untrusted { .. }, .. }),
                "{error}"
            );
            let error = error.to_string();
            assert!(error.contains(&format!("the certificate of {address} is not trusted: ")), "{error}");
            assert!(error.contains("`root_certificate`"), "{error}");
        }
    }
    // Two authorities, one of which it is.
    let both = connect(&address).root_certificate(&other.pem()).unwrap();
    let both = both.root_certificate(&authority.pem()).unwrap();
    assert_eq!(both.status(&JOBS).unwrap().pending(), 10);
    let both = connect(&address).root_certificate(&[other.pem(), authority.pem()].concat()).unwrap();
    assert_eq!(both.status(&JOBS).unwrap().pending(), 10);
    // Its certificate is for 127.0.0.1.
    let named = address.replace("127.0.0.1", "localhost");
    let error = connect(&named).root_certificate(&authority.pem()).unwrap().status(&JOBS).unwrap_err();
    assert!(error.to_string().contains("localhost"), "{error}");
    let error = connect(&address.replace("https", "http")).status(&JOBS).unwrap_err();
    assert!(error.to_string().contains("HTTPS server"), "{error}");
}

#[test]
fn what_is_no_certificate_is_said() {
    let Some(authority) = Authority::new() else { return };
    let [_, key] = authority.node();
    let cut = authority.pem();
    let cut = &cut[..cut.len() / 2];
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, says) in [
        (&b"nonsense"[..], "no `-----BEGIN CERTIFICATE-----` is in it"),
        (b"", "no `-----BEGIN CERTIFICATE-----` is in it"),
        (&fs::read(key).unwrap(), "there is a key in it"),
        (cut, "this is no PEM"),
        (broken, "it cannot be read"),
    ] {
        let cluster = Cluster::connect("https://127.0.0.1:1").unwrap();
        let error = cluster.root_certificate(pem).err().expect("it is refused");
        assert!(matches!(error.kind(), ErrorKind::Certificate { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}
