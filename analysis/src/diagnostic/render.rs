//! Draws diagnostics the way rustc does.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use onward_core::printable::{printable, printable_lines, same_columns};

use super::{Diagnostic, Related, Severity};
use crate::file::{File, Files, Place};

/// How diagnostics are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// What stands before every path, such as `migrations/`.
    pub prefix: &'a str,
    /// Whether the first line says `error: …`; rustc adds its own.
    pub title: bool,
    /// Whether to use terminal colours.
    pub color: bool,
}

/// Draws one diagnostic, without a line feed at the end. What the files say comes out [`printable`]: whatever they hold,
/// the only escape sequences are those of the colours.
pub fn render<'d>(diagnostic: &'d Diagnostic, files: &'d Files, style: Style<'_>) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path = |place: &Place| match files.get(place.file) {
        file if file.is_statement => printable(&file.path).into_owned(),
        file if file.path.is_empty() => printable(style.prefix.trim_end_matches('/')).into_owned(),
        file => format!("{}{}", printable(style.prefix), printable(&file.path)),
    };
    let mut group = match style.title {
        true => Group::with_title(level.primary_title(printable(&diagnostic.message))),
        false => Group::with_level(level),
    };
    let beside = |related: &&Related| related.place.file == diagnostic.place.file;
    let context = |related: &'d Related| Mark {
        kind: AnnotationKind::Context,
        range: &related.place.range,
        label: &related.message,
    };
    let primary =
        Mark { kind: AnnotationKind::Primary, range: &diagnostic.place.range, label: &diagnostic.label };
    let marks = [primary].into_iter().chain(diagnostic.related.iter().filter(beside).map(context)).collect();
    let others = diagnostic.related.iter().filter(|related| !beside(related));
    let shown = [(&diagnostic.place, marks)].into_iter();
    for (place, marks) in shown.chain(others.map(|related| (&related.place, vec![context(related)]))) {
        let (file, path) = (files.get(place.file), path(place));
        // A file without text has nothing to show but its name.
        group = match file.text.is_empty() {
            true => group.element(Origin::path(path)),
            false => group.element(snippet(file, &marks).path(Some(path).filter(|path| !path.is_empty()))),
        };
    }
    group = group.element(Level::NOTE.message(diagnostic.rule.code));
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(printable_lines(note)));
    }
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(printable_lines(&diagnostic.help)));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// Draws one diagnostic as rustc is to show it, which puts its own `error: ` before it.
pub fn message(diagnostic: &Diagnostic, files: &Files, prefix: &str) -> String {
    let style = Style { prefix, title: false, color: false };
    format!("{}\n{}", printable(&diagnostic.message), render(diagnostic, files, style))
}

/// Something to point at in a file.
struct Mark<'d> {
    kind: AnnotationKind,
    range: &'d Range<usize>,
    label: &'d str,
}

/// The lines with these marks. All that is given to the renderer is split into lines each time, and a file may hold
/// megabytes.
fn snippet<'d>(file: &'d File, marks: &[Mark<'d>]) -> Snippet<'d, Annotation<'d>> {
    let text = file.text.as_str();
    let first = marks.iter().map(|mark| mark.range.start).min().unwrap_or(0);
    let last = marks.iter().map(|mark| mark.range.end).max().unwrap_or(text.len());
    let (line, start) = file.line(first);
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let shown = same_columns(&text[start..end]);
    // A sign may have another length than what it stands for.
    let at = |offset: usize| same_columns(&text[start..offset]).len();
    let annotations: Vec<_> = marks
        .iter()
        .map(|mark| {
            let label = Some(printable(mark.label)).filter(|label| !label.is_empty());
            mark.kind.span(at(mark.range.start)..at(mark.range.end)).label(label)
        })
        .collect();
    Snippet::source(shown).line_start(line).annotations(annotations)
}
