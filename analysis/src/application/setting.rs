//! A PRAGMA of the application. SQLite does what some of them say while it prepares them, so that they would change what is said
//! of the next statement, or are refused within a transaction.

use onward_core::kind::Kind;
use onward_core::setting::is_question;
use onward_core::token::significant;

/// They count for the whole process, which is the compiler's.
const OF_PROCESS: [&str; 4] =
    ["hard_heap_limit", "soft_heap_limit", "temp_store_directory", "data_store_directory"];

/// Whether the statement is a PRAGMA that may set something.
pub(super) fn is_setting(kind: &Kind) -> bool {
    matches!(kind, Kind::Pragma(name) if !is_question(name))
}

/// The text that can be prepared in its place: without the value if that would be set for the whole process.
pub(super) fn harmless<'s>(kind: &Kind, sql: &'s str) -> &'s str {
    match kind {
        Kind::Pragma(name) if OF_PROCESS.contains(&name.as_str()) => {
            let value = significant(sql).find(|token| matches!(token.text, "=" | "("));
            value.map_or(sql, |token| &sql[..token.range.start])
        }
        _ => sql,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_for_the_process_is_not_set() {
        let harmless = |sql| harmless(&Kind::of(sql), sql);
        assert_eq!(harmless("PRAGMA hard_heap_limit = 7"), "PRAGMA hard_heap_limit ");
        assert_eq!(harmless("PRAGMA main . soft_heap_limit(7)"), "PRAGMA main . soft_heap_limit");
        for same in ["PRAGMA hard_heap_limit", "PRAGMA synchronous = OFF", "SELECT 1 = 1"] {
            assert_eq!(harmless(same), same);
        }
    }
}
