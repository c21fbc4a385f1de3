//! What statements may do, and what they may have changed: SQLite asks about each before it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use onward_core::name::Ident;
use rusqlite::hooks::{AuthAction, Authorization};
use rusqlite::{Connection, Result};

/// What the statements of a connection may have changed.
#[derive(Debug)]
pub(super) struct Changes {
    /// Whether something temporary may be there.
    pub(super) has_temporary: AtomicBool,
    schema: AtomicU64,
}

impl Changes {
    pub(super) fn new() -> Changes {
        Changes { has_temporary: AtomicBool::new(true), schema: AtomicU64::new(0) }
    }

    /// A number that is another one whenever the schema may be.
    pub(super) fn schema(&self) -> u64 {
        self.schema.load(Ordering::Relaxed)
    }

    pub(super) fn schema_may_be_another(&self) {
        self.schema.fetch_add(1, Ordering::Relaxed);
    }
}

/// Refuses what no statement may do. With `attach` it may be an ATTACH, which is only prepared here: none can run.
pub(super) fn authorize(
    conn: &mut Connection,
    ledger: &str,
    attach: bool,
    changes: &Arc<Changes>,
) -> Result<()> {
    let (ledger, changes) = (ledger.to_owned(), Arc::clone(changes));
    Set::done(conn.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
        // Whatever makes something temporary, SQLite asks for this.
        if context.database_name == Some("temp") && matches!(context.action, AuthAction::Insert { .. }) {
            changes.has_temporary.store(true, Ordering::Relaxed);
        }
        if !keeps_schema(&context.action) {
            changes.schema_may_be_another();
        }
        match context.action {
            AuthAction::Attach { .. } | AuthAction::Detach { .. } if !attach => Authorization::Deny,
            AuthAction::Function { function_name } if is_forbidden(function_name) => Authorization::Deny,
            action if is_of_ledger(action, &ledger) => Authorization::Deny,
            _ => Authorization::Allow,
        }
    })))
}

/// Whether a statement that does this, and nothing else, leaves the schema as it is. Of what is not in this list nobody can be
/// sure: a savepoint that is taken back brings back the schema that was, and a transaction may begin because SQLite has taken
/// the one before it back by itself.
fn keeps_schema(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Function { .. }
        | AuthAction::Recursive => true,
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name } => {
            let prefix = table_name.as_bytes().get(..7);
            !prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"sqlite_"))
        }
        AuthAction::Pragma { pragma_name, .. } => QUESTIONS.iter().any(|known| Ident(known) == *pragma_name),
        _ => false,
    }
}

/// Pragmas that only ask.
const QUESTIONS: [&str; 7] = [
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
];

fn is_forbidden(function: &str) -> bool {
    ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"]
        .iter()
        .any(|forbidden| Ident(function) == forbidden)
}

/// Whether it would change the ledger, or what happens when it is written, without which the run that it is part of could not
/// end.
fn is_of_ledger(action: AuthAction<'_>, ledger: &str) -> bool {
    match action {
        AuthAction::Insert { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::Delete { table_name }
        | AuthAction::DropTable { table_name }
        | AuthAction::CreateIndex { table_name, .. }
        | AuthAction::CreateTempIndex { table_name, .. }
        | AuthAction::CreateTrigger { table_name, .. }
        | AuthAction::CreateTempTrigger { table_name, .. }
        | AuthAction::AlterTable { table_name, .. } => Ident(table_name) == ledger,
        _ => false,
    }
}

/// Setting a hook returns nothing up to rusqlite 0.37 and a result from 0.38 on; setting a limit returns the one before in
/// 0.32 and a result from 0.33 on.
pub(super) trait Set {
    fn done(self) -> Result<()>;
}

impl Set for () {
    fn done(self) -> Result<()> {
        Ok(())
    }
}

impl Set for i32 {
    fn done(self) -> Result<()> {
        Ok(())
    }
}

impl<T> Set for Result<T> {
    fn done(self) -> Result<()> {
        self.map(drop)
    }
}
