//! A password or a token, from where no list of processes shows it.

use std::env::{self, VarError};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::output;

/// Nobody has a longer one: who names another file by mistake need not wait for the end of it.
const LONGEST: u64 = 64 << 10;

/// What the file has, or the variable if no file was named; `None` if neither is there.
///
/// # Errors
/// If the file cannot be read, or one of them has what nobody can have meant.
pub(crate) fn read(file: Option<&Path>, variable: &str) -> anyhow::Result<Option<String>> {
    let Some(file) = file else {
        return match env::var(variable) {
            Ok(secret) => Ok(Some(secret)),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => bail!("the variable {variable} is no text; nothing was sent"),
        };
    };
    let shown = output::path(file);
    let mut text = String::new();
    let opened = File::open(file).and_then(|opened| opened.take(LONGEST).read_to_string(&mut text));
    opened.with_context(|| format!("cannot read {shown}; nothing was sent"))?;
    // Editors put a mark before UTF-8, or end the line, as `echo` does.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let secret = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    ensure!(!secret.is_empty(), "{shown} is empty; nothing was sent");
    ensure!(!secret.contains('\n'), "{shown} has more than one line; nothing was sent");
    Ok(Some(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_editor_adds_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for (written, secret) in
            [("a b", "a b"), ("a\n", "a"), ("a\r\n", "a"), ("\u{feff}a\r\n", "a"), (" a \r", " a \r")]
        {
            std::fs::write(&file, written).unwrap();
            assert_eq!(read(Some(&file), "ONWARD_PASSWORD").unwrap().as_deref(), Some(secret), "{written:?}");
        }
        for refused in ["", "\n", "\u{feff}", "a\nb"] {
            std::fs::write(&file, refused).unwrap();
            assert!(read(Some(&file), "ONWARD_PASSWORD").is_err(), "{refused:?}");
        }
    }
}
