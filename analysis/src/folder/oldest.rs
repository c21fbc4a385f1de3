//! The oldest SQLite that a history is for.

use onward_core::name::Ident;
use onward_core::token::significant;

use super::history::{At, History};
use crate::config::engine::{OLDEST, Version};
use crate::sqlite::feature::REINDEX_EXPRESSIONS;
use crate::sqlite::newer::{Use, uses};

impl History {
    /// The oldest SQLite that the migrations are for: the one that `onward.toml` names, else the newest that something in
    /// them came with.
    pub fn oldest_sqlite(&self) -> Version {
        if let Some((version, _)) = &self.config.engine.sqlite {
            return *version;
        }
        let runs = |at: &_| self.statement(*at).kind.runs();
        let used = self.statements().filter(runs).flat_map(|at| self.newer(self.sql(at), OLDEST));
        used.map(|found| found.since).max().unwrap_or(OLDEST)
    }

    /// What a statement uses that this version of SQLite does not have. What the application registers is its own.
    pub(crate) fn newer(&self, sql: &str, than: Version) -> Vec<Use> {
        let is_own = |found: &Use| {
            found.function.as_ref().is_some_and(|name| self.config.registers(name))
                || (found.what == REINDEX_EXPRESSIONS.what && self.has_expressions())
        };
        let mut uses = uses(sql);
        uses.retain(|found| found.since > than && !is_own(found));
        uses
    }

    /// Whether something may be called `expressions`, which REINDEX names in every SQLite then.
    fn has_expressions(&self) -> bool {
        const NAME: &str = "expressions";
        let names = |at: At| {
            let mut tokens = significant(self.sql(at));
            !tokens.next().is_some_and(|first| first.is("REINDEX")) && tokens.any(|token| token.is_name(NAME))
        };
        self.config.collations.iter().any(|name| name.eq_ignore_ascii_case(NAME))
            || self.config.others().any(|table| Ident(&table.name) == NAME)
            || self.statements().any(names)
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::folder;

    #[test]
    fn the_oldest_is_the_newest_that_is_used_unless_it_is_named() {
        let oldest = |files: &[(&str, &str)]| folder(files).history.oldest_sqlite().to_string();
        let plain = ("1_a.sql", "CREATE TABLE t(a, b);");
        assert_eq!(oldest(&[plain]), "3.37");
        let newer = ("2_b.sql", "UPDATE t SET a = unixepoch(), b = concat(a, b);");
        assert_eq!(oldest(&[plain, newer]), "3.44");
        let left_out = ("2_b.sql", "PRAGMA cache_size = 1_000;");
        assert_eq!(oldest(&[plain, left_out]), "3.37");
        assert_eq!(oldest(&[plain, ("onward.toml", "[engine]\nsqlite = '3.40'")]), "3.40");
        let reindex = ("2_b.sql", "REINDEX expressions;");
        assert_eq!(oldest(&[plain, reindex]), "3.53");
        for named in [
            ("1_a.sql", "CREATE TABLE Expressions(a);"),
            ("1_a.sql", "CREATE TABLE t(a); CREATE INDEX \"expressions\" ON t(a);"),
            ("1_a.sql", "CREATE TABLE t(a); ALTER TABLE t RENAME TO expressions;"),
        ] {
            assert_eq!(oldest(&[named, reindex]), "3.37");
        }
        for config in ["collations = ['EXPRESSIONS']", "[external]\nexpressions = ['a']"] {
            assert_eq!(oldest(&[plain, reindex, ("onward.toml", config)]), "3.37");
        }
        let own = ("onward.toml", "functions = ['CONCAT']");
        assert_eq!(oldest(&[plain, newer, own]), "3.38");
    }
}
