//! What is prepared instead of a statement of the application that cannot be prepared as it is written.
//!
//! SQLite does what some PRAGMAs say while it prepares them, so that they would change what is said of the next statement, or are
//! refused within a transaction. And a table that the application makes, and that `[external]` names, is there already.

use std::borrow::Cow;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::Ident;
use onward_core::setting::is_question;
use onward_core::token::significant;

use crate::config::Config;
use crate::config::external::External;

/// They count for the whole process, which is the compiler's.
const OF_PROCESS: [&str; 4] =
    ["hard_heap_limit", "soft_heap_limit", "temp_store_directory", "data_store_directory"];

/// Whether the statement is a PRAGMA that may set something.
pub(super) fn is_setting(kind: &Kind) -> bool {
    matches!(kind, Kind::Pragma(name) if !is_question(name))
}

/// The text that is prepared in the place of a statement, with what stands at its bytes at the same ones.
pub(super) fn text<'s>(config: &Config, kind: &Kind, sql: &'s str) -> Cow<'s, str> {
    match kind {
        // Without the value.
        Kind::Pragma(name) if OF_PROCESS.contains(&name.as_str()) => {
            let value = significant(sql).find(|token| matches!(token.text, "=" | "("));
            value.map_or(sql, |token| &sql[..token.range.start]).into()
        }
        // Under a name that nothing has.
        Kind::Create { object: ObjectKind::Table, name, temporary, .. } => {
            let schema = name.database.as_deref().or(temporary.then_some("temp")).unwrap_or("main");
            let is_it = |table: &&External| {
                Ident(table.schema.as_deref().unwrap_or("main")) == schema && name.is(&table.name)
            };
            if !config.external.iter().any(|table| is_it(&table)) {
                return sql.into();
            }
            let mut text = sql.to_owned();
            text.replace_range(name.range.clone(), &"_".repeat(name.range.len()));
            text.into()
        }
        _ => sql.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_for_the_process_is_not_set() {
        let text = |sql| text(&Config::default(), &Kind::of(sql), sql).into_owned();
        assert_eq!(text("PRAGMA hard_heap_limit = 7"), "PRAGMA hard_heap_limit ");
        assert_eq!(text("PRAGMA main . soft_heap_limit(7)"), "PRAGMA main . soft_heap_limit");
        for same in ["PRAGMA hard_heap_limit", "PRAGMA synchronous = OFF", "SELECT 1 = 1"] {
            assert_eq!(text(same), same);
        }
    }
}
