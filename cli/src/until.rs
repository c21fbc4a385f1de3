//! How far a run goes.

use clap::Args;
use onward::Migrator;

use crate::program;

/// How far a run goes, if not to the end.
#[derive(Args)]
pub(crate) struct Until {
    /// Run what is pending up to this migration, and nothing behind it
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
}

impl Until {
    /// Whether it is not to the end.
    #[cfg(feature = "engines")]
    pub(crate) fn is_set(&self) -> bool {
        self.to.is_some()
    }

    /// # Errors
    /// If there is no such version.
    pub(crate) fn of<'m>(
        &self,
        migrations: &'m onward::Migrations,
        migrator: Migrator<'m>,
    ) -> anyhow::Result<Migrator<'m>> {
        match &self.to {
            Some(to) => Ok(migrator.target(program::version(migrations, to)?)),
            None => Ok(migrator),
        }
    }
}
