//! `-- onward: …` comments.
//!
//! A directive belongs to the statement it stands above, in or behind (on the same line). Above the first statement of
//! a file and set off by an empty line, it holds for the whole file. `foreign_keys(on)` and `hook` hold for the whole file
//! wherever they stand.

use std::ops::Range;

use onward_core::token::{Kind, tokens};

use super::statement::{Allow, Statement};
use crate::diagnostic::renamed::{current, named};
use crate::diagnostic::rule::Rule;
use crate::file::{FileId, Place};

/// What is wrong with a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is none of the forms.
    Form,
    /// There is no such code.
    Code(String),
    /// The code, here as it is written, cannot be allowed.
    NotAllowable(String, &'static Rule),
    /// It gives no reason to allow this code, here as it is written.
    Reason(String, &'static Rule),
    /// No statement follows it.
    NoStatement,
}

/// What a directive says; the code as it is written.
enum Directive {
    Allow { code: String, reason: String },
    ForeignKeys,
    Hook,
}

/// Reads the directives of a text into the statements they belong to, and says whether foreign keys are to be on.
pub fn attach(
    file: FileId,
    text: &str,
    statements: &mut [Statement],
    rules: &[&'static Rule],
    problems: &mut Vec<(Place, Problem)>,
) -> bool {
    let mut foreign_keys = false;
    // Most files have none.
    if !text.contains("onward:") {
        return foreign_keys;
    }
    for token in tokens(text).filter(|token| token.kind == Kind::Comment) {
        let Some((offset, body)) = body(token.text) else { continue };
        let start = token.range.start + offset;
        let place = file.at(start..start + body.len());
        match parse(body, rules) {
            Ok(Directive::ForeignKeys) => foreign_keys = true,
            // Also where a tool's marks cut the file: see `hook`.
            Ok(Directive::Hook) => {}
            Ok(Directive::Allow { code, reason }) => {
                let allow =
                    Allow { code: current(&code).to_owned(), written: code, reason, place: place.clone() };
                let targets = targets(text, &token.range, statements);
                if targets.is_empty() && !(statements.is_empty() && allow.code == EMPTY_MIGRATION) {
                    problems.push((place, Problem::NoStatement));
                }
                statements[targets].iter_mut().for_each(|statement| statement.allows.push(allow.clone()));
            }
            Err(problem) => problems.push((place, problem)),
        }
    }
    foreign_keys
}

/// What says in a file that a function of the application runs after its migration.
pub const HOOK: &str = "-- onward: hook";

/// Where the text of a file says that a function of the application runs after it.
pub(crate) fn hook(text: &str) -> Option<Range<usize>> {
    if !text.contains("onward:") {
        return None;
    }
    let mut comments = tokens(text).filter(|token| token.kind == Kind::Comment);
    comments.find(|token| is_hook(token.text)).map(|token| token.range)
}

fn is_hook(comment: &str) -> bool {
    body(comment).is_some_and(|(_, body)| matches!(read(body), Ok(Directive::Hook)))
}

/// The text of a file as it was before it was marked, where the mark has a line of its own; `None` if there is none.
pub(crate) fn unmarked(text: &str) -> Option<String> {
    let is_mark = |line: &&str| is_hook(line.trim());
    text.lines()
        .any(|line| is_mark(&line))
        .then(|| text.split_inclusive('\n').filter(|line| !is_mark(line)).collect())
}

/// The one code that a file without statements can allow.
const EMPTY_MIGRATION: &str = "empty_migration";

/// Whether a directive allows that nothing of the file runs.
pub(crate) fn allows_empty(text: &str) -> bool {
    let comments = tokens(text).filter(|token| token.kind == Kind::Comment);
    comments
        .filter_map(|token| read(body(token.text)?.1).ok())
        .any(|directive| matches!(directive, Directive::Allow { code, reason } if current(&code) == EMPTY_MIGRATION && !reason.is_empty()))
}

/// Whether a comment speaks to onward, and not to people.
pub(crate) fn is_directive(comment: &str) -> bool {
    body(comment).is_some()
}

/// What stands behind `onward:` in a comment, and where it begins.
fn body(comment: &str) -> Option<(usize, &str)> {
    let inner = comment.strip_prefix("--").or_else(|| comment.strip_prefix("/*"))?;
    let inner = inner.strip_suffix("*/").unwrap_or(inner);
    let body = inner.trim_start().strip_prefix("onward:")?.trim();
    Some((body.as_ptr() as usize - comment.as_ptr() as usize, body))
}

fn parse(body: &str, rules: &[&'static Rule]) -> Result<Directive, Problem> {
    let (code, reason) = match read(body)? {
        Directive::Allow { code, reason } => (code, reason),
        other => return Ok(other),
    };
    match named(rules, &code) {
        None => Err(Problem::Code(code)),
        Some(rule) if !rule.allowable => Err(Problem::NotAllowable(code, rule)),
        Some(rule) if reason.is_empty() => Err(Problem::Reason(code, rule)),
        Some(_) => Ok(Directive::Allow { code, reason }),
    }
}

/// Reads what stands behind `onward:`, whatever code it names.
fn read(body: &str) -> Result<Directive, Problem> {
    if body.split_whitespace().collect::<String>() == "foreign_keys(on)" {
        return Ok(Directive::ForeignKeys);
    }
    if body == "hook" {
        return Ok(Directive::Hook);
    }
    let (code, reason) = body
        .strip_prefix("allow")
        .and_then(|rest| rest.trim_start().strip_prefix('('))
        .and_then(|rest| rest.split_once(')'))
        .ok_or(Problem::Form)?;
    Ok(Directive::Allow { code: code.trim().to_owned(), reason: reason.trim().to_owned() })
}

/// The indexes of the statements that a comment speaks of.
fn targets(text: &str, comment: &Range<usize>, statements: &[Statement]) -> Range<usize> {
    let next = statements.partition_point(|statement| statement.range.end <= comment.start);
    let previous = next.checked_sub(1).map(|at| &statements[at]);
    if previous.is_some_and(|previous| !text[previous.range.end..comment.start].contains('\n')) {
        return next - 1..next;
    }
    let Some(statement) = statements.get(next) else { return 0..0 };
    let between = text.get(comment.end..statement.range.start).unwrap_or_default();
    if next == 0 && has_empty_line(between) { 0..statements.len() } else { next..next + 1 }
}

fn has_empty_line(text: &str) -> bool {
    let lines: Vec<&str> = text.split('\n').collect();
    lines.len() > 2 && lines[1..lines.len() - 1].iter().any(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{File, Files};
    use crate::folder::statement::statements;

    const ALLOW: &str = "-- onward: allow(pragma_without_effect) old habit";

    fn attached(text: &str) -> (Vec<usize>, Vec<Problem>) {
        let file = Files::default().add(File::new("0001_a.sql".into(), text));
        let (mut found, mut problems) = (statements(text), Vec::new());
        attach(file, text, &mut found, crate::RULES, &mut problems);
        let allowing = (0..found.len()).filter(|&at| found[at].allows("pragma_without_effect")).collect();
        (allowing, problems.into_iter().map(|(_, problem)| problem).collect())
    }

    #[test]
    fn a_directive_holds_for_its_statement() {
        assert_eq!(attached(&format!("SELECT 1;\n{ALLOW}\nSELECT 2; SELECT 3;")).0, [1]);
        assert_eq!(attached(&format!("SELECT 1; {ALLOW}\nSELECT 2;")).0, [0]);
        assert_eq!(attached(&format!("SELECT 1,\n{ALLOW}\n2; SELECT 2;")).0, [0]);
        assert_eq!(attached(&format!("{ALLOW}\nSELECT 1;\n\nSELECT 2;")).0, [0]);
    }

    #[test]
    fn set_off_at_the_top_it_holds_for_the_file() {
        assert_eq!(attached(&format!("{ALLOW}\n\nSELECT 1;\nSELECT 2;")).0, [0, 1]);
        assert_eq!(attached(&format!("{ALLOW}\n-- more\n  \n-- above\nSELECT 1;\nSELECT 2;")).0, [0, 1]);
    }

    #[test]
    fn block_comments_carry_directives_too() {
        assert_eq!(
            attached("/* onward: allow(pragma_without_effect) old habit */ SELECT 1;"),
            (vec![0], vec![])
        );
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in [
            "-- onward: alow(pragma_without_effect) x\nSELECT 1;",
            "-- onward: allow(nonsense) x\nSELECT 1;",
            "-- onward: allow(pragma_without_effect)\nSELECT 1;",
            "-- onward: allow(syntax_error) x\nSELECT 1;",
            "-- onward: allow(pragma_without_effect) x",
        ] {
            assert_eq!(attached(text).1.len(), 1, "{text}");
        }
        assert_eq!(attached("-- onward: foreign_keys(on)\nSELECT 1;").1, []);
        assert_eq!(attached("-- onwards and upwards\nSELECT 1; -- +goose Up\n").1, []);
    }

    #[test]
    fn a_hook_is_marked_anywhere_in_a_file() {
        for text in [
            "-- onward: hook\nSELECT 1;",
            "--onward:hook\n\nSELECT 1;",
            "SELECT 1; -- onward: hook",
            "SELECT 1;\n/* onward: hook */",
            "-- onward: hook",
        ] {
            assert!(hook(text).is_some_and(|range| text[range].contains("hook")), "{text}");
            assert_eq!(attached(text).1, [], "{text}");
        }
        for text in
            ["SELECT '-- onward: hook';", "-- onward: foreign_keys(on)\nSELECT 1;", "-- hook\nSELECT 1;"]
        {
            assert_eq!((hook(text), unmarked(text)), (None, None), "{text}");
        }
        for text in ["-- onward: hooks\nSELECT 1;", "-- onward: hook fills\nSELECT 1;"] {
            assert_eq!((hook(text), attached(text).1), (None, vec![Problem::Form]), "{text}");
        }
    }

    #[test]
    fn a_file_was_the_same_before_it_was_marked() {
        let before = "-- jobs\r\nSELECT 1;\n";
        assert_eq!(unmarked(&format!("{HOOK}\n{before}")).as_deref(), Some(before));
        assert_eq!(unmarked(&format!("{before}{HOOK}\r\n")).as_deref(), Some(before));
    }
}
