//! What cargo watches, by what the package's build script has said.

use std::env;
use std::path::{Path, PathBuf};

use onward_analysis::folder::regular;

/// The folder as Cargo.toml would name it, if cargo certainly does not look there for files that are added: the package has a
/// build script, and that has named other paths.
pub(crate) fn unwatched(dir: &Path) -> Option<String> {
    let set = |name| env::var_os(name).map(PathBuf::from);
    let (package, out) = (set("CARGO_MANIFEST_DIR")?, set("OUT_DIR")?);
    // Here cargo keeps what the build script has printed. Where it does not, nothing is certain.
    let printed = regular::read(&out.parent()?.join("output")).ok()?;
    let printed = String::from_utf8_lossy(&printed);
    let named = named(&printed)?;
    let is_watched = named.iter().any(|path| covers(&package.join(path), dir));
    let shown = dir.strip_prefix(&package).unwrap_or(dir).to_str()?.replace('\\', "/");
    (!is_watched).then_some(shown)
}

/// The paths at which cargo looks; `None` if it looks at the whole package.
fn named(printed: &str) -> Option<Vec<&str>> {
    let said = printed.lines().filter_map(|line| {
        let said = line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:"))?;
        said.split_once('=').filter(|(what, _)| matches!(*what, "rerun-if-changed" | "rerun-if-env-changed"))
    });
    let said: Vec<(&str, &str)> = said.collect();
    let paths = said.iter().filter(|(what, _)| *what == "rerun-if-changed").map(|(_, path)| *path).collect();
    (!said.is_empty()).then_some(paths)
}

/// Whether who looks at a path looks at this folder: it is that, or around it, or is not there, so that the build script
/// runs each time.
fn covers(path: &Path, dir: &Path) -> bool {
    let whole = |path: &Path| dunce::canonicalize(path);
    match (whole(path), whole(dir)) {
        (Ok(path), Ok(inside)) if inside.starts_with(&path) => true,
        (Ok(_), Ok(_)) => dir.starts_with(path),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_path_the_whole_package_is_watched() {
        assert_eq!(named(""), None);
        assert_eq!(named("cargo::rustc-cfg=x\nhello\n cargo::rerun-if-changed=a\n"), None);
        assert_eq!(named("cargo:rerun-if-env-changed=X"), Some(vec![]));
        assert_eq!(named("cargo:rerun-if-changed=a\r\ncargo::rerun-if-changed=b=c"), Some(vec!["a", "b=c"]));
    }

    #[test]
    fn a_folder_is_watched_with_all_that_is_in_it() {
        let package = tempfile::tempdir().unwrap();
        let dir = package.path().join("db/migrations");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("1_a.sql"), "").unwrap();
        std::fs::write(package.path().join("build.rs"), "").unwrap();
        for (path, covered) in [
            ("db/migrations", true),
            ("db/migrations/", true),
            ("db", true),
            ("./db/../db", true),
            (".", true),
            ("", true),
            ("nowhere", true),
            ("build.rs", false),
            ("db/migrations/1_a.sql", false),
        ] {
            assert_eq!(covers(&package.path().join(path), &dir), covered, "{path}");
        }
        #[cfg(unix)]
        {
            let elsewhere = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink(elsewhere.path(), package.path().join("db/linked")).unwrap();
            let linked = package.path().join("db/linked");
            assert!(covers(&package.path().join("db"), &linked) && covers(elsewhere.path(), &linked));
            assert!(!covers(&dir, &linked));
        }
    }
}
