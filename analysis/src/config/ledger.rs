//! The ledger of a history that shares its databases with another one: a library's in an application's file.
//!
//! ```toml
//! [ledger]
//! # The table is `onward_migrations_auth`.
//! name = "auth"
//! ```

use std::ops::Range;

use onward_core::ledger::table;
use toml::Spanned;
use toml::de::DeValue;

use crate::file::{FileId, Place};

/// Reads the table `[ledger]`: the table of the ledger, and where its name stands.
pub(crate) fn parse(
    file: FileId,
    value: &Spanned<DeValue<'_>>,
) -> Result<(String, Place), (Range<usize>, String)> {
    let form = || {
        (
            value.span(),
            "`ledger` is a table with a name: `[ledger]`, and below it `name = \"auth\"`".to_owned(),
        )
    };
    let keys = value.get_ref().as_table().ok_or_else(form)?;
    if let Some((key, _)) = keys.iter().find(|(key, _)| key.get_ref() != "name") {
        return Err((key.span(), format!("unknown key `{}` of `ledger`; known is `name`", key.get_ref())));
    }
    let name = keys.get("name").ok_or_else(form)?;
    let table = name.get_ref().as_str().and_then(table).ok_or((
        name.span(),
        "the name of a ledger has 1 to 40 lower-case letters from a to z, digits and underscores, and begins with a letter"
            .to_owned(),
    ))?;
    Ok((table, file.at(name.span())))
}
