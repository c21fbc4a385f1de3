//! The build script of a package.

use std::fs;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

/// Where cargo looks for the build script of the package in this folder; `None` if its Cargo.toml wants none, or no package
/// is here.
pub(crate) fn of(package: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(package.join("Cargo.toml")).ok()?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    let build = manifest.get("package")?.get_ref().as_table()?.get("build");
    match build.map(|build| build.get_ref()) {
        Some(build) if build.as_bool() == Some(false) => None,
        Some(build) => Some(package.join(build.as_str().unwrap_or("build.rs"))),
        None => Some(package.join("build.rs")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_where_cargo_looks() {
        for (manifest, expected) in [
            ("[package]\nname = \"a\"\n[build-dependencies]\n", Some("build.rs")),
            ("[package]\nbuild = true\n", Some("build.rs")),
            ("[package]\nbuild = \"src/script.rs\"\n", Some("src/script.rs")),
            ("[package]\nbuild = false\n", None),
            ("[workspace]\n", None),
            ("[package", None),
        ] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
            assert_eq!(of(dir.path()), expected.map(|path| dir.path().join(path)), "{manifest}");
        }
    }
}
