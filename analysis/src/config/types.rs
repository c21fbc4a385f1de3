//! The Rust types that the columns of a declared type are read as, by `query!` and `query_scalar!`.
//!
//! ```toml
//! [types]
//! DATETIME = "chrono::NaiveDateTime"
//! "DECIMAL(10, 2)" = "rust_decimal::Decimal"
//! ```
//!
//! A declared type is found with its brackets, and without them; upper and lower case, and white space, say nothing.

use std::ops::Range;

use onward_core::token::significant;
use toml::Spanned;
use toml::de::DeValue;

/// What a folder says of a declared type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Type {
    /// As it stands in CREATE TABLE, in upper case and without white space that says nothing.
    pub declared: String,
    /// The Rust type.
    pub rust: String,
}

const FORM: &str = "`types` is a table of declared types with their Rust types: `[types]`, and below it \
                    `DATETIME = \"chrono::NaiveDateTime\"`";

/// Reads the table `[types]`.
pub(crate) fn parse(value: &Spanned<DeValue<'_>>) -> Result<Vec<Type>, (Range<usize>, String)> {
    let table = value.get_ref().as_table().ok_or_else(|| (value.span(), FORM.to_owned()))?;
    let mut types: Vec<Type> = Vec::new();
    for (key, value) in table {
        let declared = plain(key.get_ref());
        if declared.is_empty() {
            return Err((key.span(), "a declared type has a name".to_owned()));
        }
        let rust = value.get_ref().as_str().map(str::trim).filter(|rust| !rust.is_empty());
        let rust = rust.ok_or_else(|| (value.span(), FORM.to_owned()))?.to_owned();
        if types.iter().any(|other| other.declared == declared) {
            let twice = format!("`{declared}` has two Rust types here: keep one line");
            return Err((key.span(), twice));
        }
        types.push(Type { declared, rust });
    }
    Ok(types)
}

/// The Rust type for a column that is declared like this.
pub(crate) fn find<'t>(types: &'t [Type], declared: &str) -> Option<&'t str> {
    let whole = plain(declared);
    let name = whole.split('(').next().unwrap_or_default().trim_end();
    let of = |wanted: &str| types.iter().find(|found| found.declared == wanted);
    of(&whole).or_else(|| of(name)).map(|found| found.rust.as_str())
}

/// A declared type with one space between its words.
fn plain(declared: &str) -> String {
    let mut plain = String::new();
    for token in significant(declared) {
        let is_word = |last: char| last.is_alphanumeric() || last == '_';
        if token.text.starts_with(is_word) && plain.ends_with(is_word) {
            plain.push(' ');
        }
        plain += &token.text.to_uppercase();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(written: &[(&str, &str)]) -> Vec<Type> {
        let types =
            written.iter().map(|(declared, rust)| Type { declared: plain(declared), rust: (*rust).into() });
        types.collect()
    }

    #[test]
    fn a_declared_type_is_found_with_its_brackets_and_without() {
        let types = types(&[
            ("datetime", "A"),
            ("Decimal( 10,2 )", "B"),
            ("decimal", "C"),
            ("double  precision", "D"),
        ]);
        for (declared, expected) in [
            ("DATETIME", Some("A")),
            ("DateTime (6)", Some("A")),
            ("DECIMAL(10, 2)", Some("B")),
            ("decimal(10,3)", Some("C")),
            ("DECIMAL", Some("C")),
            ("DOUBLE\nPRECISION", Some("D")),
            ("DOUBLE", None),
            ("", None),
        ] {
            assert_eq!(find(&types, declared), expected, "{declared}");
        }
    }
}
