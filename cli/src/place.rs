//! Where diagnostics are, for programs: lines and columns from one, and a path that can be opened from here.

use std::path::{Component, Path, PathBuf};

use onward_analysis::Diagnostic;
use onward_analysis::file::{Files, Place};

/// The files of a history, and where they lie as seen from the working directory.
pub(crate) struct Places<'a> {
    files: &'a Files,
    folder: String,
}

/// The place of something in a file.
pub(crate) struct Spot<'a> {
    /// Relative to the migrations folder; `.` for the folder itself.
    pub(crate) file: &'a str,
    /// Relative to the working directory, with `/` between the parts; absolute where there is no such way.
    pub(crate) path: String,
    pub(crate) line: usize,
    /// In characters.
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    /// That of the first character behind it.
    pub(crate) end_column: usize,
}

impl<'a> Places<'a> {
    pub(crate) fn new(files: &'a Files, dir: &Path) -> Places<'a> {
        Places { files, folder: from_here(dir) }
    }

    pub(crate) fn spot(&self, place: &Place) -> Spot<'a> {
        let file = self.files.get(place.file);
        let (start, end) = (file.position(place.range.start), file.position(place.range.end));
        let (file, path) = match (file.path.as_str(), self.folder.as_str()) {
            ("", folder) => (".", folder.to_owned()),
            (path, ".") => (path, path.to_owned()),
            (path, folder) => (path, format!("{}/{path}", folder.trim_end_matches('/'))),
        };
        Spot {
            file,
            path,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    /// What is wrong, what it does, what to do: a line each.
    pub(crate) fn text(&self, diagnostic: &Diagnostic) -> String {
        let label = (!diagnostic.label.is_empty()).then(|| format!("here: {}", diagnostic.label));
        let related = diagnostic.related.iter().map(|related| {
            let Spot { path, line, column, .. } = self.spot(&related.place);
            format!("{path}:{line}:{column}: {}", related.message)
        });
        let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
        let help = (!diagnostic.help.is_empty()).then(|| format!("help: {}", diagnostic.help));
        let lines =
            [diagnostic.message.clone()].into_iter().chain(label).chain(related).chain(notes).chain(help);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The way to a folder from the working directory: `.` if it is that one.
pub(crate) fn from_here(dir: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    // A folder that is not there is called as it was named, as far as nothing is there.
    let there = dir.canonicalize().or_else(|error| match (dir.parent(), dir.file_name()) {
        (Some(parent), Some(name)) => parent.canonicalize().map(|parent| parent.join(name)),
        _ => Err(error),
    });
    let way = match (here, there) {
        (Ok(here), Ok(there)) => way(&here, &there).unwrap_or(there),
        _ => dir.to_owned(),
    };
    let way = way.to_string_lossy();
    let way = if cfg!(windows) { way.replace('\\', "/") } else { way.into_owned() };
    if way.is_empty() { ".".to_owned() } else { way }
}

/// `None` if the two have nothing in common but the root, or not even that.
fn way(from: &Path, to: &Path) -> Option<PathBuf> {
    let common = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let is_root = |part: Component<'_>| matches!(part, Component::RootDir | Component::Prefix(_));
    if from.components().take(common).all(is_root) && from != to {
        return to.strip_prefix(from).ok().map(Path::to_owned);
    }
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    Some(up.chain(to.components().skip(common)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_one_folder_to_another() {
        for (from, to, expected) in [
            ("/srv/shop", "/srv/shop/migrations", Some("migrations")),
            ("/srv/shop", "/srv/shop", Some("")),
            ("/srv/shop/src/bin", "/srv/shop/migrations", Some("../../migrations")),
            ("/srv/shop", "/srv", Some("..")),
            ("/", "/srv/migrations", Some("srv/migrations")),
            ("/srv/shop", "/var/migrations", None),
        ] {
            let found = way(Path::new(from), Path::new(to));
            assert_eq!(found.as_deref(), expected.map(Path::new), "{from} {to}");
        }
    }
}
