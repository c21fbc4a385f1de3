//! What it was measured on.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::contender::Name;
use crate::place::On;
use crate::run::Run;

/// The machine in a table, for what runs the contenders.
pub(crate) fn describe(run: &Run<'_>) -> Result<Vec<(String, String)>> {
    let sqlite: Vec<(Name, String)> = run
        .contenders
        .iter()
        .map(|contender| Ok((contender.name, contender.text(&["version"])?.trim().to_owned())))
        .collect::<Result<_>>()?;
    let limit = &sqlite[0].1;
    let others = sqlite.iter().filter(|(_, version)| version != limit);
    let others: Vec<String> = others.map(|(name, version)| format!("{} {version}", name.label())).collect();
    let others = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
    Ok(vec![
        ("processor".to_owned(), processor()?),
        (
            "system".to_owned(),
            format!("{} {}", std::env::consts::OS, read("/proc/sys/kernel/osrelease").trim()),
        ),
        ("files".to_owned(), run.place.scratch(On::Disk).map(file_system).unwrap_or_default()),
        ("compiler".to_owned(), compiler()?),
        ("SQLite".to_owned(), format!("{limit}{others}")),
        ("load when it began".to_owned(), load()),
    ])
}

/// The machine in a line, for one measure.
pub(crate) fn line() -> Result<String> {
    Ok(format!("{}, {}, load {} when it began", processor()?, compiler()?, load()))
}

fn processor() -> Result<String> {
    let cores = std::thread::available_parallelism()?.get();
    let information = read("/proc/cpuinfo");
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(format!("{cores} × {}", model.map_or("unknown", |(_, model)| model)))
}

fn compiler() -> Result<String> {
    let rustc = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&rustc.stdout).trim().to_owned())
}

/// How many processes want a processor.
fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or("").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The kind of the file system that a folder is on.
fn file_system(dir: &std::path::Path) -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let on = mounts.filter(|(point, _)| dir.starts_with(point)).max_by_key(|(point, _)| point.len());
    on.map_or("unknown", |(_, kind)| kind).to_owned()
}
