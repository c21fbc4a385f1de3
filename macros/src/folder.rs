//! Which folder a macro means, and how its files are called in messages.

use std::env;
use std::path::{Path, PathBuf};

use onward_analysis::{Analysis, source};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

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
        let first = Folder::inside(compiled, named, span);
        if first.dir.exists() {
            return first;
        }
        let source = source_package(span).map(|package| Folder::inside(package, named, span));
        source.filter(|folder| folder.dir.exists()).unwrap_or(first)
    }

    fn inside(package: PathBuf, named: Option<&LitStr>, span: Span) -> Folder {
        let configured = match named {
            Some(_) => None,
            None => source::configured(&package),
        };
        let manifest = configured.is_some().then(|| package.join("Cargo.toml"));
        let path = named.map(LitStr::value).or(configured).unwrap_or_else(|| "migrations".to_owned());
        let dir = package.join(path);
        Folder { prefix: prefix(&dir, &package), dir, span, manifest }
    }

    /// Makes every file an input of the crate, so that its edit or removal compiles it again.
    pub(crate) fn track(&self, analysis: &Analysis) -> TokenStream {
        let paths = analysis.history.inputs.iter().map(|path| self.dir.join(path));
        track(paths.chain(self.manifest.clone()))
    }
}

/// Makes files inputs of the crate.
pub(crate) fn track(paths: impl Iterator<Item = PathBuf>) -> TokenStream {
    // A file that cannot be read would be reported a second time.
    let paths = paths.filter(|path| source::regular::open(path).is_ok());
    let paths = paths.filter_map(|path| Some(path.to_str()?.to_owned()));
    // One item for all: rustc looks at each on its own.
    quote!(const _: &[&[u8]] = &[#(::core::include_bytes!(#paths)),*];)
}

/// The folder of the source file that a token stands in.
pub(crate) fn source_folder(span: Span) -> Option<PathBuf> {
    Some(span.unwrap().local_file()?.canonicalize().ok()?.parent()?.to_owned())
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

/// A path as messages are to call it.
pub(crate) fn shown(path: &Path, package: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let roots = [env::current_dir().ok(), package.canonicalize().ok()];
    let relative = roots.iter().flatten().find_map(|root| path.strip_prefix(root).ok());
    relative.unwrap_or(&path).display().to_string().replace('\\', "/")
}
