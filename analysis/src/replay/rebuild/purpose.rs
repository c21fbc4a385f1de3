//! What the maintainer says in words that a migration is to lift: in its file's name, or in a comment.

use onward_core::token::{Kind, tokens};

use super::constraint::Constraint;
use crate::folder::directive::is_directive;
use crate::folder::history::{History, Migration};

/// Words that say that something is not to be any more.
const DROPS: [&str; 10] =
    ["without", "remove", "removes", "removed", "removing", "drop", "drops", "dropped", "dropping", "longer"];

/// Those that say so of what a table asks of its rows, and not of a column.
const RELAXES: [&str; 14] = [
    "relax", "relaxes", "relaxed", "allow", "allows", "lift", "lifts", "change", "changes", "changed",
    "replace", "replaces", "optional", "nullable",
];

/// A word of so many letters may be a part of a column's name.
const PART: usize = 4;

/// What else is dropped beside columns.
const OTHERS: [&str; 9] =
    ["table", "tables", "row", "rows", "index", "indexes", "trigger", "triggers", "constraint"];

/// What words mean a kind of constraint.
pub(super) type Subject = &'static [&'static str];

pub(super) const FOREIGN_KEY: Subject = &["foreign", "fk", "fks", "reference", "references"];
pub(super) const AUTOINCREMENT: Subject = &["autoincrement"];
const PRIMARY_KEY: Subject = &["primary"];
const UNIQUE: Subject = &["unique", "uniqueness"];
const CHECK: Subject = &["check", "checks"];
const NOT_NULL: Subject = &["null", "nullable", "optional"];
const DEFAULT: Subject = &["default", "defaults"];
const COLLATE: Subject = &["collate", "collation", "nocase"];
const GENERATED: Subject = &["generated", "computed"];
const ACTION: Subject = &["cascade", "cascades", "cascading"];
const STRICT: Subject = &["strict"];
const WITHOUT_ROWID: Subject = &["rowid"];

/// A text that has none of these and speaks of constraints means any.
const SUBJECTS: [Subject; 12] = [
    FOREIGN_KEY,
    AUTOINCREMENT,
    PRIMARY_KEY,
    UNIQUE,
    CHECK,
    NOT_NULL,
    DEFAULT,
    COLLATE,
    GENERATED,
    ACTION,
    STRICT,
    WITHOUT_ROWID,
];

/// The words for a constraint.
pub(super) fn subject(constraint: &Constraint) -> Subject {
    match constraint {
        Constraint::PrimaryKey(_) => PRIMARY_KEY,
        Constraint::Unique(_) => UNIQUE,
        Constraint::Check(_) => CHECK,
        Constraint::NotNull(_) => NOT_NULL,
        Constraint::Default { .. } => DEFAULT,
        Constraint::Collate { .. } => COLLATE,
        Constraint::Generated { .. } => GENERATED,
        Constraint::Action(_) => ACTION,
        Constraint::Strict => STRICT,
        Constraint::WithoutRowid => WITHOUT_ROWID,
    }
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
        let lifts = |said: &Text| has(&said.words, &DROPS) || has(&said.words, &RELAXES);
        Said(texts.filter(|said| lifts(said) && !has(&said.words, &["keep", "keeps"])).collect())
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
            let is_verb = |word: &str| DROPS.contains(&word) || RELAXES.contains(&word);
            let parts = words.iter().filter(|word| !is_verb(word));
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
