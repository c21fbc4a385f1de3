//! What the statements of a history name, and when for the last time.

use std::collections::HashMap;
use std::sync::Arc;

use onward_core::kind::{Change, Kind, ObjectKind};
use onward_core::run::Run;
use onward_core::token::{Kind as TokenKind, Token, list, significant};

use crate::folder::history::{At, History};
use crate::memo::Memo;

/// What the statements of a history name, and when for the last time.
#[derive(Debug, Default)]
pub(in crate::replay) struct Later {
    names: HashMap<String, Last>,
    /// The last migration that may look at everything there is.
    everything: Option<usize>,
    /// The last one with an ALTER TABLE that SQLite refuses while any view or trigger is broken: each but an ADD COLUMN.
    tests: Option<usize>,
    /// Whether a statement may fail and leave a part of what it has done, or take the whole transaction back.
    is_partial: bool,
    /// What the texts of objects say: every replay asks again and again.
    words: Memo<String, Arc<Words>>,
    /// Whether there is a virtual table. What FTS5 has not written yet is lost when an older SQLite reads the schema anew.
    has_virtual: bool,
}

/// The last migrations that name something, by their indexes.
#[derive(Debug, Clone, Copy)]
struct Last {
    named: usize,
    /// Which of them may do more than add something to a table.
    touched: Option<usize>,
}

/// What the text of an object says.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Its names in lower case.
    pub(super) names: Vec<String>,
    /// What it refers to: the names behind REFERENCES.
    pub(super) parents: Vec<String>,
    /// Whether one of the names is of something that lists others.
    pub(super) has_catalogue: bool,
    /// Whether it may give up a transaction.
    pub(super) has_rollback: bool,
}

impl Words {
    fn of(text: &str) -> Words {
        let mut words = Words { has_rollback: has_rollback(text), ..Words::default() };
        let mut is_parent = false;
        for token in significant(text) {
            if let Some(name) = name(&token) {
                words.has_catalogue |= is_catalogue(&name);
                words.parents.extend(is_parent.then(|| name.clone()));
                words.names.push(name);
            }
            is_parent = token.is("REFERENCES");
        }
        words
    }
}

/// Whether a text has the word in it that gives up a transaction.
pub(super) fn has_rollback(text: &str) -> bool {
    text.to_ascii_lowercase().contains("rollback")
}

/// What a later statement may do to what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// It refers to it, or adds to it what changes no row.
    Named,
    /// Anything.
    Touched,
}

impl Later {
    /// Of a history of which the migrations before `first` have run. Of their names nobody asks.
    pub(in crate::replay) fn read(history: &History, first: usize) -> Later {
        let mut later = Later::default();
        for at in history.statements().filter(|at| history.statement(*at).kind.runs()) {
            if at.migration >= first {
                later.statement(history, at);
            } else if may_matter(history.sql(at)) {
                later.look(&list(history.sql(at)));
            }
        }
        later
    }

    fn statement(&mut self, history: &History, at: At) {
        let kind = &history.statement(at).kind;
        let tokens = list(history.sql(at));
        self.look(&tokens);
        if sees_everything(kind, &tokens) {
            self.everything = Some(at.migration);
        }
        if matches!(kind, Kind::Alter { change, .. } if !matches!(change, Some(Change::Add(_)))) {
            self.tests = Some(at.migration);
        }
        let does = match adds(kind, &tokens) {
            true => Use::Named,
            false => Use::Touched,
        };
        // The texts in a list of values are no names, however many there are. Behind a WITH or in a trigger, they may be.
        let values = first_value(&tokens);
        for (place, token) in tokens.iter().enumerate() {
            if token.kind == TokenKind::String && values.is_some_and(|values| place > values) {
                continue;
            }
            let Some(name) = name(token) else { continue };
            let last = self.names.entry(name).or_insert(Last { named: at.migration, touched: None });
            last.named = at.migration;
            if does == Use::Touched {
                last.touched = Some(at.migration);
            }
        }
    }

    /// Sees what lasts: in a trigger or a table, it may happen in any later migration.
    fn look(&mut self, tokens: &[Token<'_>]) {
        let is_partial = |pair: &[Token<'_>]| {
            (pair[1].is("FAIL") || pair[1].is("ROLLBACK"))
                && ["OR", "CONFLICT", "("].iter().any(|word| pair[0].is(word))
        };
        self.is_partial |= tokens.windows(2).any(is_partial);
        self.has_virtual |=
            tokens.get(..2).is_some_and(|first| first[0].is("CREATE") && first[1].is("VIRTUAL"));
    }

    /// Whether what is put aside behind a migration can be missed by none after it.
    pub(super) fn is_clear(&self, migration: usize) -> bool {
        !self.is_partial && !self.has_virtual && self.everything.is_none_or(|last| last <= migration)
    }

    /// What the text of an object says.
    pub(super) fn words(&self, text: &str) -> Arc<Words> {
        self.words.get(text, || Arc::new(Words::of(text)))
    }

    /// Whether SQLite asks all views and triggers behind a migration whether they are right.
    pub(super) fn tests(&self, migration: usize) -> bool {
        self.tests.is_some_and(|last| last > migration)
    }

    /// What a migration after this one does to what has a name, in lower case.
    pub(super) fn does(&self, name: &str, migration: usize) -> Option<Use> {
        let last = self.names.get(name).filter(|last| last.named > migration)?;
        Some(match last.touched {
            Some(touched) if touched > migration => Use::Touched,
            _ => Use::Named,
        })
    }
}

/// Whether a statement has a word that [`Later::look`] looks for.
fn may_matter(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    ["fail", "rollback", "virtual"].iter().any(|word| lower.contains(word))
}

/// Where the values of an INSERT begin that are not selected.
fn first_value(tokens: &[Token<'_>]) -> Option<usize> {
    let is_insert = tokens.first().is_some_and(|first| first.is("INSERT") || first.is("REPLACE"));
    if !is_insert || tokens.iter().any(|token| token.is("SELECT")) {
        return None;
    }
    tokens.iter().position(|token| token.is("VALUES"))
}

/// The name that a token can be, in lower case.
fn name(token: &Token<'_>) -> Option<String> {
    let mut name = token.name()?;
    name.make_ascii_lowercase();
    Some(name)
}

/// Whether a statement makes a table without rows, or adds a column or an index to one.
fn adds(kind: &Kind, tokens: &[Token<'_>]) -> bool {
    match kind {
        Kind::Create { object: ObjectKind::Table, temporary: false, .. } => {
            !tokens.iter().any(|token| token.is("AS") || token.is("VIRTUAL"))
        }
        Kind::Create { object: ObjectKind::Index, .. } => true,
        Kind::Alter { change: Some(Change::Add(_)), .. } => true,
        _ => false,
    }
}

/// Whether a statement may look at what it does not name.
fn sees_everything(kind: &Kind, tokens: &[Token<'_>]) -> bool {
    let begins = |words: &[&str]| tokens.first().is_some_and(|first| words.iter().any(|word| first.is(word)));
    let is_known = match kind {
        Kind::Create { .. } | Kind::Alter { change: Some(_), .. } | Kind::Drop { .. } => true,
        Kind::Other => begins(&["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES"]),
        Kind::Pragma(name) => {
            kind.run() == Run::Yes && ["user_version", "application_id"].contains(&name.as_str())
        }
        _ => false,
    };
    // The name of a catalogue has six letters, or a `_` behind six: no other word need be read as one.
    let may_be = |token: &Token<'_>| {
        token.kind != TokenKind::Word
            || token.text.as_bytes().get(6).map_or(token.text.len() == 6, |byte| *byte == b'_')
    };
    !is_known
        || tokens.iter().any(|token| may_be(token) && name(token).is_some_and(|name| is_catalogue(&name)))
}

/// Whether a name, in lower case, is of something that lists others.
pub(super) fn is_catalogue(name: &str) -> bool {
    name.starts_with("sqlite_") && name != "sqlite_sequence"
        || name.starts_with("pragma_")
        || name == "dbstat"
}
