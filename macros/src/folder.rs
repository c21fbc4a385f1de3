//! Which folder a macro means, and how its files are called in messages.

use std::env;
use std::path::{Path, PathBuf};

use onward_analysis::Analysis;
use onward_analysis::folder::read;
use onward_analysis::folder::recorded;
use onward_analysis::folder::regular;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::recent::Recent;

/// A folder of migrations.
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) dir: PathBuf,
    /// What stands before its files in messages, with a `/` at the end.
    pub(crate) prefix: String,
    /// Where the macro names it.
    pub(crate) span: Span,
    /// The Cargo.toml that names it, if one does.
    manifest: Option<PathBuf>,
}

impl Folder {
    /// The folder that is named, or that Cargo.toml names, or `migrations`: relative to the package that is compiled; if
    /// there is none, relative to the package that the source file lies in, which is another one when a test harness
    /// compiles a file from elsewhere.
    pub(crate) fn find(named: Option<&LitStr>) -> Folder {
        let span = named.map_or_else(Span::call_site, LitStr::span);
        let compiled = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
        let named = named.map(LitStr::value);
        let first = Place::inside(compiled, named.clone());
        let place = match first.exists {
            true => first,
            false => {
                let source = source_package(span).map(|package| Place::inside(package, named));
                source.filter(|place| place.exists).unwrap_or(first)
            }
        };
        let Place { dir, prefix, manifest, .. } = place;
        Folder { dir, prefix, span, manifest }
    }

    /// Makes every file an input of the crate, so that its edit or removal compiles it again. So does whoever records what it
    /// runs.
    pub(crate) fn track(&self, analysis: &Analysis) -> TokenStream {
        let paths = analysis.history.inputs.iter().map(|path| self.dir.join(path));
        let files = track(paths.chain(self.manifest.clone()));
        let variable = recorded::VARIABLE;
        quote!(#files const _: ::core::option::Option<&str> = ::core::option_env!(#variable);)
    }
}

/// Where the folder of a package is.
#[derive(Clone)]
struct Place {
    dir: PathBuf,
    prefix: String,
    manifest: Option<PathBuf>,
    exists: bool,
}

impl Place {
    fn inside(package: PathBuf, named: Option<String>) -> Place {
        static PLACES: Recent<(PathBuf, Option<String>, Option<PathBuf>), Place> = Recent::new();
        // What files are called depends on where the compiler runs.
        let asked = (package, named, env::current_dir().ok());
        PLACES.get(asked, |(package, named, _)| Place::find(package, named.as_deref()))
    }

    fn find(package: &Path, named: Option<&str>) -> Place {
        let configured = match named {
            Some(_) => None,
            None => read::configured(package),
        };
        let manifest = configured.is_some().then(|| package.join("Cargo.toml"));
        let dir = package.join(named.or(configured.as_deref()).unwrap_or("migrations"));
        Place { prefix: prefix(&dir, package), exists: dir.exists(), dir, manifest }
    }
}

/// Makes files inputs of the crate.
pub(crate) fn track(paths: impl Iterator<Item = PathBuf>) -> TokenStream {
    // A file that cannot be read would be reported a second time.
    let paths = paths.filter(|path| regular::open(path).is_ok());
    let paths = paths.filter_map(|path| Some(path.to_str()?.to_owned()));
    let paths: Vec<String> = paths.collect();
    if paths.is_empty() {
        return TokenStream::new();
    }
    // One item for all: rustc looks at each on its own.
    quote!(const _: &[&[u8]] = &[#(::core::include_bytes!(#paths)),*];)
}

/// The folder of the source file that a token stands in.
pub(crate) fn source_folder(span: Span) -> Option<PathBuf> {
    Some(dunce::canonicalize(span.unwrap().local_file()?).ok()?.parent()?.to_owned())
}

fn source_package(span: Span) -> Option<PathBuf> {
    let source = source_folder(span)?;
    source.ancestors().find(|folder| folder.join("Cargo.toml").exists()).map(Path::to_owned)
}

/// Relative to where the compiler runs if it can be, since that is what editors and terminals resolve; else relative
/// to the package.
fn prefix(dir: &Path, package: &Path) -> String {
    let shown = shown(dir, package);
    if shown.is_empty() { String::new() } else { format!("{shown}/") }
}

/// A path as messages are to call it: on Windows without the `\\\\?\\` that stands before what is canonical, and that the
/// folder in which the compiler runs would not have.
pub(crate) fn shown(path: &Path, package: &Path) -> String {
    let canonical = |path: &Path| dunce::canonicalize(path).ok();
    let path = canonical(path).unwrap_or_else(|| path.to_owned());
    let current = env::current_dir().ok().and_then(|current| canonical(&current));
    let roots = [current, canonical(package)];
    let relative = roots.iter().flatten().find_map(|root| path.strip_prefix(root).ok());
    let shown = relative.unwrap_or(&path).display().to_string();
    // Elsewhere it may be part of a name.
    if cfg!(windows) { shown.replace('\\', "/") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_people_write_it() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let package = folder.path().join("package");
        std::fs::create_dir_all(package.join("db")).expect("folders can be made");
        assert_eq!(shown(&package.join("db"), &package), "db");
        // In no folder that is known, the whole path is shown, and nothing before the letter of the drive.
        let whole = shown(&package, &package.join("db"));
        assert!(whole.ends_with("/package") && !whole.contains("?"), "{whole}");
        assert_eq!(PathBuf::from(&whole).canonicalize().ok(), package.canonicalize().ok());
        let here = env::current_dir().expect("there is one");
        assert_eq!(shown(&here.join("src"), &package), "src");
    }

    #[cfg(unix)]
    #[test]
    fn a_backslash_is_part_of_a_name() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::fs::create_dir(folder.path().join("a\\b")).expect("it is a name");
        assert_eq!(shown(&folder.path().join("a\\b"), folder.path()), "a\\b");
    }
}
