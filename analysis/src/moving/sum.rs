//! The checksums of other tools, as text.

use std::fmt::Write;
use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

use crate::folder::history::History;
use crate::folder::regular;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A string takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Without these characters.
pub(super) fn sha384(bytes: &[u8], ignored: &[char]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !ignored.is_empty() => hex(&Sha384::digest(text.replace(ignored, ""))),
        _ => hex(&Sha384::digest(bytes)),
    }
}

/// Prisma takes a file with other line ends for the same, and once wrote sums without the zeros before single digits.
pub(super) fn prisma(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let texts = [text.to_string(), text.replace("\r\n", "\n"), text.replace('\n', "\r\n")];
    let mut sums = Vec::new();
    for text in texts {
        let sum = Sha256::digest(text);
        let old = sum.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:x}");
            text
        });
        for sum in [hex(&sum), old] {
            if !sums.contains(&sum) {
                sums.push(sum);
            }
        }
    }
    sums
}

/// The version and the name that refinery reads from the name of a file.
pub(super) fn refinery_name(file: &str) -> Option<(i64, &str)> {
    let (version, name) = file.strip_suffix(".sql")?.strip_prefix(['V', 'U'])?.split_once("__")?;
    Some((version.parse().ok()?, name))
}

/// refinery's version has 32 bits, or 64 with its feature `int8-versions`.
pub(super) fn refinery(file: &str, bytes: &[u8]) -> Vec<String> {
    let Some((version, name)) = refinery_name(file) else { return Vec::new() };
    let text = String::from_utf8_lossy(bytes);
    let sum = |version: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version(&mut hasher);
        text.hash(&mut hasher);
        hasher.finish().to_string()
    };
    let short =
        i32::try_from(version).ok().map(|version| sum(&|hasher| hasher.write(&version.to_le_bytes())));
    let long = sum(&|hasher| hasher.write(&version.to_le_bytes()));
    short.into_iter().chain([long]).collect()
}

/// CRC-32 of the lines without their ends, as a number with a sign.
pub(super) fn flyway(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut sum = crc32fast::Hasher::new();
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).for_each(|line| sum.update(line));
    i32::from_ne_bytes(sum.finalize().to_ne_bytes()).to_string()
}

/// Atlas's: name and sum of each file that has one, over it and all before it, each as `seen`.
///
/// # Errors
/// In words, that a file cannot be read.
pub(super) fn cumulative(
    history: &History,
    seen: fn(&[u8]) -> Vec<u8>,
) -> Result<Vec<(String, String)>, String> {
    let is_its = |path: &&String| path.ends_with(".sql") && !path.contains('/');
    let mut paths: Vec<&String> = history.inputs.iter().filter(is_its).collect();
    paths.sort();
    let (mut sha, mut sums) = (Sha256::new(), Vec::new());
    for path in paths {
        let bytes = regular::read(&history.dir.join(path));
        let bytes = bytes.map_err(|problem| format!("cannot read `{path}`: {problem}"))?;
        sha.update(path);
        if String::from_utf8_lossy(&bytes).lines().any(|line| line.trim() == "-- atlas:sum ignore") {
            continue;
        }
        sha.update(seen(&bytes));
        sums.push((path.clone(), STANDARD.encode(sha.clone().finalize())));
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_without_their_ends() {
        let sum = flyway(b"CREATE TABLE a(b);\nSELECT 1;\n");
        assert_eq!(flyway(b"\xef\xbb\xbfCREATE TABLE a(b);\r\nSELECT 1;"), sum);
        assert_ne!(flyway(b"CREATE TABLE a(c);\nSELECT 1;"), sum);
        // Of the standard's test text.
        assert_eq!(flyway(b"1234\n56789"), i32::from_ne_bytes(0xCBF4_3926_u32.to_ne_bytes()).to_string());
    }

    #[test]
    fn prisma_takes_both_line_ends() {
        let (unix, windows) = (prisma(b"a;\nb;\n"), prisma(b"a;\r\nb;\r\n"));
        assert!(unix.contains(&windows[0]) && windows.contains(&unix[0]));
    }
}
