//! How a code is named, as far as a machine can tell; CONTRIBUTING.md has the whole convention.

/// Words of a sentence, which a code is not.
const NEVER: &[&str] = &[
    "already", "are", "can", "cannot", "could", "does", "has", "have", "is", "may", "might", "must",
    "should", "was", "will", "would",
];

/// Words that stand between two others.
const BETWEEN: &[&str] = &["after", "at", "before", "for", "in", "not", "of", "on", "to", "with", "without"];

/// Every plural that a code may have. Any other word with an `s` at its end is taken for a verb.
const PLURALS: &[&str] = &["layouts", "migrations", "numbers", "rows", "values"];

/// Why this is no name for a code.
pub(super) fn fault(code: &str) -> Option<String> {
    let words: Vec<&str> = code.split('_').collect();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_word = |word: &&str| !word.is_empty() && word.chars().all(is_plain);
    if !words.iter().all(is_word) || !code.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("a code has small letters, digits and `_`, as in index_before_column".to_owned());
    }
    let [first, .., last] = words[..] else {
        return Some("a code has two words or more: a thing, and what is wrong with it".to_owned());
    };
    if let Some(word) = words.iter().find(|word| NEVER.contains(word)) {
        return Some(format!("`{word}` belongs into a sentence, and a code is a noun with what is wrong"));
    }
    if let Some(word) = [first, last].into_iter().find(|word| BETWEEN.contains(word)) {
        return Some(format!("`{word}` has to stand between two words, so a thing is not named"));
    }
    let is_verb = |word: &&str| {
        word.ends_with('s')
            && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
            && !PLURALS.contains(word)
    };
    let verb = words.iter().copied().find(is_verb)?;
    Some(format!("`{verb}` reads as a verb; if it is a plural that is needed, add it to `PLURALS`"))
}
