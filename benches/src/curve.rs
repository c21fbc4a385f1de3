//! How `cargo check` grows with the history, as a picture for light and dark pages.

use std::path::Path;

use anyhow::{Context, Result};
use svg::Document;
use svg::node::element::{Circle, Line, Polyline, Style, Text};

use crate::contender::Name;
use crate::figures::{Figures, Measured};

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 70.0;
/// Room for the names behind the lines.
const RIGHT: f64 = 210.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 50.0;

const STYLE: &str = "
text { font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f }
.title { font-weight: 600 }
.tick { fill: #57606a }
.left { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d0d7de }
polyline { fill: none; stroke-width: 2 }
.peer { stroke: #8c959f }
.kept { stroke: #54aeff }
.onward { stroke: #0969da }
circle { fill: #ffffff; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .tick { fill: #9198a1 }
  .grid { stroke: #30363d }
  circle { fill: #0d1117 }
  .peer { stroke: #656c76 }
  .kept { stroke: #79c0ff }
  .onward { stroke: #4493f8 }
}";

const LINES: [(Name, &str); 3] = [(Name::Onward, "onward"), (Name::Kept, "kept"), (Name::Sqlx, "peer")];

/// Draws the growth on two logarithmic axes, on which a straight line is a power of the length.
pub(crate) fn draw(path: &Path, figures: &Figures) -> Result<()> {
    let Some(measured) = figures.get("growth") else { return Ok(()) };
    let lines = LINES.map(|(name, class)| (name.label(), class, of(measured, name)));
    let all = || lines.iter().flat_map(|(.., points)| points);
    let (left, right) = bounds(all().map(|(size, _)| *size));
    let (low, high) = bounds(all().map(|(_, took)| *took));
    let part = |value: f64, low: f64, high: f64| (value / low).ln() / (high / low).ln();
    let x = |size: f64| round(LEFT + (WIDTH - LEFT - RIGHT) * part(size, left, right));
    let y = |took: f64| round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * part(took, low, high));
    let mut document = Document::new().add(Style::new(STYLE)).add(words(
        measured.title.replace('`', ""),
        "title",
        0.0,
        20.0,
    ));
    for power in [1e7, 1e8, 1e9, 1e10, 1e11].into_iter().filter(|power| (low..=high).contains(power)) {
        let line = Line::new().set("class", "grid").set("x1", LEFT).set("x2", WIDTH - RIGHT);
        document = document.add(line.set("y1", y(power)).set("y2", y(power))).add(words(
            measured.unit.show(power),
            "tick left",
            LEFT - 8.0,
            y(power) + 5.0,
        ));
    }
    let (.., first) = &lines[0];
    for (size, _) in first {
        document = document.add(words(size.to_string(), "tick middle", x(*size), HEIGHT - BOTTOM + 22.0));
    }
    for (label, class, points) in &lines {
        let line: Vec<String> =
            points.iter().map(|(size, took)| format!("{},{}", x(*size), y(*took))).collect();
        document = document.add(Polyline::new().set("class", *class).set("points", line.join(" ")));
        for (size, took) in points {
            document = document
                .add(Circle::new().set("class", *class).set("cx", x(*size)).set("cy", y(*took)).set("r", 4));
        }
        if let Some((size, took)) = points.last() {
            let last = format!("{label}, {}", measured.unit.show(*took));
            document = document.add(words(last, "", x(*size) + 10.0, y(*took) + 5.0));
        }
    }
    let document = document.set("viewBox", (0, 0, WIDTH, HEIGHT)).set("width", WIDTH).set("role", "img");
    svg::save(path, &document).with_context(|| format!("write {}", path.display()))
}

/// The sizes that were measured of one, and what they took.
fn of(measured: &Measured, name: Name) -> Vec<(f64, f64)> {
    let cells = measured.rows.iter().filter(|row| row.contender == name.label()).flat_map(|row| &row.cells);
    let mut points: Vec<(f64, f64)> =
        cells.filter_map(|(case, spread)| Some((case.parse().ok()?, spread.median))).collect();
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    points
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, 0.0), |(low, high), value| (f64::min(low, value), f64::max(high, value)))
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn words(words: String, class: &str, x: f64, y: f64) -> Text {
    Text::new(words).set("class", class).set("x", x).set("y", y)
}
