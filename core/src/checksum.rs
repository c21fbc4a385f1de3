//! The checksum of a migration and the chain over a history.
//!
//! Both rules are frozen: ledgers in databases and lock files in repositories hold their results. The vectors in the
//! tests below must never change.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::token::significant;

/// A SHA-256 sum, shown and read as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Checksum(pub [u8; 32]);

impl Checksum {
    /// The checksum of a migration's text: SHA-256 over its [`canonical`] form.
    ///
    /// ```
    /// use onward_core::checksum::Checksum;
    ///
    /// let sum = Checksum::of("CREATE TABLE jobs(id, state);");
    /// assert_eq!(Checksum::of("CREATE TABLE jobs( id, state ); -- the queue"), sum);
    /// assert_ne!(Checksum::of("CREATE TABLE jobs(id, STATE);"), sum);
    /// ```
    pub fn of(text: &str) -> Checksum {
        Checksum(Sha256::digest(canonical(text)).into())
    }

    /// The next link of the chain: SHA-256(this link ‖ version as eight big-endian bytes ‖ checksum).
    ///
    /// The link before the first migration is 32 zero bytes, which is the `Default`.
    ///
    /// ```
    /// use onward_core::checksum::Checksum;
    ///
    /// let (jobs, tags) = (Checksum::of("CREATE TABLE jobs(id)"), Checksum::of("CREATE TABLE tags(id)"));
    /// let chain = Checksum::default().chain(1, jobs).chain(2, tags);
    /// assert_ne!(chain, Checksum::default().chain(1, tags).chain(2, jobs));
    /// ```
    pub fn chain(self, version: i64, checksum: Checksum) -> Checksum {
        let mut sha = Sha256::new();
        sha.update(self.0);
        sha.update(version.to_be_bytes());
        sha.update(checksum.0);
        Checksum(sha.finalize().into())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit through the formatter, a thousand of them would cost as much as a thousand rows.
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(
                &[byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]),
            );
        }
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Checksum {
    type Err = ();

    fn from_str(text: &str) -> Result<Checksum, ()> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(()),
        };
        if text.len() != 64 {
            return Err(());
        }
        let mut sum = [0; 32];
        for (byte, digits) in sum.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(digits[0])? << 4 | digit(digits[1])?;
        }
        Ok(Checksum(sum))
    }
}

/// The text reduced to what SQLite's parser sees: its tokens, each byte for byte, with one space between two of them.
///
/// White space and comments are gone wherever they stood, so neither a formatter nor a comment added to a released
/// file breaks a deploy: `jobs(id,state)` and `jobs( id, state )` are the same text. Everything else is kept, letter
/// case included, so a changed statement always shows.
///
/// ```
/// use onward_core::checksum::canonical;
///
/// assert_eq!(canonical("DROP TABLE  jobs -- done\n;"), "DROP TABLE jobs ;");
/// ```
pub fn canonical(text: &str) -> String {
    let mut canonical = String::with_capacity(text.len());
    for token in significant(text) {
        if !canonical.is_empty() {
            canonical.push(' ');
        }
        canonical.push_str(token.text);
    }
    canonical
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOBS: &str = "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'queued');";

    #[test]
    fn frozen_vectors() {
        let empty = Checksum::of("");
        assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(
            canonical(JOBS),
            "CREATE TABLE jobs ( id INTEGER PRIMARY KEY , state TEXT NOT NULL DEFAULT 'queued' ) ;"
        );
        let jobs = Checksum::of(JOBS);
        assert_eq!(jobs.to_string(), "8d684a7ac8310b37c7b144ab8bc0c1eaddee21704e01be1427cdf0c4959258d5");
        let first = Checksum::default().chain(1, jobs);
        assert_eq!(first.to_string(), "56c0f42b460fb4eb0a82dcf6524ffaeb75c72179039f7256320b9812f798dc81");
        assert_eq!(
            first.chain(20260101120000, empty).to_string(),
            "47d49c7b6c26992ed16b4e8615ef70f795115d51f10c7c9dc29858e31669e4d7"
        );
    }

    #[test]
    fn formatting_and_comments_do_not_count() {
        let formatted = "-- the queue\n-- onward: allow(data_dropped) no\nCREATE TABLE jobs (\n\tid INTEGER PRIMARY KEY, \
                         -- key\n  state /* one of */ TEXT NOT NULL DEFAULT 'queued'\n)\n;\n\n";
        assert_eq!(Checksum::of(formatted), Checksum::of(JOBS));
    }

    #[test]
    fn everything_else_counts() {
        for changed in [
            JOBS.replace("queued", "Queued"),
            JOBS.replace("queued", "queued "),
            JOBS.replace("jobs", "Jobs"),
            JOBS.replace("jobs", "\"jobs\""),
            JOBS.replace("NOT NULL ", ""),
            format!("{JOBS} SELECT 1;"),
        ] {
            assert_ne!(Checksum::of(&changed), Checksum::of(JOBS), "{changed}");
        }
    }

    #[test]
    fn canonical_text_is_its_own_canonical_text() {
        for text in [JOBS, "a - -b", "a/**/b", "x'00'y", "1 .5", "'--' \"/*\"", "a-- \u{a0}\r\nb", "[a]]"] {
            assert_eq!(canonical(&canonical(text)), canonical(text), "{text}");
        }
        assert_eq!(canonical("a - - b"), "a - - b");
        assert_ne!(canonical("a | | b"), canonical("a || b"));
    }

    #[test]
    fn reads_what_it_shows() {
        let sum = Checksum::of("SELECT 1");
        assert_eq!(sum.to_string().parse(), Ok(sum));
        for bad in ["", "e3b0", &"g".repeat(64), &"é".repeat(32), &sum.to_string().to_uppercase()] {
            assert_eq!(bad.parse::<Checksum>(), Err(()));
        }
    }
}
