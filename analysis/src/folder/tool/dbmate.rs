//! dbmate's blocks: `-- migrate:up` and `-- migrate:down`, each with options such as `transaction:false`. Several pairs
//! in one file run one after the other.

use crate::folder::layout::Direction;
use crate::folder::parts::{Cut, Means, Parts, after, remarks};
use crate::folder::tool::Tool;

/// The parts of a file that has such blocks.
pub(crate) fn read(text: &str) -> Option<Parts> {
    let mut cut = Cut::new(text, Tool::Dbmate);
    let mut is_any = false;
    for remark in remarks(text) {
        let mut words = remark.says.split_whitespace();
        let Some(word) = words.next() else { continue };
        let Some(way) = after(word, "migrate:") else { continue };
        // Anything else is what people write above their SQL: `-- migrate: copy the old rows`.
        is_any |= ["up", "down"].iter().any(|known| way.eq_ignore_ascii_case(known));
        match word {
            // dbmate knows it at the beginning of a line alone.
            _ if remark.line.is_empty() => cut.refuse(Means::Unknown, &remark.range),
            "migrate:up" => {
                cut.begin(Direction::Up, &remark.range);
                if words.any(|option| option == "transaction:false") {
                    cut.outside(&remark.range);
                }
            }
            "migrate:down" if cut.has(Direction::Up) => cut.begin(Direction::Down, &remark.range),
            "migrate:down" => cut.refuse(Means::NoUp, &remark.range),
            _ => cut.refuse(Means::Unknown, &remark.range),
        }
    }
    is_any.then(|| cut.parts())
}
