//! Lists: `IN (:ids...)` is written, and `IN (SELECT +value FROM json_each(:ids))` is checked and run. It is one text whatever
//! the length.

use std::ops::Range;

use onward_analysis::query::counted;
use onward_core::token::{Kind, Token, tokens};

/// A statement in which every list is one that SQLite understands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rewritten {
    pub(crate) text: String,
    /// The parameters that are lists, in the order in which they stand there.
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    /// Where it is written: `:ids...`.
    written: Range<usize>,
    /// What takes its place.
    text: Range<usize>,
    /// The parameter in that.
    parameter: usize,
}

/// What is wrong with a list, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misplaced {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
}

/// The plus takes the affinity of `json_each`'s column away, with which a TEXT column would equal no number.
const BEFORE: &str = "SELECT +value FROM json_each(";
const AFTER: &str = ")";
const ELLIPSIS: &str = "…";

/// Finds the lists of a text.
///
/// # Errors
/// If one is somewhere else than alone in the brackets of an IN.
pub(crate) fn rewritten(text: &str) -> Result<Rewritten, Misplaced> {
    let found: Vec<Token<'_>> = tokens(text).collect();
    let mut rewritten = Rewritten::default();
    let mut at = 0;
    for (index, token) in found.iter().enumerate() {
        let Some((name, end)) = marked(&found[index..]) else { continue };
        let written = token.range.start..end;
        let before = found[..index].iter().rev().filter(|token| token.is_significant());
        let after = found[index..].iter().find(|token| token.range.start >= end && token.is_significant());
        let is_alone = before.clone().next().is_some_and(|token| token.is("("))
            && before.clone().nth(1).is_some_and(|token| token.is("IN"))
            && after.is_some_and(|token| token.is(")"));
        if !is_alone {
            let message = format!(
                "`{}` is a list, which stands alone in the brackets of an IN: `WHERE id IN ({name}...)`",
                &text[written.clone()]
            );
            return Err(Misplaced { range: written, message });
        }
        rewritten.text += &text[at..written.start];
        let start = rewritten.text.len();
        rewritten.text.extend([BEFORE, name, AFTER]);
        at = written.end;
        let parameter = start + BEFORE.len();
        rewritten.marks.push(Mark { written, text: start..rewritten.text.len(), parameter });
    }
    rewritten.text += &text[at..];
    Ok(rewritten)
}

/// The name of the parameter that these tokens begin with, and where its dots end, if it has some.
fn marked<'t>(tokens: &[Token<'t>]) -> Option<(&'t str, usize)> {
    let (first, rest) = tokens.split_first()?;
    if first.kind != Kind::Parameter {
        return None;
    }
    // To SQLite, every character beyond ASCII is a letter.
    if let Some(name) = first.text.strip_suffix(ELLIPSIS) {
        return Some((name, first.range.end));
    }
    let is_dots = rest.len() >= 3 && rest[..3].iter().all(|token| token.is("."));
    match rest {
        [_, _, last, ..] if is_dots => Some((first.text, last.range.end)),
        [dots, ..] if dots.text == ELLIPSIS => Some((first.text, dots.range.end)),
        _ => None,
    }
}

impl Rewritten {
    /// Where it is written what stands in these bytes of the text.
    pub(crate) fn written(&self, range: &Range<usize>) -> Range<usize> {
        let at = |offset: usize, is_end: bool| {
            let mut shift = (0, 0);
            for mark in &self.marks {
                let is_behind = if is_end { offset <= mark.text.start } else { offset < mark.text.start };
                if is_behind {
                    break;
                }
                if offset < mark.text.end {
                    return if is_end { mark.written.end } else { mark.written.start };
                }
                shift = (mark.text.end, mark.written.end);
            }
            offset - shift.0 + shift.1
        };
        let start = at(range.start, false);
        start..at(range.end, true).max(start)
    }

    /// Whether there is a list.
    pub(crate) fn first(&self) -> Option<Range<usize>> {
        self.marks.first().map(|mark| mark.written.clone())
    }

    /// Where each parameter stands as it is written, with its index by SQLite's count, and whether it is a list there. `names`
    /// are SQLite's names of the parameters, in the order of their numbers.
    pub(crate) fn parameters(&self, names: &[Option<String>]) -> Vec<Parameter> {
        let place = |(token, number): (Token<'_>, Option<usize>)| {
            let is_list = self.marks.iter().any(|mark| mark.parameter == token.range.start);
            Some(Parameter { index: number? - 1, range: self.written(&token.range), is_list })
        };
        counted(&self.text, names).filter_map(place).collect()
    }
}

/// A parameter in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its index, from zero.
    pub(crate) index: usize,
    /// Where it is written.
    pub(crate) range: Range<usize>,
    /// Whether it is `:ids...`.
    pub(crate) is_list: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_a_select() {
        for (written, expected) in [
            ("WHERE id IN (:ids...)", "WHERE id IN (SELECT +value FROM json_each(:ids))"),
            ("id in ( ?2... )", "id in ( SELECT +value FROM json_each(?2) )"),
            ("id NOT IN(?...) OR x", "id NOT IN(SELECT +value FROM json_each(?)) OR x"),
            (
                "IN (:é…) IN /* ids */ (@b…)",
                "IN (SELECT +value FROM json_each(:é)) IN /* ids */ (SELECT +value FROM json_each(@b))",
            ),
            ("IN (?…)", "IN (SELECT +value FROM json_each(?))"),
            ("IN (?1…/**/)", "IN (SELECT +value FROM json_each(?1)/**/)"),
            ("':ids...' -- :ids...\n\"?…\" 1 IN (:ids, ?)", "':ids...' -- :ids...\n\"?…\" 1 IN (:ids, ?)"),
            ("IN (:ids..)", "IN (:ids..)"),
        ] {
            assert_eq!(rewritten(written).unwrap().text, expected);
        }
    }

    #[test]
    fn a_list_elsewhere_is_told() {
        for (written, shown) in [
            ("WHERE id = :ids...", ":ids..."),
            ("WHERE id IN :ids...", ":ids..."),
            ("id IN (1, ?...)", "?..."),
            ("id IN (:ids…, 1)", ":ids…"),
            ("f(?…)", "?…"),
            ("IN ((:a...))", ":a..."),
            (":a...", ":a..."),
        ] {
            let Misplaced { range, message } = rewritten(written).unwrap_err();
            assert_eq!(&written[range], shown);
            assert!(message.starts_with(&format!("`{shown}` is a list, which stands alone")), "{message}");
        }
    }

    #[test]
    fn places_are_those_of_the_text_as_written() {
        let written = "a IN (:x...) b IN (?…) c";
        let rewritten = rewritten(written).unwrap();
        let shown = |part: &str| {
            let start = rewritten.text.find(part).unwrap();
            &written[rewritten.written(&(start..start + part.len()))]
        };
        for (part, expected) in [
            ("a IN (", "a IN ("),
            ("value FROM", ":x..."),
            (":x", ":x..."),
            (") b IN (", ") b IN ("),
            (" c", " c"),
            ("json_each(?)) c", "?…) c"),
            ("a IN (SELECT", "a IN (:x..."),
        ] {
            assert_eq!(shown(part), expected, "{part}");
        }
        let end = rewritten.text.len();
        assert_eq!(rewritten.written(&(end..end)), written.len()..written.len());
    }

    #[test]
    fn parameters_have_the_numbers_that_sqlite_gives() {
        let names = [Some(":a".to_owned()), None, Some(":b".to_owned()), None, Some("?5".to_owned()), None];
        let text = ":a IN (?...) :b IN (:a...) ? ?5 ?";
        let found = rewritten(text).unwrap().parameters(&names);
        let found: Vec<_> =
            found.into_iter().map(|found| (found.index, &text[found.range], found.is_list)).collect();
        let expected = [
            (0, ":a", false),
            (1, "?...", true),
            (2, ":b", false),
            (0, ":a...", true),
            (3, "?", false),
            (4, "?5", false),
            (5, "?", false),
        ];
        assert_eq!(found, expected);
    }
}
