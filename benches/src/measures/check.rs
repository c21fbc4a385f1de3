use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::application::Application;
use crate::build::previous_root;
use crate::contender::Name;
use crate::figures::{Measured, Unit};
use crate::history::{self, Layout, write_locked};
use crate::measure::Measure;
use crate::run::Run;
use crate::samples::{Samples, interleave};

/// A history, and what is done to it before each check.
#[derive(Clone, Copy, PartialEq)]
enum Case {
    /// Nothing is locked.
    New(usize),
    /// So many are locked, and so many come behind them.
    Locked(usize, usize),
    /// Another text of the last one each time.
    Edited(usize, usize),
    /// Every tenth rebuilds a table.
    Rebuilds(usize),
}

const CASES: [Case; 8] = [
    Case::New(100),
    Case::Locked(100, 0),
    Case::Locked(100, 5),
    Case::New(1000),
    Case::Locked(1000, 0),
    Case::Locked(1000, 5),
    Case::Edited(1000, 5),
    Case::Rebuilds(1000),
];

impl Case {
    fn name(self) -> String {
        match self {
            Case::New(new) => format!("{new}"),
            Case::Locked(locked, 0) => format!("{locked} locked"),
            Case::Locked(locked, new) => format!("{locked} locked + {new}"),
            Case::Edited(locked, new) => format!("{locked} locked + {new}, the last edited"),
            Case::Rebuilds(new) => format!("{new}, a tenth rebuilds"),
        }
    }

    /// Others know no lock, and take the files as they are.
    fn is_for(self, name: Name) -> bool {
        match name {
            Name::Onward | Name::Kept => true,
            Name::Previous | Name::Tuned => {
                matches!(self, Case::New(1000) | Case::Locked(1000, _) | Case::Rebuilds(_))
            }
            _ => matches!(self, Case::New(_)),
        }
    }

    /// Whether the macro proves, and much.
    fn is_long(self, name: Name) -> bool {
        let is_small = matches!(self, Case::New(100) | Case::Locked(100, _));
        matches!(name, Name::Onward | Name::Tuned | Name::Previous) && !is_small
    }

    /// How many touches make a turn. Work is counted in hundredths of a second, of which a short check has few.
    fn touches(self, name: Name) -> usize {
        if matches!(self, Case::Edited(..)) || self.is_long(name) { 1 } else { 3 }
    }

    /// The folder of the history, made if it is one of these alone.
    fn history(self, run: &Run<'_>, name: Name) -> Result<PathBuf> {
        let histories = run.place.benches().join("histories");
        match self {
            Case::New(new) => Ok(run.place.history(new)),
            Case::Rebuilds(new) => {
                let dir = histories.join(format!("rebuilds-{new}"));
                history::write(&dir.join("plain"), Layout::Plain, &history::rebuilds(new))?;
                Ok(dir)
            }
            Case::Locked(locked, new) | Case::Edited(locked, new) => {
                let edited = matches!(self, Case::Edited(..)).then_some(name.label().len());
                let dir = match edited {
                    Some(whose) => format!("edited-{locked}-{new}-{whose}"),
                    None => format!("locked-{locked}-{new}"),
                };
                let dir = histories.join(dir);
                write_locked(&dir, &run.place.history(locked), locked, new)?;
                Ok(dir)
            }
        }
    }

    /// What comes before a check.
    fn prepare(self, history: &Path, turn: usize) -> Result<()> {
        let Case::Edited(locked, new) = self else { return Ok(()) };
        let mut list = history::history(locked + new);
        if let Some(last) = list.last_mut() {
            last.sql += &format!("CREATE TABLE edited_{turn} (id INTEGER PRIMARY KEY);\n");
        }
        history::write(&history.join("plain"), Layout::Plain, &list)
    }
}

/// An application and its history.
struct Checked {
    application: Application,
    case: Case,
    history: PathBuf,
}

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let about = "The processor's time of a dev build in which everything but the application is built. onward replays and checks the \
                 history, in the macro or with onward-build in the build script, once for each change; the others embed the files, and \
                 the limit is `include_str!`. `+` divides what `onward.lock` holds from what is new. With `-O1`, Cargo.toml has the \
                 setting that the README advises and `cargo onward init` writes; without it, SQLite is not optimized.";
    let mut measured = Measure::Check.measured(Unit::Nanoseconds, about);
    let mut checked = Vec::new();
    let mut names = run.among(&[&Name::ALL[..], &[Name::Tuned, Name::Kept, Name::Previous]].concat());
    names.retain(|name| *name != Name::Previous || previous_root(run.place).is_some());
    for name in names {
        for case in CASES.into_iter().filter(|case| case.is_for(name)) {
            let history = case.history(run, name)?;
            let application = Application::new(run.place, name, &case.name(), &history)?;
            // The first of a contender builds what all of them need.
            let is_first = checked.last().is_none_or(|last: &Checked| last.application.name != name);
            if is_first || !case.is_long(name) {
                application.cargo(&["check", "--quiet", "--locked"])?;
            }
            checked.push(Checked { application, case, history });
        }
    }
    let who: Vec<&Checked> = checked.iter().collect();
    let (mut samples, mut turn) = (Samples::default(), 0);
    interleave(run.rounds(3, 1), run.patience(60), &who, |Checked { application, case, history }| {
        turn += 1;
        case.prepare(history, turn)?;
        let took = application.check_touched(case.touches(application.name))?;
        samples.add(application.name, &case.name(), [took]);
        Ok(())
    })?;
    measured.rows = samples.rows();
    let limits = [
        (Name::Onward, Case::New(1000), 2.5),
        (Name::Onward, Case::Locked(1000, 0), 1.2),
        (Name::Onward, Case::Locked(1000, 5), 1.4),
        (Name::Tuned, Case::New(1000), 2.5),
        (Name::Tuned, Case::Locked(1000, 0), 1.2),
        (Name::Tuned, Case::Locked(1000, 5), 1.4),
        (Name::Kept, Case::New(1000), 0.3),
        (Name::Kept, Case::Locked(1000, 0), 0.3),
        (Name::Kept, Case::Locked(1000, 5), 0.3),
        (Name::Kept, Case::Edited(1000, 5), 1.0),
        (Name::Kept, Case::Rebuilds(1000), 0.3),
    ];
    for (name, case, at_most) in limits {
        let (label, case) = (name.label(), case.name());
        let what = format!("`cargo check`, {label}, {case}, against sqlx::migrate! of 1,000");
        measured.promise(what, (label, &case), (Name::Sqlx.label(), &Case::New(1000).name()), at_most);
    }
    let (what, rebuilds) =
        ("`cargo check`, 1,000, a tenth rebuilds, against the previous release", Case::Rebuilds(1000).name());
    let (onward, previous) = (Name::Onward.label(), Name::Previous.label());
    measured.promise(what.to_owned(), (onward, &rebuilds), (previous, &rebuilds), 0.5);
    Ok(measured)
}
