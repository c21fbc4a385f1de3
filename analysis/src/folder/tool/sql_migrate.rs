//! sql-migrate's commands: `-- +migrate Up`, `Down`, both with `notransaction`, `StatementBegin` and `StatementEnd`.

use crate::folder::layout::Direction;
use crate::folder::parts::{Cut, Means, Parts, after, remarks};
use crate::folder::tool::Tool;

/// The parts of a file that has such commands.
pub(crate) fn read(text: &str) -> Option<Parts> {
    let mut cut = Cut::new(text, Tool::SqlMigrate);
    let mut is_any = false;
    for remark in remarks(text) {
        let Some(command) = after(remark.says, "+migrate") else { continue };
        is_any = true;
        let mut words = command.split_whitespace();
        match words.next() {
            // It knows it in this form alone.
            _ if !remark.line.starts_with("-- +migrate ") => cut.refuse(Means::Unknown, &remark.range),
            Some("Up") => {
                cut.begin(Direction::Up, &remark.range);
                if words.any(|option| option == "notransaction") {
                    cut.outside(&remark.range);
                }
            }
            Some("Down") => cut.begin(Direction::Down, &remark.range),
            Some("StatementEnd") => cut.end(remark.range),
            Some("StatementBegin") => {}
            // It passes over what it does not know, and with it over what was meant.
            _ => cut.refuse(Means::Unknown, &remark.range),
        }
    }
    is_any.then(|| cut.parts())
}
