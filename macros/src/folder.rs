//! Which folder the macro means, and how its files are called in messages.

use std::env;
use std::path::{Path, PathBuf};

use proc_macro2::Span;

use crate::input::Input;

/// A folder of migrations.
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) dir: PathBuf,
    /// What stands before its files in messages, with a `/` at the end.
    pub(crate) prefix: String,
    /// Where the macro names it.
    pub(crate) span: Span,
}

/// The folder relative to the package that is compiled; if there is none, relative to the package that the source file
/// lies in, which is another one when a test harness compiles a file from elsewhere.
pub(crate) fn find(input: &Input) -> Folder {
    let compiled = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let package = match compiled.join(&input.path).exists() {
        true => compiled,
        false => {
            source_package(input.span).filter(|root| root.join(&input.path).exists()).unwrap_or(compiled)
        }
    };
    let dir = package.join(&input.path);
    Folder { prefix: prefix(&dir, &package), dir, span: input.span }
}

fn source_package(span: Span) -> Option<PathBuf> {
    let source = span.unwrap().local_file()?.canonicalize().ok()?;
    source.ancestors().find(|folder| folder.join("Cargo.toml").exists()).map(Path::to_owned)
}

/// Relative to where the compiler runs if it can be, since that is what editors and terminals resolve; else relative
/// to the package.
fn prefix(dir: &Path, package: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let roots = [env::current_dir().ok(), package.canonicalize().ok()];
    let relative = roots.iter().flatten().find_map(|root| dir.strip_prefix(root).ok());
    let shown = relative.unwrap_or(&dir).display().to_string().replace('\\', "/");
    if shown.is_empty() { String::new() } else { format!("{shown}/") }
}
