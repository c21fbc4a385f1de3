//! Dates that are known to be dates, by [their documentation](https://www.sqlite.org/lang_datefunc.html).
//!
//! A date function is NULL for what is no date, for a modifier that it does not know, and for a year beyond 9999.

use onward_core::token::unquoted;
use onward_schema::Classes;
use sqlite3_parser::ast::{Expr, Literal};

use super::registered::Registered;
use super::value::Value;

/// So many years from now, or from a date that is written out, there is still a date.
const YEARS: f64 = 900.0;

/// What a date function gives that cannot fail.
pub(super) fn certain(registered: Registered<'_>, name: &str, arguments: &[Expr<'_>]) -> Option<Value> {
    (years(registered, name, arguments)? <= YEARS).then(|| {
        Value::some(match name {
            "unixepoch" => Classes::INTEGER,
            "julianday" => Classes::REAL,
            _ => Classes::TEXT,
        })
    })
}

/// How many years a date function goes at most from now, or from a date; `None` if it may fail.
fn years(registered: Registered<'_>, name: &str, arguments: &[Expr<'_>]) -> Option<f64> {
    let arguments = match (name, arguments) {
        ("date" | "time" | "datetime" | "unixepoch" | "julianday", arguments) => arguments,
        ("strftime", [format, arguments @ ..]) => {
            let is_known = text(format).is_some_and(|format| is_format(&format));
            is_known.then_some(arguments)?
        }
        _ => return None,
    };
    let Some((time, modifiers)) = arguments.split_first() else { return Some(0.0) };
    modifiers
        .iter()
        .try_fold(of_time(registered, time)?, |years, modifier| Some(years + of_modifier(&text(modifier)?)?))
}

fn of_time(registered: Registered<'_>, time: &Expr<'_>) -> Option<f64> {
    match time {
        Expr::Literal(Literal::String(_)) => {
            let time = text(time)?;
            (time.eq_ignore_ascii_case("now") || is_date(&time)).then_some(0.0)
        }
        Expr::Literal(Literal::CurrentDate | Literal::CurrentTime | Literal::CurrentTimestamp) => Some(0.0),
        Expr::FunctionCall { name, args, filter_over: None, .. } => {
            let arguments = args.unwrap_or_default();
            let name = registered.name(name, arguments.len());
            let gives_date = ["date", "time", "datetime", "julianday"].contains(&&*name);
            years(registered, &name, arguments).filter(|_| gives_date)
        }
        Expr::Parenthesized(values) if values.len() == 1 => of_time(registered, &values[0]),
        _ => None,
    }
}

/// The text of a string.
fn text(value: &Expr<'_>) -> Option<String> {
    match value {
        Expr::Literal(Literal::String(text)) => Some(unquoted(text)),
        _ => None,
    }
}

/// `2026-01-31`, `2026-01-31 23:59`, `2026-01-31T23:59:59`, far from the ends of what there is.
fn is_date(text: &str) -> bool {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let numbers = |text: &str, by: char| {
        let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.split(by).collect();
        let found: Option<Vec<u32>> =
            parts.iter().map(|part| part.parse().ok().filter(|_| is_plain(part))).collect();
        found.map(|found| (parts.iter().map(|part| part.len()).collect::<Vec<_>>(), found))
    };
    let is_day = matches!(
        numbers(date, '-'),
        Some((lengths, found)) if lengths == [4, 2, 2]
            && (1000..9000).contains(&found[0]) && (1..=12).contains(&found[1]) && (1..=31).contains(&found[2])
    );
    is_day
        && time.is_none_or(|time| match numbers(time, ':') {
            Some((lengths, found)) if lengths == [2, 2] || lengths == [2, 2, 2] => {
                found[0] < 24 && found[1..].iter().all(|part| *part < 60)
            }
            _ => false,
        })
}

/// The conversions that every SQLite knows; of an unknown one it makes NULL.
fn is_format(format: &str) -> bool {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && !letters.next().is_some_and(|letter| "dfHjJmMsSwWY%".contains(letter)) {
            return false;
        }
    }
    !format.is_empty()
}

/// How many years a modifier goes at most.
fn of_modifier(modifier: &str) -> Option<f64> {
    let modifier = modifier.to_ascii_lowercase();
    match &*modifier {
        "start of day" | "localtime" | "utc" => return Some(1.0),
        "start of month" | "start of year" => return Some(1.0),
        _ => {}
    }
    let (count, unit) = modifier.split_once(' ')?;
    if count == "weekday" {
        return matches!(unit.as_bytes(), [b'0'..=b'6']).then_some(1.0);
    }
    let digits = count.strip_prefix(['+', '-']).unwrap_or(count);
    let is_number = digits.starts_with(|digit: char| digit.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let each = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" => 1.0 / 86_400.0,
        "minute" => 1.0 / 1_440.0,
        "hour" => 1.0 / 24.0,
        "day" => 1.0,
        "month" => 31.0,
        "year" => 366.0,
        _ => return None,
    };
    let count: f64 = digits.parse().ok().filter(|_| is_number)?;
    Some(count * each / 365.0)
}
