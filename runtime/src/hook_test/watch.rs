//! Which tables a hook reads or changes, as SQLite's authorizer tells it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Hears of the statements of a connection, while it listens.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    listens: bool,
    /// Tables in lower case, with the view or trigger that names them, if one does.
    tables: BTreeSet<(String, Option<String>)>,
}

impl Watch {
    /// Takes the place of an authorizer that the test has set: one that denies has no say here.
    pub(super) fn of(conn: &mut Connection) -> Watch {
        let watch = Watch::default();
        let heard = Arc::clone(&watch.0);
        conn.authorizer(Some(move |context: AuthContext<'_>| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            let table = match context.action {
                AuthAction::Read { table_name, .. }
                | AuthAction::Update { table_name, .. }
                | AuthAction::Delete { table_name } => Some(table_name),
                _ => None,
            };
            if let (true, Some(table)) = (heard.listens, table) {
                let by = context.accessor.map(str::to_ascii_lowercase);
                heard.tables.insert((table.to_ascii_lowercase(), by));
            }
            Authorization::Allow
        }))
        .done();
        watch
    }

    /// Listens while this is called.
    pub(super) fn listen<T>(&self, conn: &Connection, call: impl FnOnce() -> T) -> T {
        // SQLite says nothing of a statement that is prepared already.
        conn.flush_prepared_statement_cache();
        self.set(true);
        let outcome = call();
        self.set(false);
        outcome
    }

    /// The tables that it has heard of, without those that only a trigger names.
    pub(super) fn tables(&self, views: &BTreeSet<String>) -> BTreeSet<String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = heard.tables.iter().filter(|(_, by)| by.as_ref().is_none_or(|by| views.contains(by)));
        own.map(|(table, _)| table.clone()).collect()
    }

    fn set(&self, listens: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).listens = listens;
    }
}

/// Setting an authorizer returns nothing up to rusqlite 0.37 and a result from 0.38 on.
trait Done {
    fn done(self);
}

impl Done for () {
    fn done(self) {}
}

impl<T, E> Done for Result<T, E> {
    fn done(self) {}
}
