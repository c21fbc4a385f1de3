//! The parts of a file that goes both ways, and the marks that a tool has put into it.
//!
//! Each part is a text of the file's length, in which the rest is blank: what is found in it stands where it is found.

use std::ops::Range;

use onward_core::token::{Kind, significant, tokens};

use super::layout::Direction;
use super::tool::Tool;

/// What a file says, as the tool reads it that it was written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The tool, if the file has marks of one.
    pub(crate) tool: Option<Tool>,
    /// The way forward.
    pub(crate) up: String,
    /// The way back, if it is in the same file and has a statement.
    pub(crate) down: Option<String>,
    /// The mark that asks the tool for no transaction.
    pub(crate) outside: Option<Range<usize>>,
    /// The mark that keeps the file from being read.
    pub(crate) unread: Option<Unread>,
}

/// A mark that keeps a file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) tool: &'static str,
    pub(crate) means: Means,
    /// The mark, as the file writes it.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) range: Range<usize>,
}

/// What keeps a file from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Means {
    /// What follows takes the migration back, in a form that is not read.
    Back,
    /// What follows is no SQL until the tool has filled in values.
    Template,
    /// A statement ends here for the tool alone.
    End,
    /// Statements stand before the part that the tool runs.
    Before,
    /// The way back comes first, and there is no way forward before it.
    NoUp,
    /// The way forward begins a second time.
    Twice,
    /// The tool knows no such mark.
    Unknown,
    /// The file has the schema of all before it.
    Checkpoint,
    /// Statements end in another way than with a semicolon.
    Delimiter,
    /// The file has sections that are no SQL of the migration.
    Sections,
}

impl Parts {
    /// A file that is all one way.
    pub(crate) fn whole(text: &str) -> Parts {
        Parts { tool: None, up: text.to_owned(), down: None, outside: None, unread: None }
    }
}

/// A comment that stands alone on its line.
pub(crate) struct Remark<'t> {
    /// What it says, without the dashes before it and spaces around it.
    pub(crate) says: &'t str,
    /// As it is written, if it stands at the very beginning of its line; else empty.
    pub(crate) line: &'t str,
    /// The whole comment.
    pub(crate) range: Range<usize>,
}

/// The `--` comments of a text before which nothing stands on their line.
pub(crate) fn remarks(text: &str) -> impl Iterator<Item = Remark<'_>> {
    tokens(text).filter(|token| token.kind == Kind::Comment).filter_map(move |token| {
        let says = token.text.strip_prefix("--")?.trim();
        let start = text[..token.range.start].rfind('\n').map_or(0, |at| at + 1);
        let is_alone = text[start..token.range.start].trim().is_empty();
        let line = if start == token.range.start { token.text } else { "" };
        is_alone.then_some(Remark { says, line, range: token.range })
    })
}

/// What is left of a text once a word is taken from its beginning, in any case.
pub(crate) fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// Cuts a file with marks into its parts.
pub(crate) struct Cut<'t> {
    text: &'t str,
    tool: Tool,
    begun: Vec<(usize, Direction, Range<usize>)>,
    ends: Vec<Range<usize>>,
    outside: Option<Range<usize>>,
    unread: Option<Unread>,
}

impl<'t> Cut<'t> {
    pub(crate) fn new(text: &'t str, tool: Tool) -> Cut<'t> {
        Cut { text, tool, begun: Vec::new(), ends: Vec::new(), outside: None, unread: None }
    }

    /// Whether a part of this direction has begun.
    pub(crate) fn has(&self, direction: Direction) -> bool {
        self.begun.iter().any(|(_, begun, _)| *begun == direction)
    }

    /// From here on the text goes this way.
    pub(crate) fn begin(&mut self, direction: Direction, mark: &Range<usize>) {
        self.begun.push((mark.end, direction, mark.clone()));
    }

    /// A statement ends here, with or without a semicolon.
    pub(crate) fn end(&mut self, mark: Range<usize>) {
        self.ends.push(mark);
    }

    /// The tool is to run it outside a transaction.
    pub(crate) fn outside(&mut self, mark: &Range<usize>) {
        self.outside.get_or_insert_with(|| mark.clone());
    }

    /// The file cannot be read because of a mark; the first that is told counts.
    pub(crate) fn refuse(&mut self, means: Means, mark: &Range<usize>) {
        let (tool, range) = (self.tool.name(), mark.clone());
        let text = self.text[range.clone()].trim_start_matches('-').trim().to_owned();
        self.unread.get_or_insert(Unread { tool, means, text, range });
    }

    /// The parts.
    pub(crate) fn parts(mut self) -> Parts {
        if let Some((_, _, first)) = self.begun.first().cloned()
            && significant(&self.text[..first.start]).next().is_some()
        {
            self.refuse(Means::Before, &first);
        }
        self.ends.extend(self.begun.iter().map(|(_, _, mark)| mark.clone()));
        let up = ended(self.part(Direction::Up), &self.ends);
        let down = ended(self.part(Direction::Down), &self.ends);
        let has_statement = significant(&down).any(|token| token.kind != Kind::Semicolon);
        let down = has_statement.then_some(down);
        Parts { tool: Some(self.tool), up, down, outside: self.outside, unread: self.unread }
    }

    fn part(&self, direction: Direction) -> String {
        let ends = self.begun.iter().skip(1).map(|(_, _, mark)| mark.start).chain([self.text.len()]);
        let all = self.begun.iter().zip(ends).map(|((start, begun, _), end)| (*begun, *start..end));
        // What is said above the first mark is said of the way forward.
        let above = self.begun.first().map(|(_, _, mark)| (Direction::Up, 0..mark.start));
        let kept = above.into_iter().chain(all).filter(|(begun, _)| *begun == direction);
        only(self.text, kept.map(|(_, range)| range))
    }
}

/// The text with everything blank but these ranges, which come one after the other.
fn only(text: &str, kept: impl Iterator<Item = Range<usize>>) -> String {
    let mut only = String::with_capacity(text.len());
    let blank = |text: &str, only: &mut String| {
        only.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    };
    for range in kept {
        blank(&text[only.len()..range.start], &mut only);
        only.push_str(&text[range]);
    }
    blank(&text[only.len()..], &mut only);
    only
}

/// The text with a semicolon in the place of each of these marks that stands between two statements and in the end of none.
pub(crate) fn ended(text: String, marks: &[Range<usize>]) -> String {
    let all: Vec<_> = significant(&text).map(|token| (token.range, token.kind)).collect();
    let is_open = |mark: &&Range<usize>| {
        let next = all.partition_point(|(range, _)| range.start < mark.start);
        next > 0 && next < all.len() && all[next - 1].1 != Kind::Semicolon
    };
    let open: Vec<Range<usize>> = marks.iter().filter(is_open).cloned().collect();
    let mut text = text;
    for mark in open {
        let blank = " ".repeat(mark.len() - 1);
        text.replace_range(mark, &format!(";{blank}"));
    }
    text
}
