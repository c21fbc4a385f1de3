//! Inputs of `folder` that are there already: the examples of the codes and the histories of the tests.

use std::fs;
use std::io;
use std::path::Path;

use onward_analysis::RULES;

/// Writes them into a folder.
///
/// # Errors
/// What cannot be read or written.
pub fn write(to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for rule in RULES.iter().filter(|rule| !rule.bad.is_empty()) {
        for (name, example) in [("bad", rule.bad), ("good", rule.good)] {
            fs::write(to.join(format!("{}-{name}", rule.code)), example.replace("-- 0", "--- 0"))?;
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder around it");
    histories(root, root, to)
}

/// Every folder that holds SQL, or whose folders do.
fn histories(root: &Path, dir: &Path, to: &Path) -> io::Result<()> {
    let mut input = Vec::new();
    add(dir, "", &mut input)?;
    if !input.is_empty() {
        let name = dir.strip_prefix(root).unwrap_or(dir).display().to_string();
        return fs::write(to.join(name.replace('/', "-")), input);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            histories(root, &path, to)?;
        }
    }
    Ok(())
}

fn add(dir: &Path, prefix: &str, input: &mut Vec<u8>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_ours =
            path.extension().is_some_and(|is| is == "sql") || name == "onward.lock" || name == "onward.toml";
        // In a folder of its own lies one migration, or the old releases.
        if path.is_dir()
            && prefix.is_empty()
            && (name == "legacy" || name.starts_with(|c: char| c.is_ascii_digit()))
        {
            add(&path, &format!("{name}/"), input)?;
        } else if is_ours && path.is_file() {
            input.extend(format!("--- {prefix}{name}\n").into_bytes());
            input.extend(fs::read(&path)?);
            input.push(b'\n');
        }
    }
    Ok(())
}
