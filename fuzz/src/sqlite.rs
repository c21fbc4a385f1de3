//! SQLite's own word on a text: where its tokens and statements end.

use std::ffi::{CStr, CString, c_int};
use std::ops::Range;
use std::ptr;

use rusqlite::{Connection, ffi};

/// What SQLite makes of the beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Whether there was a statement, or only space up to a semicolon or the end.
    pub is_statement: bool,
    /// The first byte behind it; without meaning if it was refused.
    pub end: usize,
    /// Why it was refused, and the byte at which.
    pub refused: Option<(Vec<u8>, Option<usize>)>,
}

/// Prepares the first statement of a text without NUL.
pub fn prepare(conn: &Connection, text: &str) -> Prepared {
    prepare_bytes(conn, &CString::new(text).expect("no NUL"))
}

fn prepare_bytes(conn: &Connection, text: &CStr) -> Prepared {
    let (mut statement, mut tail) = (ptr::null_mut(), ptr::null());
    // SAFETY: the connection is open, the text ends with NUL and lives longer than the statement.
    unsafe {
        let db = conn.handle();
        let code = ffi::sqlite3_prepare_v2(db, text.as_ptr(), -1, &mut statement, &mut tail);
        let is_statement = !statement.is_null();
        ffi::sqlite3_finalize(statement);
        if code != ffi::SQLITE_OK {
            let message = CStr::from_ptr(ffi::sqlite3_errmsg(db)).to_bytes().to_vec();
            let offset = usize::try_from(ffi::sqlite3_error_offset(db)).ok();
            return Prepared { is_statement, end: 0, refused: Some((message, offset)) };
        }
        let end = usize::try_from(tail.offset_from(text.as_ptr())).expect("the tail lies in the text");
        Prepared { is_statement, end, refused: None }
    }
}

/// Whether the text ends with the semicolon of a statement.
pub fn is_complete(text: &str) -> bool {
    let text = CString::new(text).expect("no NUL");
    // SAFETY: the text ends with NUL.
    let complete: c_int = unsafe { ffi::sqlite3_complete(text.as_ptr()) };
    complete == 1
}

/// A token as SQLite cuts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Whether it is a token at all.
    pub is_legal: bool,
}

/// After this nothing is allowed but a semicolon, so that SQLite names whatever else comes next; and the bracket is part
/// of no other token.
const BEFORE: &str = "COMMIT TRANSACTION[x]";

/// SQLite's tokens of a text without NUL, without white space and comments.
///
/// SQLite has no function for that. But the message of a syntax error has the token that is one.
pub fn tokens(conn: &Connection, text: &str) -> Vec<Token> {
    let mut bytes = format!("{BEFORE}{text}\0").into_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        // What lies before has been cut already.
        bytes[at..at + BEFORE.len()].copy_from_slice(BEFORE.as_bytes());
        let rest = CStr::from_bytes_with_nul(&bytes[at..]).expect("no NUL but the last");
        let prepared = prepare_bytes(conn, rest);
        let token = match prepared.refused {
            None => {
                let end = at + prepared.end;
                if end <= at + BEFORE.len() || bytes[end - 1] != b';' || is_blank(conn, &text[at..]) {
                    return found;
                }
                Token { range: end - 1 - BEFORE.len()..end - BEFORE.len(), is_legal: true }
            }
            Some((message, offset)) => {
                let part = |start: &[u8], end: &[u8]| {
                    message.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).map(<[u8]>::len)
                };
                let legal = part(b"near \"", b"\": syntax error");
                let illegal = part(b"unrecognized token: \"", b"\"");
                let Some(len) = legal.or(illegal) else {
                    panic!("{}", String::from_utf8_lossy(&message));
                };
                let start = at + offset.expect("SQLite says where") - BEFORE.len();
                Token { range: start..start + len, is_legal: legal.is_some() }
            }
        };
        at = token.range.end;
        found.push(token);
    }
}

/// Whether there is not even a semicolon: it would be a mistake here, and the end of the text is another one.
fn is_blank(conn: &Connection, text: &str) -> bool {
    let refused = prepare(conn, &format!("SELECT({text}")).refused;
    refused.is_some_and(|(message, _)| message == b"incomplete input")
}
