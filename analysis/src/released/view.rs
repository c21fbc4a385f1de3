//! Whether a view gives the rows that it gave.

use onward_core::name::Ident;
use onward_core::token::{Token, list, significant};
use onward_schema::{Schema, View};

use super::change::{Change, Sides, named};
use super::renamed;
use crate::diagnostic::Severity;

pub(super) fn changes(sides: &Sides<'_>) -> Vec<Change> {
    let Sides { sql, then, now, .. } = *sides;
    let (before, after) = (&sides.before.known, &sides.after.known);
    let mut read: Vec<String> = named(then, sql).into_iter().filter(|name| !is_own(sql, name)).collect();
    let mut at = 0;
    let mut changes = Vec::new();
    while let Some(name) = read.get(at).map(|name| name.to_ascii_lowercase()) {
        at += 1;
        let is = after.views.get(&name);
        let message = match (before.views.get(&name), is) {
            (Some(was), is) => {
                for inner in inside(before, &was.definition) {
                    if !read.contains(&inner) {
                        read.push(inner);
                    }
                }
                // What SQLite has rewritten after a rename is what it was.
                let is_other = |is: &View| {
                    renamed::is_made(then, now, &is.name) && rows(&was.definition) != rows(&is.definition)
                };
                is.filter(|is| is_other(is)).map(|_| "the view `@` reads them otherwise now")
            }
            (None, Some(is)) if before.tables.contains_key(&name) => instead_of_table(sides, is),
            (None, _) => None,
        };
        if let (Some(message), Some(is)) = (message, is) {
            let message = format!("may get other rows: {}", message.replace('@', &is.name));
            changes.push(Change::of(Severity::Warning, message, vec![is.name.clone()]));
        }
    }
    changes
}

/// What a view in the place of a table makes otherwise.
fn instead_of_table(sides: &Sides<'_>, is: &View) -> Option<&'static str> {
    let has = |word: &str| significant(sides.sql).any(|token| token.is(word));
    let table = renamed::table(sides.then, sides.now, &is.name)?;
    if rows(&is.definition) != ["SELECT".to_owned(), "from".to_owned(), table.to_ascii_lowercase()] {
        return Some("`@` is a view now that does not have all of the table's");
    }
    // A trigger gives nothing back, and has a conflict clause of its own.
    let is_written = sides.writes.0.iter().any(|write| Ident(&write.table) == is.name.as_str());
    let is_otherwise = is_written && (has("RETURNING") || has("OR"));
    is_otherwise.then_some("`@` is a view now, whose trigger knows nothing of RETURNING and OR")
}

/// Whether a statement has a WITH of this name.
fn is_own(sql: &str, name: &str) -> bool {
    let tokens = list(sql);
    tokens.first().is_some_and(|first| first.is("WITH"))
        && tokens.windows(3).any(|three| three[0].is_name(name) && three[1].is("AS") && three[2].text == "(")
}

/// The views that a view names.
fn inside(schema: &Schema, definition: &str) -> Vec<String> {
    let names = significant(definition).filter_map(|token| token.name());
    names.filter_map(|name| Some(schema.views.get(&name.to_ascii_lowercase())?.name.clone())).collect()
}

/// What the results of a SELECT end at.
const ENDS: [&str; 11] = [
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
];

/// What of a view decides which rows it has: all but its name and its results.
fn rows(definition: &str) -> Vec<String> {
    let (mut depth, mut in_results, mut kept) = (0_usize, false, Vec::new());
    let mut tokens = significant(definition).skip_while(|token| !token.is("AS")).skip(1).peekable();
    let ends = |token: &Token<'_>| ENDS.iter().any(|word| token.is(word));
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
            if ends(&token) {
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
