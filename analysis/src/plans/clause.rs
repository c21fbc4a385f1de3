//! What a statement wants sorted: its ORDER BY, GROUP BY and DISTINCT, where they name columns and nothing else.

use onward_core::token::{Kind, Token, list};

use super::index::Term;

/// What a statement wants sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// The columns, as they are written.
    pub(super) terms: Vec<Term>,
    /// Whether only the first rows are wanted, and nothing has to be looked for among all of them.
    pub(super) takes_first: bool,
    /// Whether only the first rows are wanted.
    pub(super) has_limit: bool,
}

/// The clauses of a text.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let tokens = list(text);
    (0..tokens.len()).filter_map(|at| clause(&tokens, at)).collect()
}

fn clause(tokens: &[Token<'_>], at: usize) -> Option<Clause> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    if is(at, "SELECT") && is(at + 1, "DISTINCT") {
        let (terms, end) = terms(tokens, at + 2)?;
        return is(end, "FROM").then_some(Clause { terms, takes_first: false, has_limit: false });
    }
    if !is(at + 1, "BY") || !(is(at, "ORDER") || is(at, "GROUP")) {
        return None;
    }
    let (terms, end) = terms(tokens, at + 2)?;
    let has_limit = is(at, "ORDER") && is(end, "LIMIT");
    Some(Clause { terms, has_limit, takes_first: has_limit && !is_chosen(&tokens[..at]) })
}

/// Whether the SELECT before a clause chooses rows or puts them together.
fn is_chosen(before: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for token in before.iter().rev() {
        match () {
            () if token.is(")") => depth += 1,
            () if token.is("(") && depth == 0 => return false,
            () if token.is("(") => depth -= 1,
            () if depth > 0 => {}
            () if token.is("SELECT") => return false,
            () if ["WHERE", "GROUP", "JOIN", "UNION"].iter().any(|word| token.is(word)) => return true,
            () => {}
        }
    }
    false
}

/// Columns with commas between them, and where they end.
fn terms(tokens: &[Token<'_>], start: usize) -> Option<(Vec<Term>, usize)> {
    let (mut terms, mut at) = (Vec::new(), start);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let name = |at: usize| {
        let token = tokens.get(at)?;
        matches!(token.kind, Kind::Word | Kind::DoubleQuoted | Kind::Quoted).then(|| token.name()).flatten()
    };
    loop {
        let mut column = name(at)?;
        at += 1;
        while is(at, ".") {
            column = name(at + 1)?;
            at += 2;
        }
        let mut term = Term::of(&column);
        if is(at, "COLLATE") {
            term.collation = Some(name(at + 1)?);
            at += 2;
        }
        if is(at, "ASC") || is(at, "DESC") {
            term.descending = is(at, "DESC");
            at += 1;
        }
        if is(at, "NULLS") {
            at += 2;
        }
        terms.push(term);
        if !is(at, ",") {
            break;
        }
        at += 1;
    }
    let ends = [")", ";", "LIMIT", "FROM", "HAVING", "ORDER", "WINDOW", "UNION", "EXCEPT", "INTERSECT"];
    (at == tokens.len() || ends.iter().any(|word| is(at, word))).then_some((terms, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let term = |term: &Term| {
            let collation = term.collation.as_deref().map(|name| format!("/{name}")).unwrap_or_default();
            format!("{}{}{collation}", if term.descending { "-" } else { "" }, term.column)
        };
        let clause = |clause: Clause| {
            let terms: Vec<String> = clause.terms.iter().map(term).collect();
            let first = if clause.takes_first { " first" } else { "" };
            format!("{}{}{first}", terms.join(","), if clause.has_limit { " limit" } else { "" })
        };
        clauses(text).into_iter().map(clause).collect()
    }

    #[test]
    fn columns_are_read_and_nothing_else() {
        for (text, expected) in [
            ("SELECT * FROM t ORDER BY a", vec!["a"]),
            (
                "SELECT * FROM t ORDER BY t.a DESC, main.t.\"b\" COLLATE nocase LIMIT 3;",
                vec!["-a,b/nocase limit first"],
            ),
            ("SELECT * FROM t WHERE a IN (SELECT 1) ORDER BY a LIMIT 3", vec!["a limit"]),
            (
                "SELECT * FROM t WHERE x IN (SELECT y FROM u ORDER BY a NULLS LAST LIMIT 3)",
                vec!["a limit first"],
            ),
            ("SELECT a, b FROM t GROUP BY a, b ORDER BY b", vec!["a,b", "b"]),
            ("SELECT DISTINCT a, t.b FROM t", vec!["a,b"]),
            ("SELECT * FROM t ORDER BY a + 1", vec![]),
            ("SELECT * FROM t ORDER BY random()", vec![]),
            ("SELECT * FROM t ORDER BY 1", vec![]),
            ("SELECT count(*) FROM t", vec![]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
