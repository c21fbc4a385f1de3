//! Measures onward beside its peers: `cargo run --release --manifest-path benches/Cargo.toml`.

mod application;
mod build;
mod contender;
mod cpu;
mod curve;
mod figures;
mod history;
mod machine;
mod measure;
mod measures;
mod page;
mod picture;
mod place;
mod run;
mod samples;

use anyhow::Result;
use clap::Parser;

use crate::contender::Name;
use crate::figures::{Figures, Measured};
use crate::measure::Measure;
use crate::place::Place;
use crate::run::Run;

/// Measures onward beside its peers, and writes docs/performance.svg and the tables in docs/performance.md.
#[derive(Parser)]
struct Arguments {
    /// What to measure; without a name, all that needs no building of applications
    #[arg(value_enum)]
    measures: Vec<Measure>,
    /// Also what builds applications: `check`, `growth`, `statements`, `recorded`, `build`, `build-release` and `size`
    #[arg(long, conflicts_with = "measures")]
    all: bool,
    /// A few rounds on small histories, to see that everything works; writes nothing
    #[arg(long)]
    quick: bool,
    /// Leaves these out of the measures that build applications
    #[arg(long, value_enum, num_args = 1.., value_name = "CONTENDER")]
    without: Vec<Name>,
    /// At most so many rounds, where time is short
    #[arg(long)]
    rounds: Option<usize>,
    /// Where the databases lie; by default in the system's folder for temporary files
    #[arg(long)]
    dir: Option<std::path::PathBuf>,
    /// Draws the tables and the picture from the figures of the last run
    #[arg(long, exclusive = true)]
    draw: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let place = Place::find(arguments.dir.as_deref())?;
    let mut figures = Figures::read(&place.results())?;
    if !arguments.draw {
        let measures = match &arguments.measures[..] {
            [] if arguments.all => Measure::ALL.to_vec(),
            [] => Measure::QUICK.iter().chain(&[Measure::Heap]).copied().collect(),
            named => named.to_vec(),
        };
        let measures = match arguments.quick && arguments.measures.is_empty() && !arguments.all {
            true => Measure::QUICK.to_vec(),
            false => measures,
        };
        history::write_all(&place)?;
        let mut names: Vec<Name> = Vec::new();
        for name in measures.iter().flat_map(|measure| measure.contenders()) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        let run = Run {
            place: &place,
            quick: arguments.quick,
            rounds: arguments.rounds,
            contenders: build::contenders(&place, &names)?,
            without: arguments.without,
        };
        if !run.contenders.is_empty() {
            figures.machine = machine::describe(&run)?;
        }
        for measure in measures {
            eprintln!("{}", measure.title());
            let on = machine::line()?;
            let measured = Measured { on, ..measures::run(measure, &run)? };
            if !arguments.quick {
                // What follows may take long and fail, and another run may have written meanwhile.
                figures.measured = Figures::read(&place.results())?.measured;
                figures.put(measured);
                figures.write(&place.results())?;
            } else {
                figures.put(measured);
            }
        }
    }
    println!("{}", page::table(&figures));
    println!("{}", page::targets(&figures));
    if !arguments.quick {
        page::update(&place, &figures)?;
    }
    Ok(())
}
