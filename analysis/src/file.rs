//! The texts that diagnostics point into.

use std::ops::Range;
use std::sync::OnceLock;

use crate::record::{Bytes, Record};

/// One text file of a history, as everything after `source` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path relative to the migrations folder, with `/` between its parts.
    pub path: String,
    /// The text, without byte order mark and with LF line ends.
    pub text: String,
    /// Whether it is a statement of the application: then the path is relative to nothing, and empty if the statement
    /// stands in the source.
    pub is_statement: bool,
    pub(crate) lines: Lines,
}

/// Where the lines of a text start, found out when somebody asks: a file may have as many faults as lines, and to count the lines
/// before each of them would take as long as the square of both.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(OnceLock<Vec<usize>>);

/// It follows from the text.
impl PartialEq for Lines {
    fn eq(&self, _: &Lines) -> bool {
        true
    }
}

impl Eq for Lines {}

impl Record for Lines {
    fn write(&self, _: &mut Vec<u8>) {}

    fn read(_: &mut Bytes<'_>) -> Option<Lines> {
        Some(Lines::default())
    }
}

/// The line and column of a place, both counted from one, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl File {
    /// Drops a byte order mark and turns CRLF into LF, so the same statements run whoever checked the file out.
    pub fn new(path: String, text: &str) -> File {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text.to_owned() };
        File { path, text, is_statement: false, lines: Lines::default() }
    }

    /// A statement of the application, as it is.
    pub fn statement(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned(), is_statement: true, lines: Lines::default() }
    }

    /// Where a byte offset of the text is.
    pub fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let (line, start) = self.line(before.len());
        Position { line, column: before[start..].chars().count() + 1 }
    }

    /// The line of a byte offset, counted from one, and where it starts.
    pub(crate) fn line(&self, offset: usize) -> (usize, usize) {
        let starts = self.lines.0.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        });
        let line = starts.partition_point(|start| *start <= offset);
        (line, starts[line - 1])
    }
}

/// Which file of a [`Files`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(usize);

/// Some bytes of one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes of its text.
    pub range: Range<usize>,
}

/// All files that an analysis has read or named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(Vec<File>);

impl Files {
    /// Takes a file in and gives its key.
    pub fn add(&mut self, file: File) -> FileId {
        self.0.push(file);
        FileId(self.0.len() - 1)
    }

    /// The file behind a key.
    pub fn get(&self, id: FileId) -> &File {
        &self.0[id.0]
    }

    /// The text of the file with this path, if it was read.
    pub(crate) fn named(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The bytes at a place.
    pub fn text(&self, place: &Place) -> &str {
        &self.get(place.file).text[place.range.clone()]
    }

    /// Line and column of a place's first byte.
    pub fn position(&self, place: &Place) -> Position {
        self.get(place.file).position(place.range.start)
    }
}

impl Record for FileId {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<FileId> {
        Record::read(from).map(FileId)
    }
}

impl Record for Files {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn read(from: &mut Bytes<'_>) -> Option<Files> {
        Record::read(from).map(Files)
    }
}

impl FileId {
    /// The very beginning of the file, for what concerns it as a whole.
    pub fn start(self) -> Place {
        Place { file: self, range: 0..0 }
    }

    /// A range of the file.
    pub fn at(self, range: Range<usize>) -> Place {
        Place { file: self, range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_and_crlf_go() {
        let file = File::new("a.sql".into(), "\u{feff}SELECT 1;\r\nSELECT 2;\r");
        assert_eq!(file.text, "SELECT 1;\nSELECT 2;\r");
    }

    #[test]
    fn columns_count_characters() {
        let file = File::new("a.sql".into(), "a\né b");
        let at = file.text.find('b').unwrap();
        assert_eq!(file.position(at), Position { line: 2, column: 3 });
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(999), Position { line: 2, column: 4 });
    }

    #[test]
    fn lines_are_found_wherever_one_asks() {
        let file = File::new("a.sql".into(), "\na\n\né");
        let lines: Vec<(usize, usize)> =
            (0..=file.text.len()).map(|offset| (offset, file.line(offset).0)).collect();
        assert_eq!(lines, [(0, 1), (1, 2), (2, 2), (3, 3), (4, 4), (5, 4), (6, 4)]);
        assert_eq!(File::new("a.sql".into(), "").position(0), Position { line: 1, column: 1 });
        // That somebody has asked makes no other file of it.
        assert_eq!(file, File::new("a.sql".into(), "\na\n\né"));
    }
}
