use onward::prelude::*;

static MIGRATIONS: Migrations = migrations!(after = { 2 => backfill::archive });

/// Every statement and struct in here is held against the tables behind the second migration, for ever.
#[onward::at(2)]
mod backfill {
    use onward::prelude::*;
    use onward::rusqlite::{Result, Transaction};

    #[derive(Row)]
    #[onward(table = "jobs")]
    struct Job {
        id: i64,
        state: String,
    }

    /// The first release wrote states as its users typed them.
    pub(super) fn archive(tx: &Transaction<'_>) -> Result<()> {
        for job in query_as!(Job, "SELECT id, state FROM jobs").all(tx)? {
            if job.state.trim().eq_ignore_ascii_case("done") {
                query!("UPDATE jobs SET archived = TRUE WHERE id = ?", job.id).execute(tx)?;
            }
        }
        Ok(())
    }
}

fn main() -> onward::Result<()> {
    MIGRATIONS.open("app.db").map(drop)
}

#[cfg(test)]
mod tests {
    /// With the rows that the first release may have written.
    #[test]
    fn jobs_are_archived() {
        onward::test_hook!(super::MIGRATIONS, 2);
    }
}
