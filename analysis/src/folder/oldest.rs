//! The oldest SQLite that a history is for.

use super::history::History;
use crate::config::engine::{OLDEST, Version};
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
        let is_own = |found: &Use| found.function.as_ref().is_some_and(|name| self.config.registers(name));
        let mut uses = uses(sql);
        uses.retain(|found| found.since > than && !is_own(found));
        uses
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
        let own = ("onward.toml", "functions = ['CONCAT']");
        assert_eq!(oldest(&[plain, newer, own]), "3.38");
    }
}
