//! One history, tried on databases of each of its releases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use fastrand::Rng;
use onward::Migrations;
use onward::rusqlite::backup::Backup;
use onward::rusqlite::types::Value;
use onward::rusqlite::{self, Connection};
use onward_analysis::folder::history::{At, History};
use onward_analysis::{Analysis, Proof, analyze};
use onward_core::token::significant;

use super::fill::{fill, literals};
use super::kept::Rows;

/// What became of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It came to the end of the history.
    Migrated,
    /// It stopped at a statement of which something was said.
    Said,
    /// It stopped in a migration of which something was said, at another statement.
    Near,
    /// Rows that a migration brings along met those of the database by chance, of which nothing is said.
    Met,
    /// It stopped where nothing was said.
    Unsaid,
}

/// What came of a history, or of many.
#[derive(Default)]
pub(crate) struct Trial {
    pub(crate) histories: usize,
    /// Histories with errors that are not about rows.
    pub(crate) left_out: usize,
    pub(crate) databases: usize,
    verdicts: BTreeMap<Verdict, usize>,
    /// Where databases stopped and nothing was said, with what SQLite says.
    pub(crate) unsaid: BTreeMap<String, usize>,
    /// What is gone and nothing was said.
    pub(crate) lost: BTreeMap<String, usize>,
    /// Errors about rows that no database has met.
    pub(crate) unmet: BTreeSet<String>,
}

impl Trial {
    pub(crate) fn of(&self, verdict: Verdict) -> usize {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, other: Trial) {
        self.histories += other.histories;
        self.left_out += other.left_out;
        self.databases += other.databases;
        for (verdict, count) in other.verdicts {
            *self.verdicts.entry(verdict).or_default() += count;
        }
        for (all, more) in [(&mut self.unsaid, other.unsaid), (&mut self.lost, other.lost)] {
            more.into_iter().for_each(|(what, count)| *all.entry(what).or_default() += count);
        }
        self.unmet.extend(other.unmet);
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [migrated, said, near, met, unsaid] =
            [Verdict::Migrated, Verdict::Said, Verdict::Near, Verdict::Met, Verdict::Unsaid]
                .map(|verdict| self.of(verdict));
        write!(
            f,
            "{} histories ({} left out), {} databases: {migrated} migrated, {said} stopped where something was said, {near} \
             near it, {met} at rows that a migration brings along, {unsaid} where nothing was said; {} kinds of silent losses",
            self.histories,
            self.left_out,
            self.databases,
            self.lost.len()
        )?;
        for (what, count) in &self.unsaid {
            write!(f, "\n  nothing was said, {count} times: {what}")?;
        }
        for (what, count) in &self.lost {
            write!(f, "\n  lost without a word, {count} times: {what}")?;
        }
        self.unmet.iter().try_for_each(|what| write!(f, "\n  no database has met: {what}"))
    }
}

/// The errors of which an empty database sees nothing.
const ROWS: [&str; 4] = ["failure_with_rows", "dangling_foreign_key", "rows_lost", "values_changed"];

/// Tries the history in a folder, if it runs at all; the same way every time.
pub(crate) fn run(folder: &Path, rounds: u64) -> Trial {
    let analysis = analyze(folder, Proof::Whole);
    let mut trial = Trial::default();
    let count = analysis.history.migrations.len();
    if count == 0 {
        return trial;
    }
    trial.histories = 1;
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_sound =
        analysis.diagnostics.iter().all(|found| !found.is_error() || ROWS.contains(&found.rule.code));
    let runs = |migrations: &Migrations| migrations.apply(&mut connection(&analysis)).is_ok();
    let packed = analysis.replay.as_ref().map(|replay| analysis.history.packed(Some(replay), ""));
    let Some(migrations) = packed.map(Migrations::from).filter(|_| is_sound).filter(runs) else {
        trial.left_out = 1;
        return trial;
    };
    let literals = spoken(&analysis.history);
    let mut bench = Bench { analysis: &analysis, migrations, literals, name, met: BTreeSet::new(), trial };
    let stops = stops(&analysis.history);
    let mut base = connection(&analysis);
    for (place, &stop) in stops.iter().enumerate() {
        bench.advance(&mut base, stop).expect("what runs as a whole runs in parts on an empty database");
        for round in 0..rounds {
            let mut random = Rng::with_seed(round * 1000 + stop as u64);
            bench.database(&base, &stops[place..], &mut random);
        }
    }
    bench.unmet();
    bench.trial
}

/// Behind which migrations databases stand: by their indexes, without the last of all.
fn stops(history: &History) -> Vec<usize> {
    let last = history.migrations.len() - 1;
    let named: Vec<usize> = (0..last).filter(|&index| history.releases.name(index).is_some()).collect();
    match history.released {
        _ if !named.is_empty() => named,
        0 => (0..last).collect(),
        released => (0..released.min(last)).collect(),
    }
}

/// The values of which a history speaks.
fn spoken(history: &History) -> Vec<Value> {
    let mut all = Vec::new();
    for at in history.statements() {
        let sql = history.sql(at);
        // A longer one is a list of values.
        if sql.len() < 4000 {
            all.extend(
                literals(sql)
                    .into_iter()
                    .filter(|value| !matches!(value, Value::Text(text) if text.len() > 40)),
            );
        }
    }
    all
}

/// A database in memory, with what the application registers and others make.
fn connection(analysis: &Analysis) -> Connection {
    let config = &analysis.history.config;
    let conn = Connection::open_in_memory().expect("memory suffices");
    config.stubs().try_for_each(|found| onward_schema::stub::function(&conn, found)).expect("a function");
    let collations = config.collations.iter();
    collations.for_each(|name| onward_schema::stub::collation(&conn, name).expect("a collation"));
    conn
}

struct Bench<'a> {
    analysis: &'a Analysis,
    migrations: Migrations,
    literals: Vec<Value>,
    name: String,
    /// The places of what was said and has come true.
    met: BTreeSet<(String, usize)>,
    trial: Trial,
}

impl Bench<'_> {
    fn advance(&self, conn: &mut Connection, stop: usize) -> onward::Result<()> {
        let version = self.analysis.history.migrations[stop].version;
        self.migrations.migrator().target(version).apply(conn).map(drop)
    }

    /// Tries a database that stands where `base` does, at the first of these stops.
    fn database(&mut self, base: &Connection, stops: &[usize], random: &mut Rng) {
        let mut conn = connection(self.analysis);
        copy(base, &mut conn).expect("a database can be copied");
        fill(&conn, &self.literals, random);
        self.trial.databases += 1;
        // Some stop once more on their way, and are written to there.
        let mut stop = stops[0];
        if stops.len() > 1 && random.bool() {
            let next = stops[random.usize(1..stops.len())];
            let before = Rows::read(&conn);
            // What stops there may be mended by what comes later and runs along with it.
            if self.advance(&mut conn, next).is_ok() {
                self.compare(&before, &conn, stop, next);
                stop = next;
                fill(&conn, &self.literals, random);
            }
        }
        let before = Rows::read(&conn);
        if let Err(error) = self.migrations.apply(&mut conn) {
            return self.stopped(stop, &error);
        }
        self.compare(&before, &conn, stop, self.analysis.history.migrations.len() - 1);
        *self.trial.verdicts.entry(Verdict::Migrated).or_default() += 1;
    }

    fn compare(&mut self, before: &Rows, conn: &Connection, from: usize, to: usize) {
        let history = &self.analysis.history;
        let pending: Vec<At> =
            history.statements().filter(|at| at.migration > from && at.migration <= to).collect();
        if pending.iter().any(|&at| self.is_said(at)) {
            return;
        }
        for lost in before.lost(&Rows::read(conn), self.analysis, &pending) {
            let label = &history.migrations[from].label;
            *self.trial.lost.entry(format!("{} behind {label}: {lost}", self.name)).or_default() += 1;
        }
    }

    fn stopped(&mut self, from: usize, error: &onward::Error) {
        let text = error.to_string();
        let history = &self.analysis.history;
        let at = history.statements().filter(|at| at.migration > from).find(|&at| {
            let position = history.files.position(&history.place(at));
            text.contains(&format!("{}:{}:{}: ", history.path(at), position.line, position.column))
        });
        let verdict = match at {
            Some(at) if self.is_said(at) => Verdict::Said,
            Some(at) if self.is_said_of(at.migration) => Verdict::Near,
            Some(at) if is_seed(history.sql(at)) => Verdict::Met,
            Some(_) => Verdict::Unsaid,
            // What is wrong in the end is wrong in none of them.
            None if (from + 1..history.migrations.len()).any(|migration| self.is_said_of(migration)) => {
                Verdict::Near
            }
            None if history.statements().any(|at| at.migration > from && is_seed(history.sql(at))) => {
                Verdict::Met
            }
            None => Verdict::Unsaid,
        };
        *self.trial.verdicts.entry(verdict).or_default() += 1;
        if let Some(at) = at {
            self.met.insert((history.path(at).to_owned(), history.files.position(&history.place(at)).line));
        }
        if verdict == Verdict::Unsaid {
            let lines: Vec<&str> = text.lines().skip(1).take(2).map(str::trim).collect();
            *self.trial.unsaid.entry(format!("{} {}", self.name, lines.join(" "))).or_default() += 1;
        }
    }

    /// Whether something is said of a statement, or would be if a directive did not allow it.
    fn is_said(&self, at: At) -> bool {
        let history = &self.analysis.history;
        let place = history.place(at);
        !history.statement(at).allows.is_empty()
            || self.analysis.diagnostics.iter().any(|found| {
                found.place.file == place.file
                    && found.place.range.start >= place.range.start
                    && found.place.range.start <= place.range.end
            })
    }

    fn is_said_of(&self, migration: usize) -> bool {
        let file = self.analysis.history.migrations[migration].file;
        self.analysis.diagnostics.iter().any(|found| found.place.file == file)
    }

    /// Notes the errors that every database with rows should have met, the first of each file.
    fn unmet(&mut self) {
        let history = &self.analysis.history;
        let errors: Vec<_> = self.analysis.diagnostics.iter().filter(|found| found.is_error()).collect();
        for found in errors.chunk_by(|a, b| a.place.file == b.place.file).map(|errors| errors[0]) {
            let statement = history.statements().find(|&at| {
                let place = history.place(at);
                place.file == found.place.file && place.range.contains(&found.place.range.start)
            });
            let Some(at) = statement.filter(|_| found.rule.code == "failure_with_rows") else { continue };
            let line = history.files.position(&history.place(at)).line;
            if !self.met.contains(&(history.path(at).to_owned(), line)) {
                self.trial.unmet.insert(format!(
                    "{} {}:{line}: {}",
                    self.name,
                    history.path(at),
                    found.message
                ));
            }
        }
    }
}

/// Whether a statement brings rows along.
fn is_seed(sql: &str) -> bool {
    let mut words = significant(sql);
    let puts = words.next().is_some_and(|first| first.is("INSERT") || first.is("REPLACE"));
    puts && !words.any(|word| word.is("FROM"))
}

fn copy(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    Backup::new(from, to)?.step(-1).map(drop)
}
