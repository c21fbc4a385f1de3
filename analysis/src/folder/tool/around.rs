//! What lies around a folder and tells whose it is, where the files alone do not: nothing of the order hangs on it.

use std::path::Path;

use toml::de::DeTable;

use crate::folder::regular;
use crate::folder::tool::Tool;

/// So many folders above that of the migrations are looked into.
const ABOVE: usize = 5;

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

/// The tools that a package depends on; `None` if there is no package.
fn crates(manifest: &Path) -> Option<Vec<Tool>> {
    let text = String::from_utf8(regular::read(manifest).ok()?).ok()?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    manifest.get("package")?;
    let mut tools = Vec::new();
    let dependencies = manifest.get("dependencies").and_then(|table| table.get_ref().as_table());
    for (name, dependency) in dependencies.into_iter().flatten() {
        let renamed = dependency.get_ref().as_table().and_then(|table| table.get("package"));
        let name = renamed.and_then(|name| name.get_ref().as_str()).unwrap_or(name.get_ref());
        tools.extend(CRATES.iter().filter(|(known, _)| *known == name).map(|(_, tool)| *tool));
    }
    Some(tools)
}
