//! How many releases are held against a new schema.
//!
//! ```toml
//! [releases]
//! # Programs of the last two releases may run while a newer one migrates.
//! keep = 2
//! ```

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

/// What `[releases]` of `onward.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Releases {
    /// How many releases before this one are held against its schema, the newest.
    pub keep: usize,
}

impl Default for Releases {
    fn default() -> Releases {
        Releases { keep: 1 }
    }
}

impl Releases {
    /// Reads the table.
    pub(super) fn parse(value: &Spanned<DeValue<'_>>) -> Result<Releases, (Range<usize>, String)> {
        let form = |range| {
            let form = "`releases` is a table with one key: `[releases]`, and below it `keep = 2`, a number from 1 on";
            (range, form.to_owned())
        };
        let keys = value.get_ref().as_table().ok_or_else(|| form(value.span()))?;
        if let Some((key, _)) = keys.iter().find(|(key, _)| key.get_ref() != "keep") {
            let problem = format!("unknown key `{}` of `releases`; known is `keep`", key.get_ref());
            return Err((key.span(), problem));
        }
        let keep = keys.get("keep").ok_or_else(|| form(value.span()))?;
        let number = keep.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        match number.filter(|number| *number > 0) {
            Some(keep) => Ok(Releases { keep }),
            None => Err(form(keep.span())),
        }
    }
}
