//! Draws diagnostics the way rustc does.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Related, Severity};
use crate::file::{Files, Place};

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

/// Draws one diagnostic, without a line feed at the end.
pub fn render(diagnostic: &Diagnostic, files: &Files, style: Style<'_>) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path = |place: &Place| match files.get(place.file) {
        file if file.is_statement => file.path.clone(),
        file if file.path.is_empty() => style.prefix.trim_end_matches('/').to_owned(),
        file => format!("{}{}", style.prefix, file.path),
    };
    let snippet = |place: &Place, kind: AnnotationKind, label: &str| {
        let text = files.get(place.file).text.as_str();
        let label = (!label.is_empty()).then(|| label.to_owned());
        let path = Some(path(place)).filter(|path| !path.is_empty());
        Snippet::source(text).path(path).annotation(kind.span(place.range.clone()).label(label))
    };
    let mut group = match style.title {
        true => Group::with_title(level.primary_title(diagnostic.message.as_str())),
        false => Group::with_level(level),
    };
    let is_beside = |related: &Related| related.place.file == diagnostic.place.file;
    // A file without text has nothing to show but its name.
    group = match files.get(diagnostic.place.file).text.is_empty() {
        true => group.element(Origin::path(path(&diagnostic.place))),
        false => {
            let beside = diagnostic.related.iter().filter(|related| is_beside(related)).map(|related| {
                AnnotationKind::Context.span(related.place.range.clone()).label(related.message.as_str())
            });
            group.element(
                snippet(&diagnostic.place, AnnotationKind::Primary, &diagnostic.label).annotations(beside),
            )
        }
    };
    for related in diagnostic.related.iter().filter(|related| !is_beside(related)) {
        group = match files.get(related.place.file).text.is_empty() {
            true => group.element(Origin::path(path(&related.place))),
            false => group.element(snippet(&related.place, AnnotationKind::Context, &related.message)),
        };
    }
    group = group.element(Level::NOTE.message(diagnostic.rule.code));
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(diagnostic.help.as_str()));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}
