//! What is said of a table, of its columns, and of the fields that stand for them.

use std::sync::Arc;

use onward_core::name::{Ident, quoted};

use crate::analysis::Analysis;
use crate::checks::application::{field_null_mismatch, field_type_mismatch};
use crate::checks::name::{unknown_column, unknown_table};
use crate::config::external::External;
use crate::diagnostic::Diagnostic;
use crate::file::{FileId, Place};
use crate::query::relation::{Column, Key, Relation};
use crate::replay::{Replay, nearest, removal};
use crate::sqlite::outside::meant;

impl Analysis {
    /// The table or view of this name at the end of the history, in any case; `temp.batch` for one outside of it.
    pub fn relation(&self, name: &str) -> Option<Arc<Relation>> {
        let replay = self.replay.as_ref()?;
        replay.relations.get(name, || self.find_relation(replay, name).map(Arc::new))
    }

    fn find_relation(&self, replay: &Replay, name: &str) -> Option<Relation> {
        let (schema, config) = (&replay.schema, &self.history.config);
        let name = match name.split_once('.') {
            Some((database, name)) if Ident(database) == "main" => name,
            _ => name,
        };
        let is_hidden = replay.known.tables.contains_key(&format!("temp.{}", name.to_ascii_lowercase()));
        if let Some(table) = schema.table(name) {
            let relation = Relation::of(replay.known(config), table, config);
            return Some(self.without_required(Relation { is_hidden, ..relation }));
        }
        let Some(view) = schema.views.get(&name.to_ascii_lowercase()) else { return self.outside(name) };
        let sql = format!("SELECT * FROM main.{}", quoted(&view.name));
        let columns = self.query(sql.as_str().into()).ok()?.columns.into_iter();
        let columns = columns.map(|column| Column {
            name: column.name,
            value: column.value,
            generated: false,
            required: false,
            key: if column.vouched { Key::Vouched } else { Key::Plain },
        });
        Some(Relation {
            schema: None,
            name: view.name.clone(),
            is_hidden,
            columns: columns.collect(),
            key: Vec::new(),
        })
    }

    /// A table beside the migrated database that onward.toml names: `archive.jobs`, or `batch` for `temp.batch`.
    fn outside(&self, name: &str) -> Option<Relation> {
        let replay = self.replay.as_ref()?;
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        let found = replay.known.table(&meant(&replay.known, schema, table))?;
        let is_it = |external: &&External| external.whole() == found.name && !external.is_function;
        let external = self.history.config.external.iter().find(is_it)?;
        let config = &self.history.config;
        let relation = Relation::of(replay.known(config), found, config);
        Some(Relation { schema: external.schema.clone(), name: external.name.clone(), ..relation })
    }

    /// A trigger may give what onward.toml alone says is never NULL.
    fn without_required(&self, mut relation: Relation) -> Relation {
        let triggers = self.replay.iter().flat_map(|replay| replay.schema.triggers.values());
        if triggers.into_iter().any(|trigger| Ident(&trigger.table) == relation.name) {
            let vouched = relation.columns.iter_mut().filter(|column| column.key == Key::Vouched);
            vouched.for_each(|column| column.required = false);
        }
        relation
    }

    /// What to say of a name that is no table or view.
    pub fn no_relation(&self, name: &str) -> Diagnostic {
        let schema = self.replay.as_ref().map(|replay| &replay.schema);
        let tables = schema.iter().flat_map(|schema| schema.tables.values().map(|table| table.name.clone()));
        let views = schema.iter().flat_map(|schema| schema.views.values().map(|view| view.name.clone()));
        let near = nearest(name, tables.chain(views).collect());
        let gone =
            self.replay.as_ref().and_then(|replay| replay.column_histories(&self.history).table_gone(name));
        let now =
            self.replay.as_ref().and_then(|replay| Some((replay, replay.table_now(&self.history, name)?)));
        let message = format!("there is no table or view `{name}`");
        let diagnostic = match now {
            Some((replay, (now, at))) => {
                Diagnostic::new(&unknown_table::RULE, replay.place_in(&self.history, at, name), message)
                    .label("renamed here")
                    .help(format!("it is called `{now}` since {}", self.history.path(at)))
            }
            None => {
                let last =
                    if self.whole.is_some() { "after this migration" } else { "after the last migration" };
                let gone = gone.map(|migration| self.file_name(migration));
                Diagnostic::new(&unknown_table::RULE, self.end(), message)
                    .label(last)
                    .help(unknown_table::help(name, gone, near))
            }
        };
        self.then(self.comes_later(diagnostic, name, None))
    }

    /// What to say of a field that is no column.
    pub fn no_column(&self, relation: &Relation, name: &str) -> Diagnostic {
        let names: Vec<String> = relation.columns.iter().map(|column| column.name.clone()).collect();
        let near = nearest(name, names.clone());
        let life = self
            .replay
            .as_ref()
            .and_then(|replay| replay.column_histories(&self.history).of(&relation.name, name));
        let message = format!("`{}` has no column `{name}`", relation.name);
        let now = self
            .replay
            .as_ref()
            .and_then(|replay| Some((replay, replay.column_now(&self.history, &relation.name, name)?)));
        if let Some((replay, (now, at))) = now {
            return Diagnostic::new(&unknown_column::RULE, replay.place_in(&self.history, at, name), message)
                .label("renamed here")
                .help(format!("it is called `{now}` since {}", self.history.path(at)));
        }
        let (place, label, help) = match (life.and_then(|life| life.gone), near) {
            (Some(migration), _) => {
                let help = format!("it is gone since {}", self.file_name(migration));
                (removal(&self.history, migration, &relation.name, name), "gone since here", help)
            }
            (None, Some(near)) => {
                let help = format!("there is a column with a similar name: `{near}`");
                (self.definition(&relation.whole(), &near), "a column with a similar name", help)
            }
            (None, None) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                (
                    self.definition(&relation.whole(), ""),
                    "made here",
                    format!("its columns are {}", names.join(", ")),
                )
            }
        };
        let diagnostic = Diagnostic::new(&unknown_column::RULE, place, message).label(label).help(help);
        self.then(self.comes_later(diagnostic, &relation.name, Some(name)))
    }

    /// What to say to a field that cannot hold a column's values.
    pub fn wrong_type(&self, relation: &Relation, column: &Column, field: &str) -> Diagnostic {
        let place = self.definition(&relation.whole(), &column.name);
        self.then(field_type_mismatch::diagnose(place, relation, column, field))
    }

    /// What to say to a field that is an `Option` and should not be, or the other way round. To look up since when takes
    /// another replay, so it is only worth while for what will be shown.
    pub fn wrong_null(&self, relation: &Relation, column: &Column, field: &str, shown: bool) -> Diagnostic {
        let replay = self.replay.as_ref().filter(|_| shown);
        let life =
            replay.and_then(|replay| replay.column_histories(&self.history).of(&relation.name, &column.name));
        let since = life.and_then(|life| life.changed).map(|migration| self.file_name(migration));
        let place = self.definition(&relation.whole(), &column.name);
        let enforced =
            (shown && column.key == Key::TakesNull).then(|| self.enforced(&relation.name)).flatten();
        self.then(field_null_mismatch::diagnose(place, relation, column, field, since, enforced.as_deref()))
    }

    /// Where the history defines a column of a table or view as it is at the end: in a CREATE or an ADD COLUMN, under
    /// whatever names the two had then. The end of the history if that is not known.
    pub fn definition(&self, table: &str, column: &str) -> Place {
        let definition = |replay: &Replay| replay.definition(&self.history, table, column);
        let is_it = |external: &&External| Ident(&external.whole()) == table;
        let external = || self.history.config.external.iter().find(is_it);
        let place = self.replay.as_ref().and_then(definition);
        place.or_else(|| Some(external()?.place.clone())).unwrap_or_else(|| self.end())
    }

    fn end(&self) -> Place {
        match self.history.migrations.last() {
            Some(migration) => {
                let end = self.history.files.get(migration.file).text.trim_end().len();
                migration.file.at(end..end)
            }
            None => FileId::default().start(),
        }
    }

    fn file_name(&self, migration: usize) -> &str {
        &self.history.files.get(self.history.migrations[migration].file).path
    }
}
