//! Versions as people write them: the number of the ledger, or what stands in the file name.

/// The digits with which a version begins, without the separators between them and without leading zeros; `0` if it is
/// zero, and empty if it does not begin with a digit.
///
/// ```
/// use onward_core::version::digits;
/// assert_eq!(digits("2026-01-05-093000"), "20260105093000");
/// assert_eq!(digits("0007"), "7");
/// ```
pub fn digits(label: &str) -> String {
    if !label.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return String::new();
    }
    let mut digits = String::new();
    for byte in label.bytes() {
        match byte {
            b'0' if digits.is_empty() => {}
            b'0'..=b'9' => digits.push(char::from(byte)),
            b'-' | b'_' | b'.' => {}
            _ => break,
        }
    }
    if digits.is_empty() { "0".to_owned() } else { digits }
}

/// Which of these migrations, each with its version, label and name, is meant: by its version, or as its file name writes
/// it, with or without the name, with or without leading zeros and dashes. None if it could be several.
///
/// ```
/// use onward_core::version::find;
/// let list = [(1, "0001", "jobs"), (20260105093000, "2026-01-05-093000", "archive")];
/// assert_eq!(find("1", list), Some(0));
/// assert_eq!(find("2026-01-05-093000", list), Some(1));
/// assert_eq!(find("2026-01-05-093000_archive", list), Some(1));
/// assert_eq!(find("2", list), None);
/// ```
pub fn find<'a>(asked: &str, list: impl IntoIterator<Item = (i64, &'a str, &'a str)>) -> Option<usize> {
    let number = Some(digits(asked)).filter(|number| !number.is_empty() && is_number(asked));
    let whole = |label: &str, name: &str| {
        let rest = asked.strip_prefix(label).and_then(|rest| rest.strip_prefix(['_', '-']));
        rest.is_some_and(|rest| rest.trim_start_matches('_') == name)
    };
    let rank = |(version, label, name): (i64, &str, &str)| {
        if whole(label, name) {
            Some(0)
        } else if asked == version.to_string() {
            Some(1)
        } else if asked == label {
            Some(2)
        } else {
            number.as_ref().filter(|number| is_number(label) && digits(label) == **number).map(|_| 3)
        }
    };
    let ranked = list.into_iter().enumerate().filter_map(|(at, one)| Some((rank(one)?, at)));
    let ranked: Vec<(u8, usize)> = ranked.collect();
    let (best, at) = *ranked.iter().min()?;
    let others = ranked.iter().filter(|(rank, _)| *rank == best).count() > 1;
    (!others).then_some(at)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_labels() {
        for (label, expected) in [
            ("", ""),
            ("-1", ""),
            ("init", ""),
            ("0000", "0"),
            ("0010", "10"),
            ("2024-03-13_170000", "20240313170000"),
            ("20a30", "20"),
            ("99999999999999999999", "99999999999999999999"),
        ] {
            assert_eq!(digits(label), expected, "{label}");
        }
    }

    #[test]
    fn what_is_meant() {
        let list = [
            (1, "0001", "jobs"),
            (202510281759200000, "2025-10-28-175920-0000", "queues"),
            (202511152325030000, "2025-11-15-232503", "due"),
            (202511152325030001, "2025-11-15-232503", "paid"),
            (202511152325030002, "init", "init"),
        ];
        for (asked, expected) in [
            ("1", Some(0)),
            ("0001", Some(0)),
            ("001", Some(0)),
            ("0001_jobs", Some(0)),
            ("0001_job", None),
            ("2", None),
            ("2025-10-28-175920-0000", Some(1)),
            ("202510281759200000", Some(1)),
            // Two have this label.
            ("2025-11-15-232503", None),
            ("20251115232503", None),
            ("2025-11-15-232503_paid", Some(3)),
            ("202511152325030001", Some(3)),
            ("init", Some(4)),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(find(asked, list), expected, "{asked}");
        }
    }
}
