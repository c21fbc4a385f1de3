//! Where the parts of a writing statement stand in its text.
//!
//! The syntax tree has no places. SQLite has understood the statement, so its words are found at the depth of brackets
//! where they have to be; what is not found is the whole statement.

use std::ops::Range;

use onward_core::token::{Token, significant};

/// The tokens of a statement, each with how many brackets are open around it.
pub(super) struct Spots<'s> {
    tokens: Vec<(Token<'s>, usize)>,
    whole: Range<usize>,
}

/// What a list of values or of settings cannot reach beyond.
const ENDS: [&str; 12] = [
    "FROM",
    "WHERE",
    "RETURNING",
    "ON",
    "ORDER",
    "LIMIT",
    "GROUP",
    "HAVING",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
];

impl<'s> Spots<'s> {
    pub(super) fn read(sql: &'s str) -> Spots<'s> {
        let mut depth = 0;
        let tokens = significant(sql).filter(|token| !token.is(";")).map(|token| {
            depth -= usize::from(token.is(")") && depth > 0);
            let at = depth;
            depth += usize::from(token.is("("));
            (token, at)
        });
        Spots { tokens: tokens.collect(), whole: 0..sql.len() }
    }

    /// The table of an INSERT, with the columns in brackets behind it.
    pub(super) fn target(&self) -> Range<usize> {
        let Some(into) = self.word("INTO", 0) else { return self.whole.clone() };
        let is_dotted = self.tokens.get(into + 2).is_some_and(|(token, _)| token.is("."));
        let name = if is_dotted { into + 3 } else { into + 1 };
        let Some((first, _)) = self.tokens.get(into + 1) else { return self.whole.clone() };
        let last = match self.tokens.get(name + 1) {
            Some((token, _)) if token.is("(") => self.closing(name + 1),
            _ => name,
        };
        let end = self.tokens.get(last).map_or(self.whole.end, |(token, _)| token.range.end);
        first.range.start..end
    }

    /// A value of an INSERT.
    pub(super) fn value(&self, row: usize, at: usize) -> Range<usize> {
        let found = match self.word("VALUES", 0) {
            Some(values) => {
                let opens = (values..self.tokens.len()).filter(|&at| self.is("(", at, 0));
                opens.into_iter().nth(row).and_then(|open| self.parts(open + 1, 1).into_iter().nth(at))
            }
            None => {
                let selected = self.word("SELECT", 0).map(|select| self.parts(select + 1, 0));
                selected.unwrap_or_default().into_iter().nth(at)
            }
        };
        found.unwrap_or_else(|| self.target())
    }

    /// What a column is set to this value by, in an UPDATE or DO UPDATE.
    pub(super) fn set(&self, column: &str) -> Range<usize> {
        let sets = (0..self.tokens.len()).filter(|&at| self.is("SET", at, 0));
        let mut parts = sets.flat_map(|set| self.parts(set + 1, 0));
        let is_its = |part: &Range<usize>| {
            let mut inside = self.tokens.iter().filter(|(token, _)| part.contains(&token.range.start));
            inside.next().is_some_and(|(token, _)| token.is_name(column))
        };
        // The last one counts.
        parts.rfind(is_its).unwrap_or_else(|| self.whole.clone())
    }

    fn is(&self, word: &str, at: usize, depth: usize) -> bool {
        self.tokens.get(at).is_some_and(|(token, found)| *found == depth && token.is(word))
    }

    fn word(&self, word: &str, depth: usize) -> Option<usize> {
        (0..self.tokens.len()).find(|&at| self.is(word, at, depth))
    }

    /// The bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let depth = self.tokens[open].1;
        (open + 1..self.tokens.len()).find(|&at| self.is(")", at, depth)).unwrap_or(open)
    }

    /// What stands between the commas from here on, as long as the brackets or the clause last.
    fn parts(&self, from: usize, depth: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut is_new = true;
        for (token, at) in self.tokens.iter().skip(from) {
            let is_end = *at < depth || (*at == depth && ENDS.iter().any(|word| token.is(word)));
            match parts.last_mut() {
                _ if is_end => break,
                _ if *at == depth && token.is(",") => is_new = true,
                Some(part) if !is_new => part.end = token.range.end,
                _ => {
                    parts.push(token.range.clone());
                    is_new = false;
                }
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_statement_are_found() {
        let sql = "WITH a(b) AS (VALUES (1)) INSERT OR FAIL INTO main.\"t\" (a, [b]) VALUES (1, f(2, 3)), (x.y, (NULL)) RETURNING a";
        let spots = Spots::read(sql);
        assert_eq!(&sql[spots.target()], "main.\"t\" (a, [b])");
        assert_eq!(&sql[spots.value(0, 1)], "f(2, 3)");
        assert_eq!(&sql[spots.value(1, 1)], "(NULL)");
        assert_eq!(&sql[spots.value(2, 0)], "main.\"t\" (a, [b])");
        let sql = "INSERT INTO t SELECT a, NULL, c FROM u ON CONFLICT DO UPDATE SET a = 1, b = max(a, 2) WHERE a = 3;";
        let spots = Spots::read(sql);
        assert_eq!(&sql[spots.target()], "t");
        assert_eq!(&sql[spots.value(0, 1)], "NULL");
        assert_eq!(&sql[spots.set("B")], "b = max(a, 2)");
        assert_eq!(&sql[spots.set("z")], sql);
        let sql = "UPDATE t SET (a, b) = (1, NULL), c = NULL";
        assert_eq!(&sql[Spots::read(sql).set("c")], "c = NULL");
        assert_eq!(Spots::read("").target(), 0..0);
    }
}
