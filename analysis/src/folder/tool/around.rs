//! What lies around a folder and tells whose it is, where the files alone do not: nothing of the order hangs on it.

use std::path::Path;

use toml::de::DeTable;

use crate::folder::regular;
use crate::folder::tool::Tool;
use crate::record::record;

/// So many folders above that of the migrations are looked into.
const ABOVE: usize = 8;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Around {
    /// The tools that the package depends on.
    pub(crate) crates: Vec<Tool>,
    /// Whether wrangler is set up, which applies the folder to D1.
    pub(crate) wrangler: bool,
    /// Whether it is a module of Go.
    pub(crate) go: bool,
    /// Whether it is a build of Java.
    pub(crate) java: bool,
}
record!(Around { crates, wrangler, go, java });

/// The crates that read a folder of migrations.
const CRATES: [(&str, Tool); 7] = [
    ("sqlx", Tool::Sqlx),
    ("refinery", Tool::Refinery),
    ("refinery-core", Tool::Refinery),
    ("diesel", Tool::Diesel),
    ("diesel_migrations", Tool::Diesel),
    ("rusqlite_migration", Tool::RusqliteMigration),
    ("hiqlite", Tool::Hiqlite),
];

impl Around {
    /// Looks around a folder, up to the package or the repository that it is part of.
    pub(crate) fn of(dir: &Path) -> Around {
        let mut around = Around::default();
        let Ok(dir) = std::path::absolute(dir) else { return around };
        for folder in dir.ancestors().skip(1).take(ABOVE) {
            let has = |name: &str| folder.join(name).is_file();
            around.wrangler = has("wrangler.toml") || has("wrangler.json") || has("wrangler.jsonc");
            around.go = has("go.mod");
            around.java = has("pom.xml") || has("build.gradle") || has("build.gradle.kts");
            let package = crates(&folder.join("Cargo.toml"));
            around.crates = package.clone().unwrap_or_default();
            if around.wrangler
                || around.go
                || around.java
                || package.is_some()
                || folder.join(".git").exists()
            {
                break;
            }
        }
        around
    }

    pub(crate) fn has(&self, tool: Tool) -> bool {
        self.crates.contains(&tool)
    }
}

/// The tools that a package or a workspace depends on; `None` if there is neither.
fn crates(manifest: &Path) -> Option<Vec<Tool>> {
    let text = String::from_utf8(regular::read(manifest).ok()?).ok()?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    // A folder beside all packages is one of theirs.
    let around = match manifest.get("workspace").filter(|_| !manifest.contains_key("package")) {
        Some(workspace) => workspace.get_ref().as_table()?,
        None => &manifest,
    };
    let mut tools = Vec::new();
    let dependencies = around.get("dependencies").and_then(|table| table.get_ref().as_table());
    for (name, dependency) in dependencies.into_iter().flatten() {
        let renamed = dependency.get_ref().as_table().and_then(|table| table.get("package"));
        let name = renamed.and_then(|name| name.get_ref().as_str()).unwrap_or(name.get_ref());
        tools.extend(CRATES.iter().filter(|(known, _)| *known == name).map(|(_, tool)| *tool));
    }
    Some(tools)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(files: &[(&str, &str)], dir: &str) -> Around {
        let place = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().chain([&(".git/HEAD", "")]) {
            let path = place.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::create_dir_all(place.path().join(dir)).unwrap();
        Around::of(&place.path().join(dir))
    }

    #[test]
    fn the_nearest_tells() {
        let sqlx = (
            "Cargo.toml",
            "[package]\nname = 'a'\n[dependencies]\ndb = { package = 'sqlx', version = '0.9' }\n",
        );
        assert_eq!(around(&[sqlx], "migrations").crates, [Tool::Sqlx]);
        assert_eq!(around(&[sqlx], "src/db/migrations").crates, [Tool::Sqlx]);
        let workspace = ("Cargo.toml", "[workspace]\n[workspace.dependencies]\nhiqlite = '0.15'\n");
        assert_eq!(around(&[workspace], "migrations").crates, [Tool::Hiqlite]);
        let nearer = ("worker/wrangler.jsonc", "{}");
        let found = around(&[sqlx, nearer], "worker/migrations");
        assert!(found.wrangler && found.crates.is_empty());
        assert!(around(&[("go.mod", "")], "migrations").go);
        assert!(around(&[("pom.xml", "")], "src/main/resources/db/migration").java);
        // Nothing that is wrong with a file is said here.
        for manifest in ["", "[", "package = 3", "[package]\ndependencies = 3"] {
            assert_eq!(around(&[("Cargo.toml", manifest)], "migrations").crates, []);
        }
    }
}
