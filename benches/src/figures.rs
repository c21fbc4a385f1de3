//! What was measured, and how it is kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Everything that is known, of this run and of earlier ones.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) machine: Vec<(String, String)>,
    pub(crate) measured: Vec<Measured>,
}

/// One measure.
#[derive(Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) title: String,
    /// What it measures and how.
    pub(crate) about: String,
    pub(crate) unit: Unit,
    /// Where, and how busy that was; empty if the machine of all is meant.
    #[serde(default)]
    pub(crate) on: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) targets: Vec<Target>,
}

/// One contender's figures, by the size of the history or whatever else varies.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) contender: String,
    pub(crate) cells: BTreeMap<String, Spread>,
    /// What else is to be said.
    pub(crate) note: Option<String>,
}

/// The middle of many figures, and what lies around it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) count: usize,
    pub(crate) median: f64,
    /// A tenth is below.
    pub(crate) low: f64,
    /// A tenth is above.
    pub(crate) high: f64,
    pub(crate) worst: f64,
    /// The median of each turn.
    #[serde(skip)]
    turns: Vec<f64>,
}

impl Spread {
    /// Of what came of each turn; `None` of nothing.
    pub(crate) fn of(turns: Vec<Vec<f64>>) -> Option<Spread> {
        let medians = turns.iter().filter_map(|values| quantile(&sorted(values.clone()), 0.5)).collect();
        let values = sorted(turns.into_iter().flatten().collect());
        let at = |part| quantile(&values, part);
        let (median, low, high, worst) = (at(0.5)?, at(0.1)?, at(0.9)?, at(1.0)?);
        Some(Spread { count: values.len(), median, low, high, worst, turns: medians })
    }

    /// How many times the other it is. Turns that were next to each other are compared, so that a machine which is slow for
    /// a while is so for both.
    fn times(&self, other: &Spread) -> f64 {
        let ratios = self.turns.iter().zip(&other.turns).map(|(own, other)| own / other).collect();
        quantile(&sorted(ratios), 0.5).unwrap_or(self.median / other.median)
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The value that so large a part of these lies below.
fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * part).round() as usize).copied()
}

/// What was promised, and what came of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) what: String,
    pub(crate) found: f64,
    pub(crate) at_most: f64,
    pub(crate) unit: Unit,
}

impl Target {
    pub(crate) fn met(&self) -> bool {
        self.found <= self.at_most
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Nanoseconds,
    Bytes,
    Times,
    Count,
}

impl Unit {
    /// As a reader wants it: three digits.
    pub(crate) fn show(self, value: f64) -> String {
        let (value, unit) = match self {
            Unit::Nanoseconds if value < 1e6 => (value / 1e3, " µs"),
            Unit::Nanoseconds if value < 1e9 => (value / 1e6, " ms"),
            Unit::Nanoseconds => (value / 1e9, " s"),
            Unit::Bytes if value < 1e3 => return format!("{value:.0} B"),
            Unit::Bytes if value < 1e6 => (value / 1e3, " kB"),
            Unit::Bytes => (value / 1e6, " MB"),
            Unit::Times => return format!("{value:.2} ×"),
            Unit::Count => return format!("{value:.0}"),
        };
        let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
        format!("{value:.digits$}{unit}")
    }
}

impl Figures {
    /// Those of earlier runs, if there are any.
    pub(crate) fn read(path: &Path) -> Result<Figures> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("read {}", path.display())),
            Err(_) => Ok(Figures::default()),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("write {}", path.display()))
    }

    /// Puts a measure in the place of the same one of an earlier run.
    pub(crate) fn put(&mut self, measured: Measured) {
        match self.measured.iter_mut().find(|earlier| earlier.name == measured.name) {
            Some(earlier) => *earlier = measured,
            None => self.measured.push(measured),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Measured> {
        self.measured.iter().find(|measured| measured.name == name)
    }
}

impl Measured {
    pub(crate) fn cell(&self, contender: &str, case: &str) -> Option<&Spread> {
        self.rows.iter().find(|row| row.contender == contender)?.cells.get(case)
    }

    /// Promises that one contender takes at most so many times what another does.
    pub(crate) fn promise(
        &mut self,
        what: String,
        (of, case): (&str, &str),
        (to, than): (&str, &str),
        at_most: f64,
    ) {
        if let (Some(found), Some(limit)) = (self.cell(of, case), self.cell(to, than)) {
            let found = found.times(limit);
            self.targets.push(Target { what, found, at_most, unit: Unit::Times });
        }
    }
}
