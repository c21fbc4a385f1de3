//! Conditions that ask less than others.

use onward_core::token::{Token, list};

/// Whether a condition, in its canonical spelling, takes whatever the other one did: it is the same, or lists more values.
pub(super) fn is_looser(before: &str, after: &str) -> bool {
    let (was, is) = (Outline::of(before), Outline::of(after));
    was.rest == is.rest
        && was.lists.len() == is.lists.len()
        && was.lists.iter().zip(&is.lists).all(|(was, is)| was.iter().all(|value| is.contains(value)))
}

/// A condition with its lists apart: `state IN ('new', 'done')`.
#[derive(Default)]
struct Outline<'c> {
    rest: Vec<&'c str>,
    lists: Vec<Vec<&'c str>>,
}

impl<'c> Outline<'c> {
    fn of(condition: &'c str) -> Outline<'c> {
        let mut outline = Outline::default();
        let tokens = list(condition);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            outline.rest.push(token.text);
            at += 1;
            let is_negated = at > 1 && tokens[at - 2].is("NOT");
            if let Some((values, next)) = listed(&tokens, at).filter(|_| token.is("IN") && !is_negated) {
                outline.lists.push(values);
                at = next;
            }
        }
        // What is not so, lists of it do not make looser.
        if outline.rest.iter().any(|word| word.eq_ignore_ascii_case("not")) && !outline.lists.is_empty() {
            return Outline { rest: tokens.iter().map(|token| token.text).collect(), lists: Vec::new() };
        }
        outline
    }
}

/// The values in the brackets that begin here, if it is values, and where it goes on.
fn listed<'c>(tokens: &[Token<'c>], from: usize) -> Option<(Vec<&'c str>, usize)> {
    tokens.get(from).filter(|token| token.text == "(")?;
    let length = tokens[from..].iter().position(|token| token.text == ")")?;
    let inside = &tokens[from + 1..from + length];
    let is_list = inside
        .iter()
        .enumerate()
        .all(|(at, token)| (token.text == ",") == (at % 2 == 1) && token.text != "(");
    let values = inside.iter().step_by(2).map(|token| token.text);
    is_list.then(|| (values.collect(), from + length + 1))
}

#[cfg(test)]
mod tests {
    use super::is_looser;

    #[test]
    fn a_list_with_more_values_takes_more() {
        let before = "state in ( 'new' , 'done' ) and size > 0";
        for (after, expected) in [
            (before, true),
            ("state in ( 'done' , 'late' , 'new' ) and size > 0", true),
            ("state in ( 'new' ) and size > 0", false),
            ("state in ( 'new' , 'done' ) and size > 1", false),
            ("state in ( 'new' , 'done' )", false),
            ("state in ( select 'new' ) and size > 0", false),
        ] {
            assert_eq!(is_looser(before, after), expected, "{after}");
        }
        assert!(!is_looser("state not in ( 'x' )", "state not in ( 'x' , 'y' )"));
        assert!(!is_looser("not ( state in ( 'x' ) )", "not ( state in ( 'x' , 'y' ) )"));
    }
}
