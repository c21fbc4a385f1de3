//! Every text that a text with choices can become.

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};

use crate::choice::{Arm, Choice, Part, Parts};
use crate::text::Literals;

/// More combinations than these are not checked: each costs what a statement costs.
pub(crate) const MOST: usize = 256;

/// The choices as they follow each other, with a combination at the end of each way.
pub(crate) enum Tree<'p> {
    /// The index of the combination.
    Leaf(usize),
    Choice(&'p Choice, Vec<Tree<'p>>),
}

/// One of the texts.
pub(crate) struct Combination {
    pub(crate) literals: Literals,
    /// In the order in which the choices stand.
    pub(crate) chosen: Vec<Chosen>,
}

/// One arm of a choice.
#[derive(Clone)]
pub(crate) struct Chosen {
    key: Rc<str>,
    /// Of each name that it asks for, the choice whose variable that is; the same words may mean another one elsewhere.
    sees: Rc<[Option<usize>]>,
    arm: usize,
    pub(crate) label: Rc<str>,
    binds: Rc<[Ident]>,
}

impl PartialEq for Chosen {
    fn eq(&self, other: &Chosen) -> bool {
        self.key == other.key && self.sees == other.sees && self.arm == other.arm
    }
}

/// A part that is still to come, and the choices it is in, by their place among those that are made.
type Waiting<'p> = (&'p Part, Rc<[usize]>);

/// # Errors
/// If there are too many, or a choice asks for a variable that another one hides.
pub(crate) fn combinations(parts: &Parts) -> syn::Result<(Tree<'_>, Vec<Combination>)> {
    let mut found = Vec::new();
    let outside: Rc<[usize]> = Rc::new([]);
    let waiting = parts.0.iter().rev().map(|part| (part, Rc::clone(&outside))).collect();
    let tree = walk(waiting, Combination { literals: Literals::default(), chosen: Vec::new() }, &mut found)?;
    Ok((tree, found))
}

fn walk<'p>(
    mut waiting: Vec<Waiting<'p>>,
    mut so_far: Combination,
    found: &mut Vec<Combination>,
) -> syn::Result<Tree<'p>> {
    while let Some((part, inside)) = waiting.pop() {
        let choice: &Choice = match part {
            Part::Literal(piece) => {
                so_far.literals.push(Rc::clone(piece), inside);
                continue;
            }
            Part::Choice(choice) => choice,
        };
        let sees: Rc<[Option<usize>]> =
            choice.asked.iter().map(|name| so_far.binder(name, &inside)).collect();
        // What has been asked is not asked again.
        let same = |chosen: &Chosen| chosen.key == choice.key && chosen.sees == sees;
        if let Some(at) = so_far.chosen.iter().position(same) {
            enter(&mut waiting, &choice.arms[so_far.chosen[at].arm], &inside, at);
            continue;
        }
        so_far.visible(choice, &inside)?;
        let mut trees = Vec::new();
        for (index, arm) in choice.arms.iter().enumerate() {
            let mut waiting = waiting.clone();
            enter(&mut waiting, arm, &inside, so_far.chosen.len());
            let chosen = Chosen {
                key: Rc::clone(&choice.key),
                sees: Rc::clone(&sees),
                arm: index,
                label: Rc::clone(&arm.label),
                binds: Rc::clone(&arm.binds),
            };
            let chosen = so_far.chosen.iter().cloned().chain([chosen]).collect();
            trees.push(walk(waiting, Combination { literals: so_far.literals.clone(), chosen }, found)?);
        }
        return Ok(Tree::Choice(choice, trees));
    }
    found.push(so_far);
    if found.len() > MOST {
        let message = format!(
            "this text can become more than {MOST} statements, and each of them is proven: make it two statements, or let one \
             choice depend on another, `if … {{ … }} else {{ … }}`"
        );
        return Err(syn::Error::new(Span::call_site(), message));
    }
    Ok(Tree::Leaf(found.len() - 1))
}

fn enter<'p>(waiting: &mut Vec<Waiting<'p>>, arm: &'p Arm, inside: &[usize], at: usize) {
    let inside: Rc<[usize]> = inside.iter().copied().chain([at]).collect();
    waiting.extend(arm.parts.0.iter().rev().map(|part| (part, Rc::clone(&inside))));
}

impl Combination {
    /// The last of the choices around a place that has a variable of this name.
    fn binder(&self, name: &Ident, inside: &[usize]) -> Option<usize> {
        inside.iter().copied().filter(|at| self.chosen[*at].binds.contains(name)).max()
    }

    /// The arm whose variable this name is to whoever comes after all choices, if it is not what it would be at a place inside of
    /// these: the choices stand inside of each other then.
    pub(crate) fn hiding(&self, name: &Ident, inside: &[usize]) -> Option<&Chosen> {
        let seen = self.chosen.iter().rposition(|chosen| chosen.binds.contains(name))?;
        (self.binder(name, inside) != Some(seen)).then(|| &self.chosen[seen])
    }

    fn visible(&self, choice: &Choice, inside: &[usize]) -> syn::Result<()> {
        for name in &choice.asked {
            if let Some(hiding) = self.hiding(name, inside) {
                let message = format!(
                    "`{name}` would be the variable of {} here, which stands before: give one of the two another name",
                    hiding.label
                );
                return Err(syn::Error::new(name.span(), message));
            }
        }
        Ok(())
    }
}

/// Arms in words.
pub(crate) fn labels(chosen: &[Chosen]) -> String {
    let labels: Vec<&str> = chosen.iter().map(|chosen| &*chosen.label).collect();
    labels.join(", ")
}

impl Tree<'_> {
    /// The choices as Rust, with what becomes of each combination.
    pub(crate) fn expand(&self, leaf: &dyn Fn(usize) -> TokenStream) -> TokenStream {
        match self {
            Tree::Leaf(index) => leaf(*index),
            Tree::Choice(choice, trees) => {
                choice.expand(trees.iter().map(|tree| tree.expand(leaf)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Result<Vec<(String, String)>, String> {
        let parts = syn::parse_str::<Parts>(source).map_err(|error| error.to_string())?;
        let (_, found) = combinations(&parts).map_err(|error| error.to_string())?;
        Ok(found.iter().map(|found| (found.literals.value(), labels(&found.chosen))).collect())
    }

    #[test]
    fn the_same_choice_is_made_once() {
        let found = texts(
            r#""a" + if x { "b" } + match y { A => "c", _ => { "d" } } + (if x { "e" + if z { "g" } } else { "f" })"#,
        );
        let expected = [
            ("abceg", "`if x`, `A` of `match y`, `if z`"),
            ("abce", "`if x`, `A` of `match y`, `else` of `if z`"),
            ("abdeg", "`if x`, `_` of `match y`, `if z`"),
            ("abde", "`if x`, `_` of `match y`, `else` of `if z`"),
            ("acf", "`else` of `if x`, `A` of `match y`"),
            ("adf", "`else` of `if x`, `_` of `match y`"),
        ];
        let expected = expected.map(|(text, labels)| (text.to_owned(), labels.to_owned()));
        assert_eq!(found.unwrap(), expected);
    }

    #[test]
    fn the_same_words_of_another_variable_are_another_choice() {
        let number = |source: &str| texts(source).map(|found| found.len());
        let (of_a, of_b) =
            (r#"if let Some(x) = a { if x > 5 { "p" } }"#, r#"if let Some(x) = b { if x > 5 { "q" } }"#);
        assert_eq!(number(&format!("{of_a} + {of_b}")), Ok(9));
        // The same variable in both.
        assert_eq!(number(&format!("{of_a} + {of_a}")), Ok(3));
        assert_eq!(number(r#"if let Some(x) = a { if x > 5 { "p" } + "r" + if x > 5 { "q" } }"#), Ok(3));
        // One of them is hidden where both are asked.
        let inner = r#"if let Some(a) = o { if a { "p" } }"#;
        assert!(number(&format!(r#"{inner} + if a {{ "q" }}"#)).is_err());
        assert_eq!(number(&format!(r#"if a {{ "q" }} + {inner}"#)), Ok(6));
        // An `if` with the words of a `match` is another one.
        let of_match = r#"match y { _ => "a", false => "b" }"#;
        assert_eq!(number(&format!(r#"{of_match} + if match y {{ _ => false }} {{ "d" }}"#)), Ok(4));
    }

    #[test]
    fn there_is_a_limit() {
        let choices = |number: usize| {
            let choices: Vec<String> = (0..number).map(|at| format!("if x{at} {{ \"a\" }}")).collect();
            texts(&choices.join(" + ")).map(|found| found.len())
        };
        assert_eq!(choices(8), Ok(MOST));
        assert!(choices(9).unwrap_err().contains("more than 256 statements"));
        assert!(choices(40).is_err(), "without a walk through all");
    }

    #[test]
    fn a_variable_is_not_taken_for_another() {
        let refused = |source: &str| texts(source).err().unwrap_or_default();
        for sound in [
            r#"if let Some(a) = a { "x" } + if let Some(a) = b { "y" }"#,
            r#"if let Some(a) = a { "x" + if a > 3 { "y" } }"#,
            r#"match a { Some(n) if n > 3 => "x", _ => "y" } + if let Some(n) = b && n > 3 { "z" }"#,
            r#"match a { A => "x", _ => "y" } + if b.iter().any(|_| true) { "z" }"#,
            r#"match a { true => "x", false => "y" } + if b == true || c == false { "z" }"#,
            r#"if let Some(mut a) = a { "x" } + if f(&mut b) { "y" }"#,
        ] {
            assert_eq!(refused(sound), "", "{sound}");
        }
        for hidden in [
            r#"if let Some(a) = x { "x" } + if a { "y" }"#,
            r#"match x { Some(a) => "x", None => "y" } + match y { Some(b) if b > a => "z", _ => "" }"#,
            r#"if let Some(a) = x { "x" } + if let Some(a) = a { "y" }"#,
        ] {
            assert!(refused(hidden).starts_with("`a` would be the variable of"), "{hidden}");
        }
    }
}
