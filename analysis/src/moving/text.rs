//! Files beside the migrations.

use std::path::{Path, PathBuf};

use crate::file::File;
use crate::folder::regular;

/// The text of a file that need not be there.
pub(super) fn text(path: &Path, inputs: &mut Vec<PathBuf>) -> Option<String> {
    let text = String::from_utf8(regular::read(path).ok()?).ok()?;
    inputs.push(path.to_owned());
    Some(File::new(String::new(), &text).text)
}
