//! Whether a view gives the rows that it gave.

use onward_core::token::{Token, significant};
use onward_schema::Schema;

use super::change::{Change, named};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) fn changes(then: &Analysis, now: &Analysis, sql: &str) -> Vec<Change> {
    let (Some(before), Some(after)) = (&then.replay, &now.replay) else { return Vec::new() };
    let (before, after) = (&before.known, &after.known);
    let mut read = named(then, sql);
    let mut at = 0;
    let mut changes = Vec::new();
    while let Some(name) = read.get(at).map(|name| name.to_ascii_lowercase()) {
        at += 1;
        let Some(was) = before.views.get(&name) else { continue };
        read.extend(
            inside(before, &was.definition)
                .into_iter()
                .filter(|inner| !read.contains(inner))
                .collect::<Vec<_>>(),
        );
        let Some(is) = after.views.get(&name) else { continue };
        if rows(&was.definition) != rows(&is.definition) {
            let message = format!("may get other rows: the view `{}` reads them otherwise now", is.name);
            changes.push(Change::of(Severity::Warning, message, vec![is.name.clone()]));
        }
    }
    changes
}

/// The views that a view names.
fn inside(schema: &Schema, definition: &str) -> Vec<String> {
    let names = significant(definition).filter_map(|token| token.name());
    names.filter_map(|name| Some(schema.views.get(&name.to_ascii_lowercase())?.name.clone())).collect()
}

/// What of a view decides which rows it has: all but its name and its results.
fn rows(definition: &str) -> Vec<String> {
    let (mut depth, mut in_results, mut kept) = (0_usize, false, Vec::new());
    let mut tokens = significant(definition).skip_while(|token| !token.is("AS")).skip(1).peekable();
    let begins_rest = |token: &Token<'_>| {
        [
            "FROM",
            "WHERE",
            "GROUP",
            "HAVING",
            "WINDOW",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "ORDER",
            "LIMIT",
            "VALUES",
        ]
        .iter()
        .any(|word| token.is(word))
    };
    while let Some(token) = tokens.next() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && token.text != ")" {
            if token.is("SELECT") {
                in_results = true;
                kept.push("SELECT".to_owned());
                kept.extend(
                    tokens.next_if(|next| next.is("DISTINCT")).map(|next| next.text.to_ascii_uppercase()),
                );
                continue;
            }
            if begins_rest(&token) {
                in_results = false;
            }
        }
        if !in_results {
            kept.push(token.name().map_or_else(|| token.text.to_owned(), |name| name.to_ascii_lowercase()));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn what_a_view_shows_is_not_what_it_reads() {
        let plain = "CREATE VIEW v AS SELECT a, (SELECT max(b) FROM u) FROM t WHERE a > 1 ORDER BY a";
        for (other, is_same) in [
            ("CREATE VIEW v(x, y) AS SELECT a, b, c FROM \"T\" WHERE a > 1 ORDER BY a", true),
            ("CREATE VIEW v AS SELECT DISTINCT a FROM t WHERE a > 1 ORDER BY a", false),
            ("CREATE VIEW v AS SELECT a FROM t WHERE a > 2 ORDER BY a", false),
            ("CREATE VIEW v AS SELECT a FROM t WHERE a > 1 UNION ALL SELECT a FROM u", false),
            ("CREATE VIEW v AS SELECT a FROM (SELECT * FROM t) WHERE a > 1 ORDER BY a", false),
        ] {
            assert_eq!(rows(plain) == rows(other), is_same, "{other}");
        }
    }
}
