//! What stands in the replay for tables that others make.

use std::collections::BTreeSet;

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::{Ident, quoted};
use onward_core::statement::statements;
use onward_core::token::{Kind as TokenKind, Token, list};
use onward_schema::Column;
use rusqlite::Result;

use super::history::History;
use crate::config::Config;
use crate::config::external::{Columns, External, FUNCTIONS};
use crate::file::Place;
use crate::sqlite::sandbox::Sandbox;

/// Gives every external table of a history its stub; those that SQLite refuses are taken out, and told.
pub(crate) fn settle(history: &mut History) -> Vec<(Place, String)> {
    let mut problems = Vec::new();
    let mut tables = std::mem::take(&mut history.config.external);
    for table in &mut tables {
        table.sql = table.stub(history);
    }
    tables.sort_by_key(|table| table.place.range.start);
    let mut seen = Vec::new();
    tables.retain_mut(|table| match table.refusal(history, &mut seen) {
        Some(message) => {
            problems.push((table.place.clone(), message));
            false
        }
        None => true,
    });
    history.config.external = tables;
    problems
}

impl External {
    fn stub(&self, history: &History) -> String {
        let schema = self.schema.as_ref().map(|schema| format!("{}.", quoted(schema))).unwrap_or_default();
        let columns = match &self.columns {
            Columns::Definitions(definitions) => definitions.clone(),
            Columns::Names(names) if self.is_function => {
                names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
            }
            Columns::Names(names) => self.named(names, history),
        };
        format!("CREATE TABLE {schema}{}({columns})", quoted(&self.name))
    }

    /// Columns of any type, and what foreign keys of the history refer to unique.
    fn named(&self, names: &[String], history: &History) -> String {
        let keys = if self.is_main() { references(history, &self.name) } else { BTreeSet::new() };
        let mut columns: Vec<&String> = Vec::new();
        for name in names.iter().chain(keys.iter().flatten()) {
            if !columns.iter().any(|known| Ident(known) == name) {
                columns.push(name);
            }
        }
        let id = "id".to_owned();
        let has_id = columns.is_empty() || columns.iter().any(|name| Ident(name) == id);
        let primary = if has_id { &id } else { columns[0] };
        let primary = columns.iter().find(|name| Ident(name) == primary).map_or(&id, |name| *name).clone();
        let list = |names: &[String]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        if columns.is_empty() {
            columns.push(&id);
        }
        // SQLite compares a foreign key by the parent's affinity: under this one, numbers match that were written as texts.
        let is_key = |name: &String| *name == primary || keys.iter().flatten().any(|key| Ident(key) == name);
        let column =
            |name: &&String| format!("{}{}", quoted(name), if is_key(name) { " NUMERIC" } else { "" });
        let mut parts: Vec<String> = columns.iter().map(column).collect();
        parts.push(format!("PRIMARY KEY ({})", quoted(&primary)));
        parts.extend(keys.iter().filter(|key| !key.is_empty()).map(|key| format!("UNIQUE ({})", list(key))));
        parts.join(", ")
    }

    /// What SQLite says against its stub.
    fn refusal(&mut self, history: &History, seen: &mut Vec<(Option<String>, String)>) -> Option<String> {
        let name = (self.schema.clone(), self.name.to_ascii_lowercase());
        if seen.contains(&name) {
            return Some(format!("`{}` is named twice", self.name));
        }
        seen.push(name);
        let mut made = history.statements().filter(|&at| self.is_made(&history.statement(at).kind));
        if let Some(at) = made.next() {
            return Some(format!("`{}` is made by {} here, and not by others", self.name, history.path(at)));
        }
        // Only what is between the brackets: nothing else is made, and nothing is run.
        let made = statements(&self.sql);
        let is_table = |kind: &Kind| matches!(kind, Kind::Create { object: ObjectKind::Table, .. });
        if made.len() != 1 || !made.iter().all(|statement| is_table(&statement.kind)) {
            return Some("these are not the columns of a table".to_owned());
        }
        let alone = Config { external: Vec::new(), ..history.config.clone() };
        match self.tried(&alone) {
            Ok(refusal) => refusal,
            Err(error) => Some(error.to_string()),
        }
    }

    /// Makes its stub, and what can be called; what onward has against it.
    fn tried(&mut self, alone: &Config) -> Result<Option<String>> {
        let sandbox = Sandbox::open(alone)?;
        sandbox.run(&self.alone(), false)?;
        if !self.is_function {
            return Ok(None);
        }
        let schema = sandbox.schema()?;
        let columns = schema.table(&self.name).map(|table| &table.columns[..]).unwrap_or_default();
        let is_hidden = |column: &&Column| column.declared_type.to_ascii_uppercase().contains("HIDDEN");
        if let Some(column) = columns.iter().find(is_hidden) {
            return Ok(Some(format!(
                "`{}` is an argument, and not a column of the rows: leave it out, and give it between the brackets",
                column.name
            )));
        }
        if self.has_module(columns.iter().map(|column| column.name.as_str())) {
            return Ok(None);
        }
        self.call = self.stand_in(FUNCTIONS, columns);
        sandbox.run(&self.stand_in("temp", columns), false).map(|()| None)
    }

    /// A virtual table can be called like a function, with as many arguments as it has hidden columns. One of FTS4 has three
    /// beside those that it is given.
    fn stand_in(&self, database: &str, columns: &[Column]) -> String {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        format!("CREATE VIRTUAL TABLE {database}.{} USING fts4({})", quoted(&self.name), names.join(", "))
    }

    /// Whether such a statement makes it.
    fn is_made(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Create { object: ObjectKind::Table | ObjectKind::View, name, temporary: false, .. } => {
                (self.is_main() || self.is_function) && name.is(&self.name)
            }
            _ => false,
        }
    }

    /// Its stub as a table of the main database.
    pub(crate) fn alone(&self) -> String {
        match &self.schema {
            Some(schema) => self.sql.replacen(&format!("{}.", quoted(schema)), "", 1),
            None => self.sql.clone(),
        }
    }
}

/// The columns of a table that foreign keys of the history refer to; none where they refer to its primary key.
fn references(history: &History, table: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for at in history.statements() {
        let tokens = list(history.sql(at));
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.is("REFERENCES")) {
            let parent = tokens.get(index + 1).filter(|_| token.kind != TokenKind::Quoted);
            if parent.and_then(Token::name).is_some_and(|name| Ident(name) == table) {
                let list = tokens[index + 2..].iter();
                let opens = tokens.get(index + 2).is_some_and(|token| token.text == "(");
                let list = list.skip(1).take_while(|token| opens && token.text != ")");
                found.insert(list.filter_map(Token::name).map(|name| name.to_ascii_lowercase()).collect());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{codes, folder};

    const CHILD: &str =
        "CREATE TABLE jobs(id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users(id));";
    const TRIGGER: &str =
        "CREATE TRIGGER gone AFTER DELETE ON users BEGIN DELETE FROM jobs WHERE user = old.id; END;";
    const VIEW: &str =
        "CREATE VIEW owners AS SELECT users.email, jobs.id FROM jobs JOIN users ON users.id = jobs.user;";

    fn with(config: &str, texts: &[&str]) -> Vec<String> {
        let names: Vec<String> = (1..=texts.len()).map(|number| format!("{number}_m.sql")).collect();
        let mut files: Vec<(&str, &str)> =
            names.iter().map(String::as_str).zip(texts.iter().copied()).collect();
        let config = format!("{config}\n[levels]\ndata_dropped = 'allow'\n");
        files.push(("onward.toml", &config));
        codes(&files)
    }

    #[test]
    fn keys_triggers_and_views_work() {
        for config in [
            "[external]\nusers = 'id INTEGER PRIMARY KEY, email TEXT NOT NULL'",
            "[external]\nusers = ['id', 'email']",
            "external = { users = ['email'] }",
            "[external]\nmain.users = ['email']",
            "[external]\n'Users' = ['email']",
        ] {
            assert_eq!(with(config, &[CHILD, TRIGGER, VIEW]), [""; 0], "{config}");
        }
        // Without columns, those that foreign keys refer to.
        let keys =
            "CREATE TABLE a(x, y, z REFERENCES users(code), FOREIGN KEY (x, y) REFERENCES users(p, q));
            CREATE TABLE b(v REFERENCES \"users\");";
        assert_eq!(with("external = { users = [] }", &[CHILD, keys]), [""; 0]);
        // With foreign keys on as well.
        let on = "-- onward: foreign_keys(on)\nUPDATE jobs SET user = user;";
        assert_eq!(with("external = { users = [] }", &[CHILD, on]), [""; 0]);
    }

    #[test]
    fn what_is_not_there_is_offered_and_what_is_wrong_is_still_said() {
        let found = folder(&[("1_m.sql", CHILD), ("2_m.sql", TRIGGER)]);
        let helps: Vec<&str> = found.diagnostics.iter().map(|found| found.help.as_str()).collect();
        assert!(helps.iter().all(|help| help.contains("`[external]` and `users = [\"id\"]`")), "{helps:?}");
        assert_eq!(with("external = { users = ['id'] }", &[CHILD, VIEW]), ["broken_view 2_m.sql:1:36"]);
        assert_eq!(
            with("external = { users = 'id INTEGER, email TEXT' }", &[CHILD]),
            ["foreign_key_mismatch 1_m.sql:1:76"]
        );
        assert_eq!(
            with("external = { other = [] }", &["DELETE FROM users;"]),
            ["unknown_table 1_m.sql:1:13"]
        );
        for made in ["CREATE TABLE users(id);", "CREATE TABLE IF NOT EXISTS Users(id);"] {
            let found = with("external = { users = [] }", &[made]);
            assert_eq!(found, ["bad_config_file onward.toml:1:22"], "{made}");
        }
    }

    #[test]
    fn the_stubs_are_no_part_of_what_the_history_makes() {
        let config = "[external]\nusers = ['id', 'email']\narchive.jobs = ['id']\ntemp.batch = ['job']\n";
        let (plain, beside) = (
            folder(&[("1_m.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);")]),
            folder(&[("1_m.sql", "CREATE TABLE jobs(id INTEGER PRIMARY KEY);"), ("onward.toml", config)]),
        );
        let (plain_replay, replay) = (plain.replay.as_ref().unwrap(), beside.replay.as_ref().unwrap());
        assert_eq!(replay.objects, ["jobs"]);
        assert_eq!(replay.fingerprint, plain_replay.fingerprint);
        assert_eq!(beside.snapshot().unwrap().times.len(), 1);
        assert_eq!(beside.history.migrations[0].chain, plain.history.migrations[0].chain);
        // A trigger of ours on another's table cannot be part of a database without that table.
        let trigger = folder(&[("1_m.sql", CHILD), ("2_m.sql", TRIGGER), ("onward.toml", config)]);
        assert!(!trigger.has_errors() && trigger.snapshot().is_err(), "{:?}", trigger.diagnostics);
    }

    #[test]
    fn migrations_see_nothing_of_what_is_outside_the_database() {
        let config = "[external]\narchive.jobs = ['id']\ntemp.batch = ['job']\n";
        for text in ["INSERT INTO archive.jobs VALUES (1);", "INSERT INTO batch VALUES (1);"] {
            let found = with(config, &[text]);
            assert!(found[0].starts_with("unknown_table 1_m.sql"), "{text}: {found:?}");
        }
        assert_eq!(
            with(
                "[external]\n'generate_series()' = []",
                &["CREATE TABLE t(a); INSERT INTO t SELECT value FROM generate_series(1, 3);"]
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_database_of_an_old_release_has_the_real_one() {
        let config = "[external]\nusers = ['id']\n[levels]\ndata_dropped = 'allow'\n";
        let legacy = "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, name TEXT);";
        let found = folder(&[
            ("1_m.sql", CHILD),
            ("2_m.sql", TRIGGER),
            ("legacy/old.sql", &format!("{legacy}{CHILD}")),
            ("onward.toml", config),
        ]);
        assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (config, place) in [
            ("external = 3", "1:12"),
            ("[external]\nusers = 3", "2:9"),
            ("[external]\nusers = [3]", "2:9"),
            ("[external]\nusers = 'id INTEGER); CREATE TABLE x(y'", "2:9"),
            ("[external]\nusers = 'id INTEGER,'", "2:9"),
            ("[external]\nusers = ''", "2:9"),
            ("[external]\nonward_migrations = []", "2:1"),
            ("[external]\nsqlite_master = []", "2:1"),
            ("[external]\n'split()' = []", "2:13"),
            ("[external]\n'' = []", "2:1"),
            ("[external]\nusers = []\nmain.Users = []", "3:14"),
        ] {
            assert_eq!(
                with(config, &["SELECT 1;"]),
                [format!("bad_config_file onward.toml:{place}")],
                "{config}"
            );
        }
    }
}
