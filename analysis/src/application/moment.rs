//! What is said of a moment in the middle of the history: `at = 3`.

use onward_core::name::Ident;
use onward_schema::Column;

use super::refused;
use crate::analysis::Analysis;
use crate::diagnostic::Diagnostic;

impl Analysis {
    /// Behind which migration this is, if it is not the end: the name of its file.
    pub(crate) fn moment(&self) -> Option<&str> {
        self.whole.as_ref()?;
        let migration = self.history.migrations.last()?;
        Some(&self.history.files.get(migration.file).path)
    }

    /// What is told, with the moment that it is about.
    pub(super) fn then(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.moment() {
            Some(file) => diagnostic.note(format!("in the schema after {file}, for which `at` asks")),
            None => diagnostic,
        }
    }

    /// What is told of a statement that names what is missing here: a table, or a column of one of its tables.
    pub(super) fn missing_then(
        &self,
        diagnostic: Diagnostic,
        sql: &str,
        name: &str,
        is_column: bool,
    ) -> Diagnostic {
        let schema = self.whole.as_ref().and_then(|whole| Some(&whole.replay.as_ref()?.known));
        let Some(schema) = schema.filter(|_| is_column) else {
            return self.comes_later(diagnostic, name, None);
        };
        let tables = refused::tables(schema, sql);
        let has = |columns: &[Column]| columns.iter().any(|column| Ident(&column.name) == name);
        match tables.iter().find(|(_, columns)| has(columns)) {
            Some((table, _)) => self.comes_later(diagnostic, table, Some(name)),
            None => diagnostic,
        }
    }

    /// The same, where a later migration makes what is missing: a table or view, or a column of one.
    pub(super) fn comes_later(
        &self,
        diagnostic: Diagnostic,
        table: &str,
        column: Option<&str>,
    ) -> Diagnostic {
        let Some(whole) = &self.whole else { return diagnostic };
        let Some(relation) = whole.relation(table) else { return diagnostic };
        if column.is_some_and(|column| relation.column(column).is_none()) {
            return diagnostic;
        }
        let Some(replay) = &whole.replay else { return diagnostic };
        let name = column.map_or_else(|| format!("`{table}`"), |column| format!("`{table}.{column}`"));
        let Some(place) = replay.definition(&whole.history, &relation.name, column.unwrap_or_default())
        else {
            return diagnostic;
        };
        let file = &whole.history.files.get(place.file).path;
        // Under another name it may be there already.
        if self.history.migrations.iter().any(|migration| migration.file == place.file) {
            return diagnostic;
        }
        let help = format!("{name} is made in {file}, which comes later");
        diagnostic.related(place, "made here, later").help(help)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::application::Error;
    use crate::checks::testing::{folder, text};
    use crate::query::Null;

    #[test]
    fn a_statement_is_held_against_the_schema_behind_a_migration() {
        let config = "[external]\ntemp.batch = 'job INTEGER NOT NULL'\ntemp.left_over = ['x']\n[levels]\ndata_dropped = 'allow'\n";
        let whole = Arc::new(folder(&[
            ("1_a.sql", "CREATE TABLE t(a TEXT NOT NULL);"),
            (
                "2_b.sql",
                "PRAGMA foreign_keys = ON; CREATE TEMP TABLE left_over AS SELECT 1 AS n; CREATE TABLE gone(x);",
            ),
            (
                "3_c.sql",
                "-- onward: foreign_keys(on)\nDROP TABLE gone; ALTER TABLE t ADD COLUMN b; CREATE VIEW v AS SELECT b FROM t;",
            ),
            ("4_d.sql", ""),
            ("5_e.sql", "ALTER TABLE t RENAME COLUMN a TO c;"),
            ("onward.toml", config),
        ]));
        let works = |migration: usize, sql: &str| whole.up_to(migration).unwrap().query(sql.into()).is_ok();
        for (sql, expected) in [
            ("SELECT a FROM t", [true, true, true, true, false]),
            ("SELECT c FROM t", [false, false, false, false, true]),
            ("SELECT b FROM t", [false, false, true, true, true]),
            ("SELECT * FROM v", [false, false, true, true, true]),
            ("SELECT x FROM gone", [false, true, false, false, false]),
            // What a migration leaves on the connection is its hook's alone, and hides what is declared.
            ("SELECT n FROM left_over", [false, true, false, false, false]),
            ("SELECT x FROM left_over", [true, false, true, true, true]),
            ("SELECT job FROM temp.batch", [true; 5]),
        ] {
            assert_eq!([0, 1, 2, 3, 4].map(|migration| works(migration, sql)), expected, "{sql}");
        }
        assert_eq!(whole.up_to(1).unwrap().relation("gone").unwrap().columns[0].value.null, Null::Possible);
        let relation = whole.up_to(1).unwrap().relation("t").unwrap();
        assert_eq!((relation.columns.len(), whole.relation("t").unwrap().columns.len()), (2, 3));
        // It is told where what is missing comes from, or went.
        let error = whole.up_to(0).unwrap().query("SELECT b FROM t".into()).unwrap_err();
        let Error::Refused(refused) = error else { panic!("{error:?}") };
        assert_eq!(refused.diagnostic.help, "`t.b` is made in 3_c.sql, which comes later");
        assert_eq!(refused.diagnostic.notes, ["in the schema after 1_a.sql, for which `at` asks"]);
        let error = whole.up_to(2).unwrap().query("SELECT x FROM gone".into()).unwrap_err();
        let Error::Refused(refused) = error else { panic!("{error:?}") };
        assert_eq!(refused.diagnostic.help, "it is gone since 3_c.sql");
        let first = whole.up_to(0).unwrap();
        let told = first.no_relation("v");
        assert!(text(&first, &told).contains("after this migration"), "{told:?}");
        assert_eq!(told.help, "`v` is made in 3_c.sql, which comes later");
    }
}
