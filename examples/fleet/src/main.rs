//! Notes of many customers, a database each, below one folder.
//!
//! `cargo run -p fleet serve FOLDER [ADDRESS]` takes requests, a line each: `add CUSTOMER TEXT` and `count CUSTOMER`. It opens a
//! customer's database when it is asked for, which makes it, or migrates it. `cargo run -p fleet sweep FOLDER` migrates those that
//! nobody asks for. Start as many of both as you like, at the same time.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use onward::fleet::Event;
use onward::{Migrations, migrations, query, query_scalar};

static MIGRATIONS: Migrations = migrations!();

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder] => serve(folder.into(), "127.0.0.1:8080").map(|()| true),
        ["serve", folder, address] => serve(folder.into(), address).map(|()| true),
        ["sweep", folder] => sweep(Path::new(folder)),
        _ => Err("say `serve FOLDER [ADDRESS]` or `sweep FOLDER`".into()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Migrates all databases of the folder; whether nothing is left to do in any.
fn sweep(folder: &Path) -> Result<bool, Box<dyn Error>> {
    let paths = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let customers = paths.filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    let mut fleet = MIGRATIONS.fleet().canary(2).observer(|event| match event {
        Event::PutOff { path } => println!("{}: put off", path.display()),
        Event::Ended { tenant } => println!("{}: {}", tenant.path.display(), tenant.class),
        _ => {}
    });
    let sweep = fleet.apply(customers)?;
    println!("{sweep}");
    Ok(sweep.is_done())
}

fn serve(folder: PathBuf, address: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    let folder = Arc::new(folder);
    for stream in listener.incoming() {
        let (stream, folder) = (stream?, Arc::clone(&folder));
        thread::spawn(move || talk(&stream, &folder));
    }
    Ok(())
}

/// Answers until the other side has enough.
fn talk(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let answer = match answer(&line?, folder) {
            Ok(number) => number.to_string(),
            Err(error) => format!("error: {}", error.to_string().replace('\n', " ")),
        };
        writeln!(stream, "{answer}")?;
    }
    Ok(())
}

fn answer(request: &str, folder: &Path) -> Result<i64, Box<dyn Error>> {
    let mut words = request.splitn(3, ' ');
    let (what, customer) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if customer.is_empty() || !customer.chars().all(|char| char.is_ascii_alphanumeric()) {
        return Err("a customer has letters and digits".into());
    }
    // The sweep may not have been here yet, or be here just now: this waits for it, or does its work.
    let conn = MIGRATIONS.open(folder.join(format!("{customer}.db")))?;
    match (what, words.next()) {
        ("add", Some(body)) => {
            let words = i64::try_from(body.split(' ').count())?;
            query!("INSERT INTO notes(body, words) VALUES (:body, :words)").execute(&conn)?;
            Ok(words)
        }
        ("count", None) => Ok(query_scalar!("SELECT count(*) FROM notes").one(&conn)?),
        _ => Err("say `add CUSTOMER TEXT` or `count CUSTOMER`".into()),
    }
}
