//! Statements in the source that no build has reached, such as those behind a feature or for another target.

use std::fs;
use std::path::Path;

use anyhow::Context;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use walkdir::WalkDir;

use super::build::Collected;

/// The macros that hold a statement against the schema.
const MACROS: [&str; 4] = ["sql", "query", "query_as", "query_scalar"];

/// Where they stand: file and line, relative to the workspace. Tests are left out.
///
/// # Errors
/// If it cannot be read.
pub(super) fn calls(collected: &Collected) -> anyhow::Result<Vec<String>> {
    let reached = collected.places()?;
    let (root, packages) = (&collected.root, &collected.packages);
    let mut calls = Calls::default();
    for source in packages.iter().map(|folder| folder.join("src")).filter(|source| source.is_dir()) {
        for entry in WalkDir::new(&source).sort_by_file_name() {
            let entry = entry.with_context(|| format!("cannot read the source in {}", source.display()))?;
            if entry.path().extension().is_some_and(|extension| extension == "rs")
                && entry.file_type().is_file()
            {
                calls.read(entry.path(), root);
            }
        }
    }
    Ok(calls.found.into_iter().filter(|place| !reached.contains(place)).collect())
}

#[derive(Default)]
struct Calls {
    file: String,
    found: Vec<String>,
}

impl Calls {
    /// What is no Rust, rustc has told.
    fn read(&mut self, path: &Path, root: &Path) {
        let parsed = fs::read_to_string(path).ok().and_then(|text| syn::parse_file(&text).ok());
        self.file = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        if let Some(file) = parsed {
            self.visit_file(&file);
        }
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let mut parts = call.path.segments.iter().rev().map(|part| part.ident.to_string());
        let name = parts.next().unwrap_or_default();
        // Others have macros of these names.
        if MACROS.contains(&name.as_str()) && parts.next().is_none_or(|before| before == "onward") {
            let line = call.path.span().start().line;
            self.found.push(format!("{}:{line}", self.file));
        }
        visit::visit_macro(self, call);
    }
}

/// Whether something is built for tests alone.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let is_cfg =
            path.is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test");
        is_cfg || path.segments.last().is_some_and(|last| last.ident == "test")
    })
}
