//! Whether onward can be had beside the crates that applications reach SQLite with: one small program for each, outside the
//! workspace, with the oldest rusqlite that goes with it and the newest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, output, words};

/// A program beside onward, and the rusqlite that cargo shall find for it.
struct Stack {
    /// The dependencies, as in Cargo.toml.
    crates: &'static str,
    /// The beginning of rusqlite's version.
    rusqlite: &'static str,
    how: How,
}

#[derive(PartialEq)]
enum How {
    /// That cargo finds versions that go together is enough: what else it needs is heavy, or others build it.
    Resolve,
    Check,
}

use How::{Check, Resolve};

/// Those of one crate stand together, the oldest rusqlite first. `tests/company` runs the newest pools and wrappers, and
/// `cargo xtask ci drivers` their crates.
const STACKS: &[Stack] = &[
    Stack { crates: SQLX_08, rusqlite: "0.32.", how: Check },
    Stack { crates: SQLX_09, rusqlite: "0.32.", how: Resolve },
    Stack { crates: SQLX_09, rusqlite: "0.39.", how: Check },
    Stack { crates: SEA_ORM_1, rusqlite: "0.32.", how: Resolve },
    Stack { crates: SEA_ORM_2, rusqlite: "0.32.", how: Resolve },
    Stack { crates: SEA_ORM_2, rusqlite: "0.39.", how: Resolve },
    Stack { crates: DIESEL, rusqlite: "0.32.", how: Check },
    Stack { crates: DIESEL, rusqlite: "0.40.", how: Check },
    Stack { crates: TAURI, rusqlite: "0.32.", how: Resolve },
    Stack { crates: TOKIO_RUSQLITE_06, rusqlite: "0.32.", how: Check },
    Stack { crates: TOKIO_RUSQLITE_08, rusqlite: "0.40.", how: Resolve },
    Stack { crates: DEADPOOL_09, rusqlite: "0.32.", how: Check },
    Stack { crates: DEADPOOL_14, rusqlite: "0.40.", how: Resolve },
    Stack { crates: R2D2_25, rusqlite: "0.32.", how: Check },
    Stack { crates: R2D2_35, rusqlite: "0.40.", how: Resolve },
    Stack { crates: REFINERY, rusqlite: "0.32.", how: Check },
    Stack { crates: REFINERY, rusqlite: "0.41.", how: Check },
    Stack { crates: r#"rusqlite_migration = "1.3""#, rusqlite: "0.32.", how: Check },
    Stack { crates: r#"rusqlite_migration = "2.6""#, rusqlite: "0.40.", how: Check },
];

const SQLX_08: &str = r#"sqlx = { version = "0.8", features = ["runtime-tokio", "sqlite"] }
onward-sqlx = { path = "ROOT/drivers/onward-sqlx", features = ["sqlx-08"] }"#;
const SQLX_09: &str = r#"sqlx = { version = "0.9", features = ["runtime-tokio", "sqlite"] }
onward-sqlx = { path = "ROOT/drivers/onward-sqlx", features = ["sqlx-09"] }"#;
const SEA_ORM_1: &str = r#"sea-orm = { version = "1.1", features = ["runtime-tokio", "sqlx-sqlite"] }"#;
const SEA_ORM_2: &str = r#"sea-orm = { version = "2", features = ["runtime-tokio", "sqlx-sqlite"] }"#;
const DIESEL: &str = r#"diesel = { version = "2.3", features = ["sqlite"] }"#;
const TAURI: &str = r#"tauri-plugin-sql = { version = "2", features = ["sqlite"] }"#;
const TOKIO_RUSQLITE_06: &str = r#"tokio-rusqlite = "=0.6.0"
onward-tokio-rusqlite = { path = "ROOT/drivers/onward-tokio-rusqlite" }"#;
const TOKIO_RUSQLITE_08: &str = r#"tokio-rusqlite = "0.8"
onward-tokio-rusqlite = { path = "ROOT/drivers/onward-tokio-rusqlite" }"#;
const DEADPOOL_09: &str = r#"deadpool-sqlite = "0.9"
onward-deadpool-sqlite = { path = "ROOT/drivers/onward-deadpool-sqlite" }"#;
const DEADPOOL_14: &str = r#"deadpool-sqlite = "0.14"
onward-deadpool-sqlite = { path = "ROOT/drivers/onward-deadpool-sqlite" }"#;
const R2D2_25: &str = r#"r2d2_sqlite = "0.25"
onward-r2d2 = { path = "ROOT/drivers/onward-r2d2" }"#;
const R2D2_35: &str = r#"r2d2_sqlite = "0.35"
onward-r2d2 = { path = "ROOT/drivers/onward-r2d2" }"#;
const REFINERY: &str = r#"refinery = { version = "0.10", features = ["rusqlite"] }"#;

/// Tries them all, with one target folder.
///
/// # Errors
/// At the first that does not go together, or does not build.
pub(crate) fn try_all(root: &Path, target: &Path) -> Result<()> {
    for stack in STACKS {
        stack.attempt(root, target).with_context(|| format!("beside onward:\n{}", stack.crates))?;
    }
    Ok(())
}

impl Stack {
    fn attempt(&self, root: &Path, target: &Path) -> Result<()> {
        let place = tempfile::tempdir()?;
        self.write(root, place.path())?;
        let name = self.crates.split(' ').next().unwrap_or_default();
        let resolved = output(cargo(["generate-lockfile"]).current_dir(place.path()))?;
        let said = String::from_utf8_lossy(&resolved.stderr);
        if !resolved.status.success() {
            let missing = ["no matching package", "failed to download", "failed to query", "failed to get"];
            ensure!(missing.iter().any(|words| said.contains(words)), "{said}");
            println!("{name}: the registry that is used here does not have it, so it was not tried");
            return Ok(());
        }
        self.pin(place.path())?;
        if self.how == Check {
            let mut check = cargo(words("check --quiet --locked"));
            let checked = output(check.current_dir(place.path()).env("CARGO_TARGET_DIR", target))?;
            ensure!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        }
        let done = if self.how == Check { "builds" } else { "resolves" };
        println!("{name}: {done} with rusqlite {}", found(place.path())?);
        Ok(())
    }

    fn write(&self, root: &Path, place: &Path) -> Result<()> {
        let root = root.display().to_string().replace('\\', "/");
        let crates = self.crates.replace("ROOT", &root);
        let manifest = format!(
            "[package]\nname = \"stack\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nonward = {{ path = \
             \"{root}/runtime\" }}\n{crates}\n\n[workspace]\n"
        );
        fs::write(place.join("Cargo.toml"), manifest)?;
        fs::create_dir_all(place.join("src"))?;
        fs::create_dir_all(place.join("migrations"))?;
        fs::write(place.join("migrations/0001_jobs.sql"), "CREATE TABLE jobs(id INTEGER PRIMARY KEY);\n")?;
        let mut program = String::from("static MIGRATIONS: onward::Migrations = onward::migrations!();\n\n");
        program += match crates.contains("onward-sqlx") {
            true => {
                "pub async fn start(pool: sqlx::SqlitePool) -> onward::Result<onward::Report> {\n    \
                 onward_sqlx::ApplySqlx::apply_sqlx(&MIGRATIONS, &pool).await\n}\n\nfn main() {}\n"
            }
            false => "fn main() -> onward::Result<()> {\n    MIGRATIONS.open(\"app.db\").map(drop)\n}\n",
        };
        fs::write(place.join("src/main.rs"), program)?;
        Ok(())
    }

    /// Where cargo's choice is newer than what is meant.
    fn pin(&self, place: &Path) -> Result<()> {
        if !found(place)?.starts_with(self.rusqlite) {
            let oldest = format!("{}0", self.rusqlite);
            let mut update = cargo(words("update --quiet -p rusqlite --precise").chain([oldest.as_str()]));
            let updated = output(update.current_dir(place))?;
            ensure!(updated.status.success(), "{}", String::from_utf8_lossy(&updated.stderr));
        }
        let found = found(place)?;
        ensure!(found.starts_with(self.rusqlite), "rusqlite is {found}, not {}x", self.rusqlite);
        Ok(())
    }
}

/// The version of rusqlite in a lock file.
fn found(place: &Path) -> Result<String> {
    let lock = fs::read_to_string(place.join("Cargo.lock"))?;
    match lock.split_once("name = \"rusqlite\"\nversion = \"").and_then(|(_, rest)| rest.split_once('"')) {
        Some((version, _)) => Ok(version.to_owned()),
        None => bail!("there is no rusqlite in the lock file"),
    }
}
