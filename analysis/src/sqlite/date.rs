//! What came with a newer SQLite in the calls of its functions of date and time. Older ones give NULL there.

use onward_core::token::{Kind, Token};

use super::feature;
use super::used::Use;

/// What these arguments have, behind a format or without one.
pub(super) fn uses(arguments: &[&[Token<'_>]], has_format: bool) -> Vec<Use> {
    let (format, times) = arguments.split_at(usize::from(has_format).min(arguments.len()));
    let letter = format.first().and_then(|format| letter(format));
    let now = times.first().and_then(|time| now(time));
    let modifiers = times.iter().skip(1).filter_map(|argument| modifier(argument));
    letter.into_iter().chain(now).chain(modifiers).collect()
}

/// A string alone, without its quotes.
fn string(argument: &[Token<'_>]) -> Option<String> {
    match argument {
        [string] if string.kind == Kind::String => string.name(),
        _ => None,
    }
}

/// What is a modifier elsewhere is the time of now where the time stands.
fn now(argument: &[Token<'_>]) -> Option<Use> {
    let written = string(argument)?;
    let is_now = ["subsec", "subsecond"].iter().any(|name| written.eq_ignore_ascii_case(name));
    is_now.then(|| Use::of(argument, &feature::SUBSECOND_NOW))
}

fn modifier(argument: &[Token<'_>]) -> Option<Use> {
    let written = string(argument)?.to_ascii_lowercase();
    if is_shift(&written) {
        return Some(Use::of(argument, &feature::DATE_SHIFT));
    }
    // `weekday -0` has a value in older ones as well.
    if let Some(day) = written.strip_prefix("weekday -")
        && matches!(day.as_bytes(), [b'1'..=b'6'])
    {
        return Some(Use::of(argument, &feature::WEEKDAY_BEFORE));
    }
    let (since, name) = feature::MODIFIERS.iter().find(|(_, name)| *name == written.trim())?;
    Some(Use::named(argument, format!("the modifier '{name}'"), *since))
}

/// Whether it is `+YYYY-MM-DD`, with `HH:MM` or more behind it or not. What is out of range is NULL in every SQLite.
fn is_shift(modifier: &str) -> bool {
    let Some(shift) = modifier.strip_prefix(['+', '-']) else { return false };
    let (date, time) = match shift.split_once([' ', '\t', '\n', '\x0b', '\x0c', '\r']) {
        Some((date, time)) => (date, Some(time)),
        None => (shift, None),
    };
    let are = |text: &str, separator: char, limits: &[(usize, u32)]| {
        let parts: Vec<&str> = text.split(separator).collect();
        let is_within = |(part, (length, most)): (&&str, &(usize, u32))| {
            let is_number = part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number && part.parse::<u32>().is_ok_and(|number| number <= *most)
        };
        parts.len() == limits.len() && parts.iter().zip(limits).all(is_within)
    };
    let is_date = [4, 5].iter().any(|length| are(date, '-', &[(*length, 14712), (2, 11), (2, 30)]));
    let is_time = |time: &str| {
        let whole = time.split_once('.').map_or(time, |(whole, _)| whole);
        (whole == time && are(time, ':', &[(2, 23), (2, 59)]))
            || are(whole, ':', &[(2, 23), (2, 59), (2, 59)])
    };
    is_date && time.is_none_or(is_time)
}

/// The newest letter of a format.
fn letter(argument: &[Token<'_>]) -> Option<Use> {
    let format = string(argument)?;
    let mut characters = format.chars();
    let mut newest = None;
    while let Some(character) = characters.next() {
        let letter = if character == '%' { characters.next() } else { None };
        let found = letter.and_then(|letter| {
            let (since, _) = feature::LETTERS.iter().find(|(_, letters)| letters.contains(letter))?;
            Some((*since, letter))
        });
        newest = newest.max(found);
    }
    newest.map(|(since, letter)| Use::named(argument, format!("`%{letter}` in `strftime`"), since))
}

#[cfg(test)]
mod tests {
    use crate::sqlite::newer;

    fn found(sql: &str) -> Vec<(&str, String)> {
        newer::uses(sql).into_iter().map(|found| (&sql[found.range], found.since.to_string())).collect()
    }

    #[test]
    fn the_time_of_now_with_its_parts() {
        for (sql, at) in [
            ("SELECT datetime('subsec')", "'subsec'"),
            ("SELECT julianday('SUBSECOND', '+1 day')", "'SUBSECOND'"),
            ("SELECT strftime('%s', 'subsec')", "'subsec'"),
        ] {
            assert_eq!(found(sql), [(at, "3.42".to_owned())], "{sql}");
        }
        // Of another form, it is NULL everywhere, and a format is no time.
        for sql in ["SELECT date(' subsec')", "SELECT strftime('subsec', 'now')", "SELECT date(subsec)"] {
            assert_eq!(found(sql), [], "{sql}");
        }
    }

    #[test]
    fn weekdays_before() {
        assert_eq!(found("SELECT date(a, 'Weekday -1')"), [("'Weekday -1'", "3.54".to_owned())]);
        assert_eq!(found("SELECT date(a, 'weekday 1'), date(a, 'weekday -0'), date(a, 'weekday -7')"), []);
    }

    #[test]
    fn shifts_are_told_where_a_newer_sqlite_has_a_value_for_them() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        for (shift, is_shift) in [
            ("+0001-00-00", true),
            ("-0001-11-30", true),
            ("-0001-00-00 00:00", true),
            ("+00010-02-03 23:59:59", true),
            ("+0001-00-00 01:02:03.5", true),
            ("+00010-02-03", true),
            ("+0001-12-00", false),
            ("+0001-00-31", false),
            ("+001-00-00", false),
            ("0001-00-00", false),
            ("+99999-00-00", false),
            ("+0001-00-00 ", false),
            ("+0001-00-00 25:00", false),
            ("+0001-00-00 1:00", false),
            ("+0001-00-00 00:60", false),
            ("+0001-00-00 days", false),
            ("+1 years", false),
            ("+01:00", false),
        ] {
            let sql = format!("SELECT datetime('2024-01-31', '{shift}')");
            let told: Vec<String> = found(&sql).into_iter().map(|(_, since)| since).collect();
            assert_eq!(told, if is_shift { vec!["3.43"] } else { vec![] }, "{shift}");
            // What an older SQLite has a value for is not asked of the one that is here.
            if shift.len() > 8 {
                let value: Option<String> = conn.query_row(&sql, [], |row| row.get(0)).unwrap();
                assert_eq!(value.is_some(), is_shift, "{shift}: {value:?}");
            }
        }
        assert_eq!(found("SELECT strftime('%s', a, '+0001-00-00'), date('+0001-00-00')").len(), 1);
    }
}
