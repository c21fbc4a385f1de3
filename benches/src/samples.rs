//! Figures while they come in, from contenders that take turns.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::contender::Name;
use crate::figures::{Row, Spread};

/// The figures of several contenders while they come in.
#[derive(Default)]
pub(crate) struct Samples(Vec<(Name, Cases)>);

/// What came of each turn, by case.
type Cases = BTreeMap<String, Vec<Vec<f64>>>;

impl Samples {
    /// What came of a turn.
    pub(crate) fn add(&mut self, name: Name, case: &str, values: impl IntoIterator<Item = f64>) {
        let at = match self.0.iter().position(|(known, _)| *known == name) {
            Some(at) => at,
            None => {
                self.0.push((name, BTreeMap::new()));
                self.0.len() - 1
            }
        };
        self.0[at].1.entry(case.to_owned()).or_default().push(values.into_iter().collect());
    }

    pub(crate) fn rows(self) -> Vec<Row> {
        let row = |(name, cells): (Name, Cases)| Row {
            contender: name.label().to_owned(),
            cells: cells.into_iter().filter_map(|(case, turns)| Some((case, Spread::of(turns)?))).collect(),
            note: None,
        };
        self.0.into_iter().map(row).collect()
    }
}

/// Calls for one after the other and again from the start, so that whatever else the machine does hits all alike. Who has
/// had `patience` sits out, so that the slow ones do not hold up the rest; everybody has one turn.
pub(crate) fn interleave<T: Copy>(
    rounds: usize,
    patience: Duration,
    who: &[T],
    mut turn: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let mut had = vec![Duration::ZERO; who.len()];
    for _ in 0..rounds {
        for (who, had) in who.iter().zip(&mut had) {
            if *had < patience {
                let start = Instant::now();
                turn(*who)?;
                *had += start.elapsed();
            }
        }
    }
    Ok(())
}
