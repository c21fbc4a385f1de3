//! Text that others have written, such as the names of tables and files, as a terminal or a log may have it.
//!
//! A name can hold anything: an escape sequence that hides the line above it, a character that turns the order of
//! letters around, a line feed with a message of its own behind it. Whatever onward writes for people goes through here;
//! JSON has escapes of its own.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// A text on one line: control characters, line feeds and tabs among them, and characters that cannot be seen or change
/// the order of others are written as in Rust.
///
/// ```
/// use onward_core::printable::printable;
///
/// assert_eq!(printable("jobs"), "jobs");
/// assert_eq!(printable("jobs\u{1b}[2J\nall is well"), r"jobs\u{1b}[2J\nall is well");
/// assert_eq!(printable("\u{202e}sboj"), r"\u{202e}sboj");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_printable(c) {
            true => shown.push(c),
            false => shown.extend(c.escape_default()),
        }
    }
    Cow::Owned(shown)
}

/// A text of several lines, as [`Lines`] writes it.
///
/// ```
/// use onward_core::printable::printable_lines;
///
/// assert_eq!(printable_lines("a\nb"), "a\nb");
/// assert!(!printable_lines("\u{1b}[31m").contains('\u{1b}'));
/// ```
pub fn printable_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // Writing to a String does not fail.
    let _ = Lines(&mut shown).write_str(text);
    shown
}

/// A text of several lines with as many characters as it had: what cannot be printed is a sign for it, so that columns
/// that were counted in it are right.
///
/// ```
/// assert_eq!(onward_core::printable::same_columns("a\u{1b}b\u{9b}c\n"), "a\u{241b}b\u{fffd}c\n");
/// ```
pub fn same_columns(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_printable(c) || is_layout(c)) {
        return Cow::Borrowed(text);
    }
    let sign = |c: char| match c {
        // Unicode has pictures for these.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(|c| if is_printable(c) || is_layout(c) { c } else { sign(c) }).collect())
}

/// Writes text of several lines: line feeds and tabs stay, all else is as in [`printable`].
///
/// ```
/// use std::fmt::{self, Write};
/// use onward_core::printable::Lines;
///
/// struct Report(&'static str);
///
/// impl fmt::Display for Report {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         write!(Lines(f), "it says:\n{}", self.0)
///     }
/// }
///
/// assert_eq!(Report("two\nlines\u{7}").to_string(), "it says:\ntwo\nlines\\u{7}");
/// ```
pub struct Lines<'w, W>(pub &'w mut W);

impl<W: Write> Write for Lines<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|c| !is_printable(c) && !is_layout(c)) {
            self.0.write_str(&rest[..at])?;
            let mut after = rest[at..].chars();
            after.next().into_iter().try_for_each(|c| write!(self.0, "{}", c.escape_default()))?;
            rest = after.as_str();
        }
        self.0.write_str(rest)
    }
}

/// What a text of several lines is laid out with.
fn is_layout(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

/// Whether a character is no more than what is seen of it.
fn is_printable(c: char) -> bool {
    let hidden = matches!(c,
        // Soft hyphen, and what has no width or breaks lines. The joiners of scripts and emoji stay.
        '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        // What changes the order of what stands around it (https://www.unicode.org/reports/tr9/).
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // Annotations and tags.
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !(c.is_control() || hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_is_left() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| c.is_control()) {
            let text = format!("a{c}b");
            assert!(!printable(&text).contains(char::is_control), "{c:?}");
            let allowed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!printable_lines(&text).contains(allowed), "{c:?}");
            assert!(!same_columns(&text).contains(allowed), "{c:?}");
            assert_eq!(same_columns(&text).chars().count(), 3, "{c:?}");
        }
    }

    #[test]
    fn text_of_all_languages_stays() {
        for text in ["jobs", "añadir_né", "ジョブ", "می\u{200c}خواهم", "👩\u{200d}🚀", "שלום", "a\\b `c`"]
        {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
            assert_eq!(printable_lines(text), text);
            assert_eq!(same_columns(text), text);
        }
    }

    #[test]
    fn what_is_shown_is_shown_the_same_again() {
        for text in ["a\nb", "a\u{1b}[31mb", "a\u{202e}\tb\r\n"] {
            let (once, lines) = (printable(text), printable_lines(text));
            assert_eq!(printable(&once), once);
            assert_eq!(printable_lines(&lines), lines);
        }
    }
}
