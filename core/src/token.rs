//! SQLite's tokens: where they start and end, and what kind they are.
//!
//! The cut follows [`tokenize.c`](https://www.sqlite.org/src/file/src/tokenize.c) and never fails: bytes that SQLite
//! would refuse come out as [`Kind::Unknown`], for SQLite itself to name. Every byte of the text belongs to exactly
//! one token, so the ranges of all tokens, white space and comments included, are the text.

use std::ops::Range;

use crate::name::Ident;

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Spaces, tabs, line feeds, form feeds and carriage returns; a byte order mark.
    Space,
    /// `-- …` up to the end of the line, or `/* … */`.
    Comment,
    /// A keyword or a name without quotes.
    Word,
    /// A name in double quotes, which SQLite may read as a string where no such name exists.
    DoubleQuoted,
    /// A name in backquotes or square brackets.
    Quoted,
    /// `'…'`, a string.
    String,
    /// `x'…'`, a blob.
    Blob,
    /// A number.
    Number,
    /// `?1`, `:name`, `@name`, `$name`.
    Parameter,
    /// `;`
    Semicolon,
    /// An operator or a bracket: `(`, `,`, `||`, `->>`, …
    Symbol,
    /// Bytes which are no token of SQLite, an unterminated quote among them.
    Unknown,
}

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// The bytes of the text it takes.
    pub range: Range<usize>,
    /// The token as written, quotes included.
    pub text: &'a str,
}

impl Token<'_> {
    /// Whether SQLite's parser sees it at all: neither white space nor a comment.
    pub fn is_significant(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::Comment)
    }

    /// Whether it is this keyword or symbol, in any case.
    ///
    /// ```
    /// use onward_core::token::significant;
    ///
    /// assert!(significant("select 1").next().is_some_and(|token| token.is("SELECT")));
    /// ```
    pub fn is(&self, word: &str) -> bool {
        // Of most words the length tells that they are another, and nothing else is as cheap to ask.
        self.text.len() == word.len()
            && matches!(self.kind, Kind::Word | Kind::Symbol | Kind::Semicolon)
            && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it can be this name, in any quotes and in any case of ASCII letters.
    ///
    /// ```
    /// use onward_core::token::significant;
    ///
    /// assert!(significant("[Jobs]").next().is_some_and(|token| token.is_name("jobs")));
    /// ```
    pub fn is_name(&self, name: &str) -> bool {
        self.name().is_some_and(|found| Ident(found) == name)
    }

    /// Whether it begins a constraint of a table: a column of this name stands in quotes.
    pub fn begins_constraint(&self) -> bool {
        ["CONSTRAINT", "CHECK", "FOREIGN", "PRIMARY", "UNIQUE"].iter().any(|word| self.is(word))
    }

    /// The name it stands for, without its quotes; `None` if it cannot be a name.
    ///
    /// SQLite also takes strings for names in some places, such as `CREATE TABLE 'jobs'(…)`.
    ///
    /// ```
    /// use onward_core::token::significant;
    ///
    /// let names: Vec<_> = significant("`jobs`, 'jobs'").map(|token| token.name()).collect();
    /// assert_eq!(names[0], Some("jobs".into()));
    /// ```
    pub fn name(&self) -> Option<String> {
        let inner = || &self.text[1..self.text.len() - 1];
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::DoubleQuoted => Some(inner().replace("\"\"", "\"")),
            Kind::String => Some(inner().replace("''", "'")),
            Kind::Quoted if self.text.starts_with('`') => Some(inner().replace("``", "`")),
            Kind::Quoted => Some(inner().to_owned()),
            _ => None,
        }
    }
}

/// Cuts a text into its tokens.
///
/// ```
/// use onward_core::token::{Kind, tokens};
/// let kinds: Vec<Kind> = tokens("SELECT 'a''b';").map(|token| token.kind).collect();
/// assert_eq!(kinds, [Kind::Word, Kind::Space, Kind::String, Kind::Semicolon]);
/// ```
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// The tokens that SQLite's parser sees: no white space, no comments.
///
/// ```
/// use onward_core::token::significant;
///
/// let texts: Vec<_> = significant("SELECT 1 -- one").map(|token| token.text).collect();
/// assert_eq!(texts, ["SELECT", "1"]);
/// ```
pub fn significant(text: &str) -> Significant<'_> {
    Significant(tokens(text))
}

/// The same as a list, which is what most who look at a statement want.
///
/// ```
/// use onward_core::token::list;
///
/// assert!(list("DROP TABLE jobs; -- done")[2].is_name("jobs"));
/// ```
pub fn list(text: &str) -> Vec<Token<'_>> {
    // Where nothing is optimized, `collect` takes as long for a token as it takes to cut it.
    let mut tokens = Vec::with_capacity(text.len() / 4);
    for token in significant(text) {
        tokens.push(token);
    }
    tokens
}

/// A name or a string as it is written, without its quotes; what cannot be one as it is.
///
/// ```
/// use onward_core::token::unquoted;
/// assert_eq!(unquoted("[a b]"), "a b");
/// assert_eq!(unquoted("'it''s'"), "it's");
/// ```
pub fn unquoted(text: &str) -> String {
    tokens(text).next().and_then(|token| token.name()).unwrap_or_else(|| text.to_owned())
}

/// The line and column of a byte of a text, both counted from one, the column in characters.
///
/// A byte beyond the text is where the text ends.
///
/// ```
/// assert_eq!(onward_core::token::position("SELECT 1;\nSELECT 2;", 17), (2, 8));
/// ```
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The iterator behind [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let (kind, len) = cut(&self.text.as_bytes()[self.at..])?;
        Some(self.token(kind, len))
    }
}

impl<'a> Tokens<'a> {
    /// The token of this length that stands here.
    fn token(&mut self, kind: Kind, mut len: usize) -> Token<'a> {
        // What is none may end anywhere; the others end before or behind an ASCII character.
        while kind == Kind::Unknown && !self.text.is_char_boundary(self.at + len) {
            len += 1;
        }
        let start = self.at;
        self.at += len;
        Token { kind, text: &self.text[start..self.at], range: start..self.at }
    }
}

/// The iterator behind [`significant`].
#[derive(Debug, Clone)]
pub struct Significant<'a>(Tokens<'a>);

impl<'a> Iterator for Significant<'a> {
    type Item = Token<'a>;

    // Every statement of a history comes through here several times, in builds without optimization: a filter would copy
    // each token from call to call.
    fn next(&mut self) -> Option<Token<'a>> {
        let tokens = &mut self.0;
        loop {
            let (kind, len) = cut(&tokens.text.as_bytes()[tokens.at..])?;
            match kind {
                Kind::Space | Kind::Comment => tokens.at += len,
                _ => return Some(tokens.token(kind, len)),
            }
        }
    }
}

/// The first token of `rest` and its length in bytes; `None` at the end.
fn cut(rest: &[u8]) -> Option<(Kind, usize)> {
    // No token is told by a NUL behind its first byte.
    let (first, second) = match rest {
        [first, second, ..] => (*first, *second),
        [first] => (*first, 0),
        [] => return None,
    };
    let symbol = |len| (Kind::Symbol, len);
    Some(match (first, second) {
        // A vertical tab is white space behind other white space, and elsewhere no token.
        (b' ' | b'\t' | b'\n' | b'\r' | 0x0c, _) => (Kind::Space, run(rest, SPACE)),
        // A byte order mark is white space wherever a token may start, and a letter inside a word.
        (0xef, _) if rest.starts_with(b"\xef\xbb\xbf") => (Kind::Space, 3),
        (b'-', b'-') => (Kind::Comment, up_to(rest, b'\n')),
        (b'/', b'*') if rest.len() > 2 => (Kind::Comment, block_comment(rest)),
        (b'\'', _) => quoted(rest, b'\'', Kind::String),
        (b'"', _) => quoted(rest, b'"', Kind::DoubleQuoted),
        (b'`', _) => quoted(rest, b'`', Kind::Quoted),
        (b'[', _) => match rest.iter().position(|&byte| byte == b']') {
            Some(end) => (Kind::Quoted, end + 1),
            None => (Kind::Unknown, rest.len()),
        },
        (b'x' | b'X', b'\'') => blob(rest),
        (b'0'..=b'9', _) | (b'.', b'0'..=b'9') => number(rest),
        (b'?', _) => (Kind::Parameter, 1 + run(&rest[1..], DIGIT)),
        (b'$' | b'@' | b'#' | b':', _) => variable(rest),
        (b';', _) => (Kind::Semicolon, 1),
        (b'-', b'>') => symbol(if rest.get(2) == Some(&b'>') { 3 } else { 2 }),
        (b'=', b'=') | (b'|', b'|') | (b'!', b'=') => symbol(2),
        (b'<', b'=' | b'>' | b'<') | (b'>', b'=' | b'>') => symbol(2),
        (
            b'-' | b'(' | b')' | b'+' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'|' | b',' | b'&' | b'~'
            | b'.',
            _,
        ) => symbol(1),
        (byte, _) if is_word(byte) => (Kind::Word, run(rest, WORD)),
        _ => (Kind::Unknown, 1),
    })
}

/// What a byte can be part of, as bits.
static CLASSES: [u8; 256] = classes();
const SPACE: u8 = 1;
const DIGIT: u8 = 2;
const HEX: u8 = 4;
/// SQLite's `IdChar`: letters, digits, `_`, `$` and everything beyond ASCII.
const WORD: u8 = 8;
/// What digits are written with, the underscores between them included.
const NUMERAL: u8 = 16;
const HEX_NUMERAL: u8 = 32;

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let mut class = 0;
        if matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r') {
            class |= SPACE;
        }
        if byte.is_ascii_digit() {
            class |= DIGIT;
        }
        if byte.is_ascii_hexdigit() {
            class |= HEX;
        }
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..) {
            class |= WORD;
        }
        if byte.is_ascii_digit() || byte == b'_' {
            class |= NUMERAL;
        }
        if byte.is_ascii_hexdigit() || byte == b'_' {
            class |= HEX_NUMERAL;
        }
        classes[at] = class;
        at += 1;
    }
    classes
}

/// How many bytes of a class the text begins with. A build proves histories with code that is not optimized: there an
/// iterator takes several calls for each byte, and a closure takes one.
fn run(rest: &[u8], class: u8) -> usize {
    let mut length = 0;
    while length < rest.len() && CLASSES[rest[length] as usize] & class != 0 {
        length += 1;
    }
    length
}

/// How many bytes come before this one.
fn up_to(rest: &[u8], end: u8) -> usize {
    let mut length = 0;
    while length < rest.len() && rest[length] != end {
        length += 1;
    }
    length
}

fn is_space(byte: u8) -> bool {
    CLASSES[byte as usize] & SPACE != 0
}

fn is_word(byte: u8) -> bool {
    CLASSES[byte as usize] & WORD != 0
}

/// SQLite takes a `/*` that nothing closes as a comment up to the end, unless it is the end.
fn block_comment(rest: &[u8]) -> usize {
    let close = rest.get(2..).and_then(|body| body.windows(2).position(|pair| pair == b"*/"));
    close.map_or(rest.len(), |at| at + 4)
}

fn quoted(rest: &[u8], quote: u8, kind: Kind) -> (Kind, usize) {
    let mut at = 1;
    loop {
        at += up_to(&rest[at..], quote);
        if at == rest.len() {
            return (Kind::Unknown, at);
        }
        at += 1;
        if rest.get(at) != Some(&quote) {
            return (kind, at);
        }
        at += 1;
    }
}

/// `:name`, and Tcl's `$space::name(index)`, whose index ends at white space if nothing closes it.
fn variable(rest: &[u8]) -> (Kind, usize) {
    let (mut at, mut is_named) = (1, false);
    loop {
        match rest.get(at) {
            Some(&byte) if is_word(byte) => (at, is_named) = (at + 1, true),
            Some(b':') if rest.get(at + 1) == Some(&b':') => at += 2,
            Some(b'(') if is_named => {
                let inside = rest[at..].iter().position(|&byte| byte == b')' || is_space(byte));
                let end = inside.map_or(rest.len(), |length| at + length);
                return if rest.get(end) == Some(&b')') {
                    (Kind::Parameter, end + 1)
                } else {
                    (Kind::Unknown, end)
                };
            }
            _ => return (if is_named { Kind::Parameter } else { Kind::Unknown }, at),
        }
    }
}

fn blob(rest: &[u8]) -> (Kind, usize) {
    let digits = run(&rest[2..], HEX);
    match rest.get(2 + digits) {
        Some(b'\'') if digits.is_multiple_of(2) => (Kind::Blob, digits + 3),
        _ => (Kind::Unknown, (2 + up_to(&rest[2..], b'\'') + 1).min(rest.len())),
    }
}

fn number(rest: &[u8]) -> (Kind, usize) {
    let mut len;
    if rest[0] == b'0'
        && matches!(rest.get(1), Some(b'x' | b'X'))
        && rest.get(2).is_some_and(u8::is_ascii_hexdigit)
    {
        len = 2 + run(&rest[2..], HEX_NUMERAL);
    } else {
        len = run(rest, NUMERAL);
        if rest.get(len) == Some(&b'.') {
            len += 1 + run(&rest[len + 1..], NUMERAL);
        }
        let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
        if matches!(rest.get(len), Some(b'e' | b'E'))
            && rest.get(len + 1 + sign).is_some_and(u8::is_ascii_digit)
        {
            len += 1 + sign;
            len += run(&rest[len..], NUMERAL);
        }
    }
    match run(&rest[len..], WORD) {
        0 => (Kind::Number, len),
        tail => (Kind::Unknown, len + tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_all(text: &str) -> Vec<(Kind, &str)> {
        significant(text).map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn every_byte_belongs_to_one_token() {
        for text in
            ["", "é'", "\"a", "x'0", "[", "/*", "1_000.5e-3x", "a\u{0}b", "->>'$.é'", "\u{feff}select"]
        {
            let joined: String = tokens(text).map(|token| token.text).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn quotes_double_inside_themselves() {
        let found = cut_all(r#"'it''s' "a""b" `c``d` [e f]"#);
        let kinds = [Kind::String, Kind::DoubleQuoted, Kind::Quoted, Kind::Quoted];
        assert!(found.iter().map(|(kind, _)| *kind).eq(kinds));
        let names: Vec<_> =
            significant(r#"'it''s' "a""b" `c``d` [e f]"#).filter_map(|token| token.name()).collect();
        assert_eq!(names, ["it's", "a\"b", "c`d", "e f"]);
    }

    #[test]
    fn numbers_operators_and_parameters() {
        assert_eq!(
            cut_all("1.5e+3||?2 ->> :name<=0xFF"),
            [
                (Kind::Number, "1.5e+3"),
                (Kind::Symbol, "||"),
                (Kind::Parameter, "?2"),
                (Kind::Symbol, "->>"),
                (Kind::Parameter, ":name"),
                (Kind::Symbol, "<="),
                (Kind::Number, "0xFF"),
            ]
        );
    }

    #[test]
    fn comments_are_not_significant() {
        assert_eq!(cut_all("a--b'\n/*c;*/d/*e"), [(Kind::Word, "a"), (Kind::Word, "d")]);
        assert_eq!(cut_all("/*"), [(Kind::Symbol, "/"), (Kind::Symbol, "*")]);
    }

    #[test]
    fn a_byte_order_mark_is_white_space_between_tokens() {
        assert_eq!(cut_all("\u{feff}a \u{feff}b\u{feff}"), [(Kind::Word, "a"), (Kind::Word, "b\u{feff}")]);
    }

    #[test]
    fn a_vertical_tab_is_white_space_behind_white_space() {
        assert_eq!(cut_all("a \u{b}\u{b}b"), [(Kind::Word, "a"), (Kind::Word, "b")]);
        assert_eq!(cut_all("a\u{b}"), [(Kind::Word, "a"), (Kind::Unknown, "\u{b}")]);
    }

    #[test]
    fn parameters_are_named_as_in_tcl() {
        for text in [":a", "$a::b", "@::a", "$a(b,'c)", "#1", "$é(:)"] {
            assert_eq!(cut_all(text), [(Kind::Parameter, text)]);
        }
        assert_eq!(cut_all(":a:b"), [(Kind::Parameter, ":a"), (Kind::Parameter, ":b")]);
        assert_eq!(cut_all("$a(b c)")[0], (Kind::Unknown, "$a(b"));
        assert_eq!(cut_all("::(")[0], (Kind::Unknown, ":"));
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let text = "a\né b\n\nc";
        let at = |offset| position(text, offset);
        assert_eq!(
            [at(0), at(1), at(2), at(4), at(6), at(7), at(8)].map(|(line, _)| line),
            [1, 1, 2, 2, 2, 3, 4]
        );
        assert_eq!(
            [at(0), at(1), at(2), at(4), at(6), at(7), at(8)].map(|(_, column)| column),
            [1, 2, 1, 2, 4, 1, 1]
        );
        assert_eq!(at(99), (4, 2));
    }

    #[test]
    fn what_sqlite_refuses_is_unknown() {
        for text in ["'open", "x'abc'", "12ab", "\u{1}", "!", "$", "$ a", "$a(b", ":::", "\u{b}"] {
            assert_eq!(cut_all(text)[0].0, Kind::Unknown, "{text}");
        }
    }
}
