//! The figures as a picture, for light and dark pages.

use std::path::Path;

use anyhow::{Context, Result};
use svg::Document;
use svg::node::element::{Rectangle, Style, Text, Title};

use crate::contender::Name;
use crate::figures::{Figures, Unit};

const WIDTH: f64 = 820.0;
const BAR: f64 = 18.0;
const STEP: f64 = 26.0;
const LABELS: f64 = 150.0;
/// Room for the figure behind the longest bar.
const FIGURES: f64 = 150.0;

const STYLE: &str = "
text { font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f }
.title { font-weight: 600 }
.label { text-anchor: end }
.figure { fill: #57606a }
.peer { fill: #afb8c1 }
.limit { fill: #6e7781 }
.onward { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .figure { fill: #9198a1 }
  .peer { fill: #3d444d }
  .limit { fill: #656c76 }
  .onward { fill: #4493f8 }
}";

/// A measure and the case of it that is drawn.
const PANELS: [(&str, &str, &str); 4] = [
    ("start", "1000", "Start with 1,000 migrations applied, and the first query"),
    ("fresh", "1000", "Fresh file, 1,000 migrations"),
    ("together", "ten", "Ten processes on a fresh file, 100 migrations, until the last is done"),
    ("in-memory", "1000", "Fresh database in memory for a test, 1,000 migrations"),
];

/// Draws what was measured of these.
pub(crate) fn draw(path: &Path, figures: &Figures) -> Result<()> {
    let mut y = 24.0;
    let mut document = Document::new().add(Style::new(STYLE));
    for (measure, case, title) in PANELS {
        let Some(measured) = figures.get(measure) else { continue };
        let values = Name::WITH_SNAPSHOT.into_iter().filter_map(|name| {
            let row = measured.rows.iter().find(|row| row.contender == name.label())?;
            Some((name, row.cells.get(case)?.median, row.note.as_deref()))
        });
        let values: Vec<(Name, f64, Option<&str>)> = values.collect();
        let most = values.iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
        let limit = values.iter().find(|(name, ..)| *name == Name::Raw).map(|(_, value, _)| *value);
        document = document.add(words(title, "title", 0.0, y));
        y += 14.0;
        for (name, value, note) in values {
            let width = ((WIDTH - LABELS - FIGURES) * value / most).max(1.0);
            let class = match name {
                Name::Raw => "limit",
                Name::Onward => "onward",
                _ => "peer",
            };
            let times = limit.filter(|_| name != Name::Raw);
            let times = times.map_or(String::new(), |limit| format!(", {}", Unit::Times.show(value / limit)));
            let failed =
                note.filter(|note| !note.starts_with("0 ")).and_then(|note| note.split_once(" processes"));
            let failed = failed.map_or(String::new(), |(failed, _)| format!(", {failed} failed"));
            let shown = format!("{}{times}{failed}", measured.unit.show(value));
            let bar = Rectangle::new()
                .set("class", class)
                .set("x", LABELS)
                .set("y", y)
                .set("width", (width * 10.0).round() / 10.0)
                .set("height", BAR)
                .set("rx", 2);
            let base = y + BAR - 4.0;
            document = document
                .add(words(name.label(), "label", LABELS - 8.0, base))
                .add(bar.add(Title::new(shown.clone())))
                .add(words(&shown, "figure", LABELS + width.round() + 8.0, base));
            y += STEP;
        }
        y += 26.0;
    }
    let document = document.set("viewBox", (0, 0, WIDTH, y - 30.0)).set("width", WIDTH).set("role", "img");
    svg::save(path, &document).with_context(|| format!("write {}", path.display()))
}

fn words(words: &str, class: &str, x: f64, y: f64) -> Text {
    Text::new(words).set("class", class).set("x", x).set("y", y)
}
