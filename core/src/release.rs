//! Recorded releases, as programs and ledgers name them: the sum of what a release runs, and what people call it.
//!
//! ```
//! use onward_core::release::{is_same, shown, text};
//!
//! let recorded = text("5d0c", "1.4");
//! assert!(is_same(&recorded, "5d0c 1.4.1") && !is_same(&recorded, "77aa 1.4"));
//! assert_eq!((shown(&recorded), shown(&text("5d0c", ""))), ("`1.4`".to_owned(), "5d0c".to_owned()));
//! ```

/// The text that stands for a release with this sum.
pub fn text(sum: &str, name: &str) -> String {
    format!("{sum} {}", name.replace(char::is_control, " "))
}

/// Whether two texts stand for programs that run the same on the same schema, whatever they are called.
pub fn is_same(one: &str, other: &str) -> bool {
    let sum = |text: &str| text.split_once(' ').map(|(sum, _)| sum.to_owned());
    sum(one).is_some() && sum(one) == sum(other)
}

/// What a release is called, for people; its sum, if it has no name.
pub fn shown(text: &str) -> String {
    match text.split_once(' ') {
        Some((_, name)) if !name.is_empty() => format!("`{name}`"),
        Some((sum, _)) => sum.to_owned(),
        None => text.to_owned(),
    }
}
