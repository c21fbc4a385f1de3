//! Whose a folder is, by looking.

use super::layout::{Direction, Layout, Name};
use super::tool::Tool;
use super::tool::around::Around;

/// What tells whose a folder is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    /// The tool of each file that has marks of one.
    pub(crate) marked: Vec<Tool>,
    /// Whether a file begins with sqlx's mark.
    pub(crate) no_transaction: bool,
    /// Whether drizzle's journal is there.
    pub(crate) journal: bool,
    /// Whether drizzle's snapshots lie beside the migrations.
    pub(crate) snapshots: bool,
    /// Whether `atlas.sum` is there.
    pub(crate) atlas_sum: bool,
    /// What lies around the folder.
    pub(crate) around: Around,
}

impl Signs {
    /// The tool, if something tells.
    pub(crate) fn tool(&self, layout: Option<Layout>, names: &[&Name]) -> Option<Tool> {
        match layout? {
            Layout::Plain => self.of_files(),
            Layout::UpDown => self.of_pairs(),
            Layout::Prefixed if self.is_flyway(names) => Some(Tool::Flyway),
            Layout::Prefixed => Some(Tool::Refinery),
            // onward once made the next one with a `_` beside them.
            Layout::Folders if names.iter().any(|name| name.is_counted()) => Some(Tool::RusqliteMigration),
            Layout::Folders => Some(Tool::Diesel),
            Layout::FoldersMigration if self.snapshots || self.marked.contains(&Tool::Drizzle) => {
                Some(Tool::Drizzle)
            }
            Layout::FoldersMigration => Some(Tool::Prisma),
        }
    }

    /// The tool whose marks most files have, up and down in one.
    fn of_marks(&self) -> Option<Tool> {
        let two_ways = [Tool::Goose, Tool::Dbmate, Tool::SqlMigrate];
        let count = |tool: &Tool| self.marked.iter().filter(|marked| *marked == tool).count();
        two_ways.into_iter().filter(|tool| count(tool) > 0).max_by_key(count)
    }

    fn of_files(&self) -> Option<Tool> {
        let signs = [
            (self.around.wrangler, Tool::D1),
            (self.journal, Tool::Drizzle),
            (self.atlas_sum, Tool::Atlas),
            (self.no_transaction || self.around.has(Tool::Sqlx), Tool::Sqlx),
            (self.around.has(Tool::Hiqlite), Tool::Hiqlite),
            (self.marked.contains(&Tool::Drizzle), Tool::Drizzle),
        ];
        self.of_marks().or_else(|| signs.into_iter().find_map(|(is_it, tool)| is_it.then_some(tool)))
    }

    fn of_pairs(&self) -> Option<Tool> {
        let is_sqlx = self.no_transaction || self.around.has(Tool::Sqlx);
        is_sqlx.then_some(Tool::Sqlx).or(self.around.go.then_some(Tool::GolangMigrate))
    }

    /// Flyway's versions have parts, and its `U1__name.sql` takes back what `V1__name.sql` did.
    fn is_flyway(&self, names: &[&Name]) -> bool {
        let has_parts = names.iter().any(|name| name.label.contains(['.', '_']));
        let up = |name: &&&Name| name.direction == Direction::Up;
        let takes_back = |undo: &Name| names.iter().filter(up).any(|up| up.number() == undo.number());
        has_parts || self.around.java || names.iter().any(|name| name.is_undo() && takes_back(name))
    }
}
