//! What all contenders have in common: one small executable each, that does what its arguments say and prints nanoseconds.
//!
//! ```text
//! <contender> version
//! <contender> start     <size> <file> <rounds>   open, migrate, first query; the file has it all, or lacks it all
//! <contender> in-memory <size> <rounds>          a fresh database in memory, and until the first query is done
//! <contender> together  <size> <file>            waits for a line, then starts; prints when it began and ended, or why it failed
//! <contender> heap      <size> <file>            bytes that a start takes from Rust's allocator, and the process's peak
//! <contender> hold      <file> <milliseconds>    holds the lock, and prints when it let go
//! <contender> wake      <size> <file>            waits for a line, then for the lock; prints when it had it
//! <contender> outdated  <file>                   makes a file that has run the first eight migrations of ten
//! <contender> fleet     <folder> <files> <jobs>  brings the files of the folder up to date; prints how long, and the process's peak
//! ```

use std::alloc::System;
use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::time::{ClockId, clock_gettime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The application's first query: any row makes SQLite read the whole schema.
pub const QUERY: &str = "SELECT name, state FROM customers WHERE id = 1";

/// How long everybody waits for locks, onward aside, which waits as it does.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How many of ten migrations a file of a fleet has run when it is outdated. What is pending then adds a column, writes to it, and
/// makes an index.
pub const OUTDATED: usize = 8;

/// A library, used as its documentation has it.
pub trait Contender {
    type Connection;

    /// Opens or creates a file, and brings it up to date with the embedded history of this size.
    fn start(&self, size: usize, path: &Path) -> Result<Self::Connection>;

    /// As [`Contender::start`], in memory.
    fn in_memory(&self, size: usize) -> Result<Self::Connection>;

    /// Runs [`QUERY`], which must give a row.
    fn query(&self, conn: &mut Self::Connection) -> Result<()>;

    /// SQLite's version.
    fn version(&self) -> Result<String>;

    /// As [`Contender::start`], when many do so at once on a fresh file.
    fn together(&self, size: usize, path: &Path) -> Result<Self::Connection> {
        self.start(size, path)
    }

    /// Holds the lock for so long, and says when it let go.
    fn hold(&self, _path: &Path, _time: Duration) -> Result<u128> {
        bail!("this contender does not hold locks")
    }

    /// Makes a file that has run [`OUTDATED`] of ten migrations.
    fn outdated(&self, _path: &Path) -> Result<()> {
        bail!("this contender makes no outdated files")
    }

    /// Brings all these files up to date with ten migrations, one after the other where the library does no more.
    fn fleet(&self, paths: impl Iterator<Item = PathBuf> + Send, _jobs: usize) -> Result<()> {
        for path in paths {
            self.start(10, &path)?;
        }
        Ok(())
    }

    /// Waits for the lock, and says when it was there.
    fn wake(&self, _size: usize, _path: &Path) -> Result<u128> {
        bail!("nothing tells when this contender has the lock")
    }
}

/// Nanoseconds of a clock that all processes share.
pub fn now() -> u128 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as u128 * 1_000_000_000 + time.tv_nsec as u128
}

/// Does what the arguments say.
pub fn main(contender: &impl Contender) -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["version"] => println!("{}", contender.version()?),
        ["start", size, path, rounds] => {
            let (size, path) = (size.parse()?, Path::new(path));
            for _ in 0..rounds.parse()? {
                let start = Instant::now();
                let mut conn = contender.start(size, path)?;
                contender.query(&mut conn)?;
                println!("{}", start.elapsed().as_nanos());
            }
        }
        ["in-memory", size, rounds] => {
            let size = size.parse()?;
            for _ in 0..rounds.parse()? {
                let start = Instant::now();
                let mut conn = contender.in_memory(size)?;
                println!("{}", start.elapsed().as_nanos());
                contender.query(&mut conn)?;
                println!("{}", start.elapsed().as_nanos());
            }
        }
        ["together", size, path] => {
            let (size, path) = (size.parse()?, Path::new(path));
            wait()?;
            let start = now();
            let outcome = contender.together(size, path).and_then(|mut conn| contender.query(&mut conn));
            let end = now();
            match outcome {
                Ok(()) => println!("{start} {end}"),
                Err(error) => println!("{start} {end} {}", format!("{error:#}").replace('\n', " ")),
            }
        }
        ["heap", size, path] => {
            let (size, path) = (size.parse()?, Path::new(path));
            let region = Region::new(ALLOCATOR);
            let mut conn = contender.start(size, path)?;
            let change = region.change();
            contender.query(&mut conn)?;
            println!("{} {}", change.bytes_allocated, peak()?);
        }
        ["hold", path, milliseconds] => {
            let time = Duration::from_millis(milliseconds.parse()?);
            println!("{}", contender.hold(Path::new(path), time)?);
        }
        ["wake", size, path] => {
            let (size, path) = (size.parse()?, Path::new(path));
            wait()?;
            println!("{}", contender.wake(size, path)?);
        }
        ["outdated", path] => contender.outdated(Path::new(path))?,
        ["fleet", folder, files, jobs] => {
            let (folder, files, jobs) = (Path::new(folder), files.parse::<usize>()?, jobs.parse()?);
            let start = Instant::now();
            contender.fleet((0..files).map(|file| folder.join(format!("{file:05}.db"))), jobs)?;
            println!("{} {}", start.elapsed().as_nanos(), peak()?);
        }
        _ => bail!("not a measure: {}", arguments.join(" ")),
    }
    Ok(())
}

/// Says that everything is ready, and waits for the word to begin.
pub fn wait() -> Result<()> {
    say("ready")?;
    stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

/// A line that is there at once.
pub fn say(line: &str) -> Result<()> {
    let mut stdout = stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

/// The most memory that the process has had, in bytes.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("read the peak of the memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("find VmHWM")?;
    let kilobytes = line.split_whitespace().next().context("read VmHWM")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}
