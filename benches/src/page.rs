//! The figures as Markdown, in the pages that show them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::contender::Name;
use crate::figures::{Figures, Measured, Spread, Unit};
use crate::place::Place;
use crate::{curve, picture};

/// Everything that was measured: a table a measure.
pub(crate) fn table(figures: &Figures) -> String {
    let tables = figures
        .measured
        .iter()
        .map(|measured| format!("### {}\n\n{}\n\n{}", measured.title, measured.about, cells(measured)));
    tables.collect::<Vec<_>>().join("\n\n")
}

/// One measure: where it was made, the table, and what else is to be said.
fn cells(measured: &Measured) -> String {
    let mut text = String::new();
    if !measured.on.is_empty() {
        let _ = writeln!(text, "Measured on {}.\n", measured.on);
    }
    let cases: Vec<&str> = cases(measured);
    let _ = writeln!(text, "| | {} |\n|---|{}", cases.join(" | "), "---|".repeat(cases.len()));
    for row in &measured.rows {
        let cells: Vec<String> = cases.iter().map(|case| cell(measured, &row.contender, case)).collect();
        let _ = writeln!(text, "| {} | {} |", row.contender, cells.join(" | "));
    }
    let notes = measured.rows.iter().filter_map(|row| Some((&row.contender, row.note.as_ref()?)));
    let notes: Vec<String> = notes.map(|(contender, note)| format!("- {contender}: {note}\n")).collect();
    if !notes.is_empty() {
        text.push('\n');
        text += &notes.concat();
    }
    text.trim_end().to_owned()
}

/// The cases in order: by their first number, then as they are written.
fn cases(measured: &Measured) -> Vec<&str> {
    let number = |case: &str| {
        let digits: String = case.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().unwrap_or(0)
    };
    let cases: BTreeSet<(usize, &str)> = measured
        .rows
        .iter()
        .flat_map(|row| row.cells.keys())
        .map(|case| (number(case), case.as_str()))
        .collect();
    cases.into_iter().map(|(_, case)| case).collect()
}

/// The median, how many times the limit's that is, and the spread around it.
fn cell(measured: &Measured, contender: &str, case: &str) -> String {
    let Some(&Spread { median, low, high, worst, count, .. }) = measured.cell(contender, case) else {
        return "–".to_owned();
    };
    let mut text = measured.unit.show(median);
    let limit = Name::Raw.label();
    if let Some(limit) = measured.cell(limit, case).filter(|_| contender != limit) {
        let _ = write!(text, " ({})", Unit::Times.show(median / limit.median));
    }
    if case == "hand-over" {
        let _ = write!(text, ", worst of {count}: {}", measured.unit.show(worst));
    } else if count > 1 {
        let _ = write!(text, " ±{:.0} %", (high - low) / 2.0 / median * 100.0);
    }
    text
}

/// What was promised and what came of it.
pub(crate) fn targets(figures: &Figures) -> String {
    let mut text = "| what | at most | found | |\n|---|---|---|---|\n".to_owned();
    for target in figures.measured.iter().flat_map(|measured| &measured.targets) {
        let (at_most, found) = (target.unit.show(target.at_most), target.unit.show(target.found));
        let met = if target.met() { "met" } else { "**missed**" };
        let _ = writeln!(text, "| {} | {at_most} | {found} | {met} |", target.what);
    }
    text.trim_end().to_owned()
}

/// What a build costs with a thousand migrations, a line for each thing that is done to them.
fn builds(figures: &Figures) -> String {
    let columns = [Name::Previous, Name::Onward, Name::Tuned, Name::Kept];
    let peers = [Name::Sqlx, Name::Raw];
    let mut text = "| `cargo check` after a touch, 1,000 migrations |".to_owned();
    for name in columns.into_iter().chain(peers) {
        let _ = write!(text, " {} |", name.label());
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(columns.len() + peers.len()));
    let Some(measured) = figures.get("check") else { return text };
    let sqlx = measured.cell(Name::Sqlx.label(), "1000").map(|spread| spread.median);
    for (case, what) in [
        ("1000", "all new"),
        ("1000 locked", "1,000 locked"),
        ("1000 locked + 5", "1,000 locked, 5 new"),
        ("1000 locked + 5, the last edited", "1,000 locked, 5 new, the last of them edited"),
        ("1000, a tenth rebuilds", "all new, a rebuild in every tenth"),
    ] {
        let _ = write!(text, "| {what} |");
        for name in columns {
            let median = measured.cell(name.label(), case).map(|spread| spread.median);
            let shown = median.map_or("–".to_owned(), |median| {
                let times =
                    sqlx.map_or(String::new(), |sqlx| format!(" ({})", Unit::Times.show(median / sqlx)));
                measured.unit.show(median) + &times
            });
            let _ = write!(text, " {shown} |");
        }
        for name in peers {
            // They know no lock: it is the same to them.
            let median = measured.cell(name.label(), "1000").filter(|_| case == "1000");
            let _ = write!(
                text,
                " {} |",
                median.map_or("–".to_owned(), |spread| measured.unit.show(spread.median))
            );
        }
        text.push('\n');
    }
    if figures.get("growth").is_some() {
        text += "\nHow it grows with the history, all of it new:\n\n";
        text += "![cargo check after a touch, by the number of migrations](growth.svg)";
    }
    text.trim_end().to_owned()
}

/// The few figures of the README.
fn short(figures: &Figures) -> String {
    let labels = Name::ALL.map(Name::label);
    let mut text = format!("| | {} |\n|---|{}\n", labels.join(" | "), "---|".repeat(labels.len()));
    let rows = [
        ("start", "10", "start and first query, 10 applied", None),
        ("start", "1000", "… 1,000 applied", None),
        ("fresh", "1000", "fresh file, 1,000 migrations", None),
        ("together", "ten", "ten processes on a fresh file, 100 migrations", None),
        ("check", "1000", "`cargo check` after a touch, 1,000 migrations", None),
        ("check", "1000 locked + 5", "… 1,000 in `onward.lock` and 5 more", None),
        ("check", "1000", "… with `onward-build`", Some(Name::Kept)),
        ("size", "1000", "program with 1,000 migrations", None),
    ];
    for (measure, case, what, only) in rows {
        let Some(measured) = figures.get(measure) else { continue };
        let cells = Name::ALL.map(|name| {
            let label = match only {
                Some(variant) if name == Name::Onward => variant.label(),
                Some(_) => return "–".to_owned(),
                None => name.label(),
            };
            let shown = measured
                .cell(label, case)
                .map_or("–".to_owned(), |spread| measured.unit.show(spread.median));
            let failed =
                measured.rows.iter().find(|row| row.contender == label).and_then(|row| row.note.as_ref());
            match failed.filter(|note| !note.starts_with("0 ")).and_then(|note| note.split_once(" processes"))
            {
                Some((failed, _)) => format!("{shown}, {failed} failed"),
                None => shown,
            }
        });
        let _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
    }
    text.trim_end().to_owned()
}

fn machine(figures: &Figures) -> String {
    let rows = figures.machine.iter().map(|(what, value)| format!("| {what} | {value} |\n"));
    format!("| | |\n|---|---|\n{}", rows.collect::<String>()).trim_end().to_owned()
}

/// Writes the figures between their marks, and draws the picture.
pub(crate) fn update(place: &Place, figures: &Figures) -> Result<()> {
    let page = place.root.join("docs/performance.md");
    between(&page, "machine", &machine(figures))?;
    between(&page, "targets", &targets(figures))?;
    between(&page, "builds", &builds(figures))?;
    between(&page, "figures", &table(figures))?;
    if let Some(fleet) = figures.get("fleet") {
        between(&place.root.join("docs/fleet.md"), "fleet", &format!("{}\n\n{}", fleet.about, cells(fleet)))?;
    }
    between(&place.root.join("README.md"), "performance", &short(figures))?;
    curve::draw(&place.root.join("docs/growth.svg"), figures)?;
    picture::draw(&place.root.join("docs/performance.svg"), figures)
}

/// Puts a text between `<!-- name -->` and `<!-- /name -->`, if the page has these.
fn between(page: &Path, name: &str, text: &str) -> Result<()> {
    let found = fs::read_to_string(page).with_context(|| format!("read {}", page.display()))?;
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    if let Some((before, rest)) = found.split_once(&start)
        && let Some((_, after)) = rest.split_once(&end)
    {
        fs::write(page, format!("{before}{start}\n{text}\n\n{end}{after}"))?;
    }
    Ok(())
}
