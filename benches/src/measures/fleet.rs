use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, available_parallelism};

use anyhow::{Context, Result, ensure};

use crate::contender::Name;
use crate::figures::{Measured, Target, Unit};
use crate::measure::Measure;
use crate::place::{On, text};
use crate::run::Run;
use crate::samples::{Samples, interleave};

/// As many at a time for each processor as onward takes by itself.
const JOBS_PER_CORE: usize = 8;

/// Who takes one after the other takes such a part of the files: what counts is the time for each.
const PART: usize = 20;

/// The part of the files beside which memory is held.
const FEW: usize = 10;

/// How often the files that are up to date by then are gone through again, for a turn.
const AGAIN: usize = 3;

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let jobs = available_parallelism()?.get() * JOBS_PER_CORE;
    let files = if run.quick { 500 } else { 10_000 };
    let about = format!(
        "How long a file takes, of 10,000 on the disk that are brought up to date: two of ten migrations are pending, a column \
         with an UPDATE and an index; then the same files again, with all applied. onward's fleet has {jobs} at a time, and so \
         has the limit, whose threads open each file, read its newest version, and where it is behind read it again in \
         `BEGIN EXCLUSIVE`, run the same SQL, write a row for each migration, and `COMMIT`. The others have one at a time, \
         and a twentieth of the files."
    );
    let mut measured = Measure::Fleet.measured(Unit::Nanoseconds, &about);
    let dir = run.place.scratch(On::Disk).context("find a folder for databases")?;
    let mut samples = Samples::default();
    let mut peaks: Vec<(Name, [Vec<f64>; 2])> = Vec::new();
    // Those that are held against each other are next to each other.
    interleave(run.rounds(5, 2), run.patience(45), &Name::FLEET, |name| {
        let many = matches!(name, Name::Raw | Name::Onward);
        let (contender, jobs) = (run.contender(name)?, if many { jobs } else { 1 }.to_string());
        let template = dir.join(format!("template-{}", name.label()));
        if !template.exists() {
            contender.text(&["outdated", text(&template)?])?;
        }
        let sweep = |folder: &Path, files: usize| -> Result<[f64; 2]> {
            let found = contender.numbers(&["fleet", text(folder)?, &files.to_string(), &jobs])?;
            found.try_into().ok().context("read a time and a peak")
        };
        let files = if many { files } else { files / PART };
        let fleet = Fleet::make(dir, &template, files)?;
        let [took, peak] = sweep(&fleet.0, files)?;
        samples.add(name, "two pending", [took / files as f64]);
        for _ in 0..AGAIN {
            let [took, _] = sweep(&fleet.0, files)?;
            samples.add(name, "up to date", [took / files as f64]);
        }
        drop(fleet);
        if many {
            let few = files / FEW;
            let [_, peak_of_few] = sweep(&Fleet::make(dir, &template, few)?.0, few)?;
            let at = peaks.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                peaks.push((name, Default::default()));
                peaks.len() - 1
            });
            peaks[at].1[0].push(peak_of_few);
            peaks[at].1[1].push(peak);
        }
        Ok(())
    })?;
    measured.rows = samples.rows();
    promise(&mut measured);
    for (name, [few, all]) in peaks {
        let (Some(few), Some(all)) = (middle(few), middle(all)) else { continue };
        let shown = |peak| Unit::Bytes.show(peak);
        let note =
            format!("the process has {} at most with {files} files, {} with a tenth", shown(all), shown(few));
        if let Some(row) = measured.rows.iter_mut().find(|row| row.contender == name.label()) {
            row.note = Some(note);
        }
        if name == Name::Onward {
            let what = format!("fleet, memory with {files} files, against a tenth of them");
            measured.targets.push(Target { what, found: all / few, at_most: 1.05, unit: Unit::Times });
        }
    }
    Ok(measured)
}

fn promise(measured: &mut Measured) {
    let (onward, raw, sequential) = (Name::Onward.label(), Name::Raw.label(), Name::Sequential.label());
    for case in ["two pending", "up to date"] {
        let what = format!("fleet, a file with {case}, against as many threads of rusqlite alone")
            .replace("with up to date", "that is up to date");
        // Nine tenths of its rate.
        measured.promise(what, (onward, case), (raw, case), 1.0 / 0.9);
    }
    let (what, case) =
        ("fleet, a file with two pending, against rusqlite alone, one at a time", "two pending");
    measured.promise(what.to_owned(), (onward, case), (sequential, case), 0.1);
}

fn middle(mut peaks: Vec<f64>) -> Option<f64> {
    peaks.sort_by(f64::total_cmp);
    peaks.get(peaks.len() / 2).copied()
}

/// A folder of databases, for as long as this lives.
struct Fleet(PathBuf);

impl Fleet {
    /// So many copies, on the disk: what is still to be written would be waited for by whoever syncs first.
    fn make(dir: &Path, template: &Path, files: usize) -> Result<Fleet> {
        let fleet = Fleet(dir.join("fleet"));
        fs::create_dir(&fleet.0).context("make a folder for a fleet")?;
        let bytes = fs::read(template).context("read a database")?;
        let part = files.div_ceil(available_parallelism()?.get());
        thread::scope(|scope| {
            let copy = |from: usize| {
                (from..files.min(from + part))
                    .try_for_each(|file| fs::write(fleet.0.join(format!("{file:05}.db")), &bytes))
            };
            let threads: Vec<_> =
                (0..files).step_by(part).map(|from| scope.spawn(move || copy(from))).collect();
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
        .context("copy a database")?;
        ensure!(
            Command::new("sync").arg("--file-system").arg(&fleet.0).status()?.success(),
            "the files are not synced"
        );
        Ok(fleet)
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
