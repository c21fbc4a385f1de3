//! What the maintainer says in words that a migration is to lift: in its file's name, or in a comment.

use onward_core::token::{Kind, tokens};

use crate::folder::directive::is_directive;
use crate::folder::history::{History, Migration};
use crate::replay::rebuild::constraint::Constraint;

/// Words that say that something is not to be any more.
const LIFTS: [&str; 24] = [
    "without", "remove", "removes", "removed", "removing", "drop", "drops", "dropped", "dropping", "longer",
    "relax", "relaxes", "relaxed", "allow", "allows", "lift", "lifts", "change", "changes", "changed",
    "replace", "replaces", "optional", "nullable",
];

/// Those that say so of a column.
const DROPS: [&str; 10] =
    ["without", "remove", "removes", "removed", "removing", "drop", "drops", "dropped", "dropping", "longer"];

/// A word of so many letters may be a part of a column's name.
const PART: usize = 4;

/// What else is dropped beside columns.
const OTHERS: [&str; 9] =
    ["table", "tables", "row", "rows", "index", "indexes", "trigger", "triggers", "constraint"];

/// What words mean a foreign key.
pub(super) const FOREIGN_KEY: &[&str] = &["foreign", "fk", "fks", "reference", "references"];
/// What words mean AUTOINCREMENT.
pub(super) const AUTOINCREMENT: &[&str] = &["autoincrement"];

/// All words for constraints; a text that has none of them and speaks of constraints means any.
const SUBJECTS: [&[&str]; 12] = [
    FOREIGN_KEY,
    AUTOINCREMENT,
    &["primary"],
    &["unique", "uniqueness"],
    &["check", "checks"],
    &["null", "nullable", "optional"],
    &["default", "defaults"],
    &["collate", "collation", "nocase"],
    &["generated", "computed"],
    &["cascade", "cascades", "cascading"],
    &["strict"],
    &["rowid"],
];

/// The words for a constraint.
pub(super) fn subject(constraint: &Constraint) -> &'static [&'static str] {
    let at = match constraint {
        Constraint::PrimaryKey(_) => 2,
        Constraint::Unique(_) => 3,
        Constraint::Check(_) => 4,
        Constraint::NotNull(_) => 5,
        Constraint::Default { .. } => 6,
        Constraint::Collate { .. } => 7,
        Constraint::Generated { .. } => 8,
        Constraint::Action(_) => 9,
        Constraint::Strict => 10,
        Constraint::WithoutRowid => 11,
    };
    SUBJECTS[at]
}

/// What some migrations say that they lift.
pub(super) struct Said(Vec<Text>);

struct Text {
    words: Vec<String>,
    /// Whether it is a file's name, and not a comment.
    is_name: bool,
}

impl Said {
    pub(super) fn read<'h>(history: &History, migrations: impl Iterator<Item = &'h Migration>) -> Said {
        let texts = migrations.flat_map(|migration| {
            let text = &history.files.get(migration.file).text;
            let comments = tokens(text).filter(|token| token.kind == Kind::Comment).map(|token| token.text);
            let comments = comments.filter(|comment| !is_directive(comment));
            let comments = comments.map(|comment| Text { words: words(comment), is_name: false });
            comments.chain([Text { words: words(&migration.name), is_name: true }]).collect::<Vec<_>>()
        });
        Said(texts.filter(|said| has(&said.words, &LIFTS) && !has(&said.words, &["keep", "keeps"])).collect())
    }

    /// Whether they speak of this.
    pub(super) fn names(&self, subject: &[&str]) -> bool {
        self.0.iter().any(|Text { words, .. }| {
            let is_general = !SUBJECTS.iter().any(|subject| has(words, subject));
            has(words, subject) || is_general && has(words, &["constraint", "constraints"])
        })
    }

    /// Whether they speak of dropping this column: by its name; a file's name also by a part of it. Where the columns that
    /// are left out are all that the table loses, a part is enough, or that it is about columns.
    pub(super) fn drops(&self, column: &str, is_all: bool) -> bool {
        let (column, whole) = (words(column), words(column).concat());
        self.0.iter().any(|Text { words, is_name }| {
            let of_columns = has(words, &["column", "columns"]);
            let of_others = has(words, &OTHERS) || SUBJECTS.iter().any(|subject| has(words, subject));
            let is_named = words.windows(column.len().max(1)).any(|found| found == column);
            let is_part = |word: &String| word.len() >= PART && whole.contains(word.as_str());
            let is_short = || column.iter().any(|part| words.contains(part));
            let parts = words.iter().filter(|word| !LIFTS.contains(&word.as_str()));
            let is_in_part = (is_all || *is_name) && parts.into_iter().any(is_part);
            has(words, &DROPS)
                && (of_columns || !of_others)
                && (is_named || is_in_part || is_all && (of_columns || is_short()))
        })
    }
}

fn has(words: &[String], one_of: &[&str]) -> bool {
    words.iter().any(|word| one_of.contains(&word.as_str()))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}
