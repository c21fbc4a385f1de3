//! Which tables and views the new migrations may have changed for somebody who names them.

use std::collections::{HashMap, HashSet};

use onward_core::kind::{Change, Kind, Name, ObjectKind};
use onward_core::token::significant;
use onward_schema::Schema;

use crate::folder::history::History;

/// The names, in lower case.
pub(super) struct Touched(HashSet<String>);

impl Touched {
    /// What the migrations behind `last` make, change and drop, and what reads it.
    pub(super) fn of(history: &History, last: usize, end: &Schema) -> Touched {
        let mut touched = Touched(HashSet::new());
        // To drop an index or a trigger does not say of which table it was.
        let mut tables: HashMap<String, &Name> = HashMap::new();
        for at in history.statements() {
            let kind = &history.statement(at).kind;
            if let Kind::Create {
                object: ObjectKind::Index | ObjectKind::Trigger, name, on: Some(on), ..
            } = kind
            {
                tables.insert(key(name), on);
            }
            if at.migration > last {
                let of = |name: &Name| tables.get(&key(name)).map(|table| key(table));
                touched
                    .0
                    .extend(names(kind).into_iter().flat_map(|name| [Some(key(name)), of(name)]).flatten());
            }
        }
        // A foreign key says something of its parent as well.
        let parents = end.tables.iter().filter(|(name, _)| touched.0.contains(*name));
        let parents = parents
            .flat_map(|(_, table)| table.foreign_keys.iter().map(|key| key.parent.to_ascii_lowercase()));
        let parents: Vec<String> = parents.collect();
        touched.0.extend(parents);
        touched.and_readers(end);
        touched
    }

    /// Views read tables, and triggers write to others when theirs is written.
    fn and_readers(&mut self, end: &Schema) {
        loop {
            let views = end.views.values().map(|view| (&view.name, &view.definition));
            let triggers = end.triggers.values().map(|trigger| (&trigger.table, &trigger.definition));
            let new: Vec<String> = views
                .chain(triggers)
                .map(|(name, definition)| (name.to_ascii_lowercase(), definition))
                .filter(|(name, definition)| !self.0.contains(name) && self.is_named(definition))
                .map(|(name, _)| name)
                .collect();
            if new.is_empty() {
                return;
            }
            self.0.extend(new);
        }
    }

    /// Whether a statement names one of them.
    pub(super) fn is_named(&self, sql: &str) -> bool {
        let mut names = significant(sql).filter_map(|token| token.name());
        names.any(|name| self.0.contains(&name.to_ascii_lowercase()))
    }
}

fn key(name: &Name) -> String {
    name.text.to_ascii_lowercase()
}

/// What a statement makes, changes or drops.
fn names(kind: &Kind) -> Vec<&Name> {
    match kind {
        Kind::Create { name, on, .. } => [name].into_iter().chain(on).collect(),
        Kind::Alter { table, change: Some(Change::RenameTable(to)) } => vec![table, to],
        Kind::Alter { table, .. } => vec![table],
        Kind::Drop { name, .. } => vec![name],
        _ => Vec::new(),
    }
}
