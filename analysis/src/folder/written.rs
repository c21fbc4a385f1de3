//! What the files have in common that a command writes and the repository keeps: `onward.lock` and `onward.release`.
//!
//! They are TOML that nobody has to edit, so that a key which no command writes is a slip, and what stands under it would be
//! passed over in silence.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with such a file, and where.
pub type Problem = (Range<usize>, String);

/// The table of a file that a command has written, in a format up to this one.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn table(text: &str, newest: i64) -> Result<DeTable<'_>, Problem> {
    let table = DeTable::parse(text).map_err(|error| match marker(text) {
        Some(range) => (range, "it has the conflict markers of a merge".to_owned()),
        None => (error.span().unwrap_or(0..0), error.message().trim().to_owned()),
    })?;
    let table = table.into_inner();
    let format = table.get("format").ok_or((0..0, "there is no `format`".to_owned()))?;
    let number = integer(format)?;
    if number > newest {
        return Err((format.span(), "it was written by a newer onward than this one".to_owned()));
    }
    if number < 1 {
        return Err((format.span(), format!("there is no format {number}: write `format = {newest}`")));
    }
    Ok(table)
}

/// The first line that a merge has left behind, of a text that is no TOML: in TOML, it may stand in a string of several lines.
fn marker(text: &str) -> Option<Range<usize>> {
    const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut marked = starts.filter(|&at| MARKERS.iter().any(|marker| text[at..].starts_with(marker)));
    marked.next().map(|at| at..at + 7)
}

/// Refuses a key that is none of these. Where it has entries, they were meant for `list`, if the table is about one.
pub(super) fn only(table: &DeTable<'_>, known: &[&str], list: Option<&str>) -> Result<(), Problem> {
    let unknown = table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref()));
    let Some((key, value)) = unknown.min_by_key(|(key, _)| key.span().start) else { return Ok(()) };
    let has_entries = match value.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items.iter().any(|item| item.get_ref().is_table()),
        _ => false,
    };
    let name = key.get_ref();
    Err((
        key.span(),
        match list.filter(|_| has_entries) {
            Some(header) => format!("what stands below `{name}` would be passed over: write `[[{header}]]`"),
            None => {
                let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                format!("unknown key `{name}`; known are {}", known.join(", "))
            }
        },
    ))
}

pub(super) fn integer(value: &Spanned<DeValue<'_>>) -> Result<i64, Problem> {
    let number = value.get_ref().as_integer();
    let number = number.and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
    number.ok_or((value.span(), "this is not a whole number".to_owned()))
}

/// A [basic string](https://toml.io/en/v1.0.0#string) of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (&str, String) {
        let (range, problem) = table(text, 1).unwrap_err();
        (&text[range], problem)
    }

    #[test]
    fn every_marker_of_a_merge() {
        for marker in ["<<<<<<<", "|||||||", "=======", ">>>>>>>"] {
            for text in [
                format!("format = 1\n{marker}"),
                format!("{marker} ours\nformat = 1"),
                format!("format = 1\r\n{marker}\r\n"),
            ] {
                let (at, problem) = problem(&text);
                assert_eq!((at, &*problem), (marker, "it has the conflict markers of a merge"), "{text}");
            }
            // Not at the start of a line, and in a comment or a string.
            assert!(!problem(&format!("format = 1\n {marker}")).1.contains("merge"));
            assert!(table(&format!("format = 1\n# {marker}\na = '''\n{marker}\n'''"), 1).is_ok());
        }
    }

    #[test]
    fn formats() {
        for number in ["0", "-1"] {
            let text = format!("format = {number}");
            let expected = format!("there is no format {number}: write `format = 1`");
            assert_eq!(problem(&text), (number, expected));
        }
        // What a newer onward has written may have keys and lists that this one does not know.
        assert!(problem("format = 2\n[[migratoin]]").1.contains("newer onward"));
        assert!(problem("format = 0x2").1.contains("newer onward"));
        assert!(table("format = 0x1", 1).is_ok());
    }
}
