use std::path::PathBuf;

use anyhow::Result;
use onward_analysis::folder::recorded::{self, By, Release, Statement};

use crate::application::Application;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::{put, table, write_locked};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

/// So many are released, and so many come behind them.
const LOCKED: usize = 1000;
const NEW: usize = 5;
/// The statements of the released program.
const STATEMENTS: usize = 200;

/// What is recorded of the program that is out there.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    Nothing,
    /// Statements of all tables.
    Spread,
    /// Statements of the one table that the new migrations are about.
    Changed,
}

impl Case {
    const ALL: [Case; 3] = [Case::Nothing, Case::Spread, Case::Changed];

    fn name(self) -> String {
        match self {
            Case::Nothing => format!("{LOCKED} locked + {NEW}"),
            Case::Spread => format!("{STATEMENTS} statements recorded"),
            Case::Changed => format!("{STATEMENTS} of a table that changes"),
        }
    }

    fn history(self, run: &Run<'_>) -> Result<PathBuf> {
        let dir = run.place.benches().join("histories").join(match self {
            Case::Nothing => "recorded-nothing",
            Case::Spread => "recorded-spread",
            Case::Changed => "recorded-changed",
        });
        write_locked(&dir, &run.place.history(LOCKED), LOCKED, NEW)?;
        if self != Case::Nothing {
            let statements = (0..STATEMENTS).map(|at| self.statement(at)).collect();
            let release = Release { name: "1.0".into(), after: LOCKED as i64, statements, range: 0..0 };
            put(&dir.join("plain").join(recorded::FILE_NAME), &recorded::write(&[release]))?;
        }
        Ok(dir)
    }

    /// What the program reads and writes.
    fn statement(self, at: usize) -> Statement {
        let topics = LOCKED / 10;
        // The first new table refers to that of the last topic.
        let table = table(if self == Case::Changed { topics - 1 } else { at % topics });
        let sql = match at % 4 {
            0 => format!(
                "SELECT id, name, state, amount FROM {table} WHERE state = ? ORDER BY created_at LIMIT {}",
                at + 1
            ),
            1 => format!("UPDATE {table} SET state = ?, priority = {at} WHERE id = ?"),
            2 => format!("INSERT INTO {table}(name, state, amount, priority) VALUES (?, ?, ?, {at})"),
            _ => format!(
                "SELECT t.name, count(i.id) FROM {table} AS t LEFT JOIN {table}_items AS i ON i.owner_id = t.id AND i.quantity > {at} \
                 GROUP BY t.id"
            ),
        };
        let at = format!("src/main.rs:{}", at + 1);
        Statement { sql, at, gives: Vec::new(), takes: Vec::new(), by: By::Query, range: 0..0 }
    }
}

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "The processor's time as above, with the macro alone: what `onward.release` adds to a check of 1,000 released \
                 migrations and 5 behind them.";
    let mut measured = Measure::Recorded.measured(Unit::Nanoseconds, about);
    let mut checked = Vec::new();
    for case in Case::ALL {
        let application = Application::new(run.place, Name::Onward, &case.name(), &case.history(run)?)?;
        application.cargo(&["check", "--quiet", "--locked"])?;
        checked.push((application, case.name()));
    }
    let who: Vec<&(Application, String)> = checked.iter().collect();
    let mut samples = Samples::default();
    interleave(run.rounds(9, 1), run.patience(120), &who, |(application, case)| {
        samples.add(application.name, case, [application.check_touched(1)?]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    let (onward, nothing) = (Name::Onward.label(), Case::Nothing.name());
    let what = format!("`cargo check` with {STATEMENTS} released statements, against the same without");
    measured.promise(what, (onward, &Case::Spread.name()), (onward, &nothing), 1.1);
    Ok(measured)
}
