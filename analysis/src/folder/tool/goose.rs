//! goose's annotations: `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`, `ENVSUB ON` and `OFF`, in
//! any case.

use crate::folder::layout::Direction;
use crate::folder::parts::{Cut, Means, Parts, after, remarks};
use crate::folder::tool::Tool;

/// The parts of a file that has such annotations.
pub(crate) fn read(text: &str) -> Option<Parts> {
    let mut cut = Cut::new(text, Tool::Goose);
    let (mut is_any, mut filled) = (false, None);
    for remark in remarks(text) {
        let Some(word) = after(remark.says, "+goose") else { continue };
        is_any = true;
        let is = |name: &str| word.trim().eq_ignore_ascii_case(name);
        if !remark.line.contains("+goose") {
            // goose knows it in lower case and at the beginning of a line alone.
            cut.refuse(Means::Unknown, &remark.range);
        } else if is("Up") && cut.has(Direction::Up) {
            cut.refuse(Means::Twice, &remark.range);
        } else if is("Up") {
            cut.begin(Direction::Up, &remark.range);
        } else if is("Down") && !cut.has(Direction::Up) {
            cut.refuse(Means::NoUp, &remark.range);
        } else if is("Down") {
            cut.begin(Direction::Down, &remark.range);
        } else if is("StatementEnd") {
            cut.end(remark.range);
        } else if is("NO TRANSACTION") {
            cut.outside(&remark.range);
        } else if is("ENVSUB ON") {
            filled = Some(remark.range);
        } else if is("ENVSUB OFF") {
            fill(text, &mut cut, filled.take(), remark.range.start);
        } else if !is("StatementBegin") {
            cut.refuse(Means::Unknown, &remark.range);
        }
    }
    fill(text, &mut cut, filled, text.len());
    is_any.then(|| cut.parts())
}

/// Between here and there goose puts in what the environment has, where something asks for it.
fn fill(text: &str, cut: &mut Cut<'_>, from: Option<std::ops::Range<usize>>, to: usize) {
    if let Some(mark) = from.filter(|mark| text[mark.end..to].contains('$')) {
        cut.refuse(Means::Template, &mark);
    }
}
