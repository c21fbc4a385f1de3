//! Diagnostics as annotations of a pull request: a workflow command of GitHub's each.
//!
//! See <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use onward_analysis::Diagnostic;
use onward_core::printable::printable_lines;

use crate::place::{Places, Spot};

pub(crate) fn command(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let Spot { path, line, column, end_line, end_column, .. } = places.spot(&diagnostic.place);
    // Columns are of one line.
    let end = match (end_line == line, end_column > column) {
        (true, true) => format!(",endLine={line},col={column},endColumn={end_column}"),
        (true, false) => format!(",col={column}"),
        (false, _) => format!(",endLine={end_line}"),
    };
    format!(
        "::{} file={},line={line}{end},title={}::{}",
        diagnostic.severity.as_str(),
        property(&path),
        diagnostic.rule.code,
        value(&places.text(diagnostic))
    )
}

/// A message, on one line: a line feed begins the next command.
fn value(text: &str) -> String {
    // A log is read in terminals as well.
    printable_lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, which ends with a comma or a colon.
fn property(text: &str) -> String {
    value(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_a_command() {
        assert_eq!(value("100 %\nof\u{1b}[2J\r it: a, b"), r"100 %25%0Aof\u{1b}[2J\r it: a, b");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
