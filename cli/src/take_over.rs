//! How a database without a ledger is to be taken over.

use clap::ValueEnum;

use crate::program;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum How {
    /// Its schema is exactly the one after one of the migrations
    Exact,
    /// It was grown by hand: what is missing of tables, columns, indexes, views and triggers is made first
    Reconcile,
}

impl From<How> for onward::Adopt {
    fn from(how: How) -> onward::Adopt {
        match how {
            How::Exact => onward::Adopt::Exact,
            How::Reconcile => onward::Adopt::Reconcile,
        }
    }
}

/// How a database without a ledger is to be taken over, if it is.
pub(crate) struct TakeOver {
    pub(crate) how: Option<How>,
    /// The version it has had, as its file name has it.
    pub(crate) at: Option<String>,
}

impl TakeOver {
    pub(crate) fn of(self, migrations: &onward::Migrations) -> anyhow::Result<Option<onward::Adopt>> {
        match self.at {
            Some(at) => program::version(migrations, &at).map(|at| Some(onward::Adopt::At(at))),
            None => Ok(self.how.map(How::into)),
        }
    }
}
