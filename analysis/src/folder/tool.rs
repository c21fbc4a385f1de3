//! The tools whose folders are read, and what is theirs alone: one file a tool.

pub(crate) mod around;
pub(crate) mod atlas;
pub(crate) mod dbmate;
pub(crate) mod diesel;
pub(crate) mod drizzle;
pub(crate) mod flyway;
pub(crate) mod goose;
pub(crate) mod other;
pub(crate) mod prisma;
pub(crate) mod refinery;
pub(crate) mod sql_migrate;
pub(crate) mod sqlx;

pub use onward_core::tool::Tool;

use crate::record::{Bytes, Record};

/// By its name.
impl Record for Tool {
    fn write(&self, to: &mut Vec<u8>) {
        self.name().to_owned().write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Tool> {
        Tool::named(&String::read(from)?)
    }
}
