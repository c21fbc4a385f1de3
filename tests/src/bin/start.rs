//! A program that migrates a database, prints the report as JSON, and goes on: `start HISTORY FILE [CHOICE…]`. The tests
//! start many of it at once.

use std::process::ExitCode;
use std::time::Duration;

use onward::{Adopt, Migrations, Migrator, migrations, snapshot};
use onward_tests::backfill;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [history, file, choices @ ..] = args.as_slice() else { return ExitCode::from(2) };
    if history == "snapshot" {
        return match snapshot!("histories/catalogue").create(file) {
            Ok(_) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let migrations: Migrations = match history.as_str() {
        "auth" => migrations!("histories/auth"),
        "board" => migrations!("histories/board"),
        "counter" => migrations!("histories/counter"),
        "counter_1" => migrations!("histories/counter_1"),
        "hashes" => migrations!("histories/hashes", after = { 2 => backfill::hash_messages }),
        "killed" => migrations!("histories/killed"),
        "orders" => migrations!("histories/orders"),
        "site" => migrations!("histories/site"),
        "slow" => migrations!("histories/slow"),
        "sample" => migrations!("../migrations"),
        "tokens" => migrations!("histories/tokens"),
        "workers" => migrations!("histories/workers"),
        _ => return ExitCode::from(2),
    };
    let Some(migrator) =
        choices.iter().try_fold(migrations.migrator(), |migrator, choice| choose(migrator, choice))
    else {
        return ExitCode::from(2);
    };
    match migrator.open(file) {
        Ok((_, report)) => {
            println!("{}", serde_json::to_string(&report).expect("a report is plain data"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn choose<'m>(migrator: Migrator<'m>, choice: &str) -> Option<Migrator<'m>> {
    let (name, value) = choice.split_once('=').unwrap_or((choice, ""));
    Some(match name {
        "lock_timeout" => migrator.lock_timeout(Duration::from_millis(value.parse().ok()?)),
        "attempt_timeout" => migrator.attempt_timeout(Duration::from_millis(value.parse().ok()?)),
        "recreate" => migrator.or_recreate(),
        "backup" => migrator.backup(value),
        "adopt" => migrator.adopt(match value {
            "exact" => Adopt::Exact,
            "reconcile" => Adopt::Reconcile,
            _ => return None,
        }),
        _ => return None,
    })
}
