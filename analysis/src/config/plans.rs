//! Whether query plans are looked at, and where a scan does no harm.
//!
//! ```toml
//! [plans]
//! level = "warn"
//! # Tables that stay small.
//! small = ["settings"]
//! ```

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::level::Level;

/// What `[plans]` of `onward.toml` says of query plans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Plans {
    /// What becomes of what is found in them; without it nobody looks.
    pub level: Option<Level>,
    /// Tables with few rows, whatever happens.
    pub small: Vec<String>,
}

impl Plans {
    /// Reads the table; what is wrong with it goes to the others' problems.
    pub(super) fn parse(value: &Spanned<DeValue<'_>>, problems: &mut Vec<(Range<usize>, String)>) -> Plans {
        let mut plans = Plans::default();
        let mut problem = |range, problem: &str| problems.push((range, problem.to_owned()));
        let Some(table) = value.get_ref().as_table() else {
            problem(value.span(), "`plans` is a table: `[plans]`, and below it `level = \"warn\"`");
            return plans;
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "level" => match value.get_ref().as_str().and_then(Level::parse) {
                    Some(level) => plans.level = Some(level),
                    None => problem(value.span(), Level::FORM),
                },
                "small" => match names(value) {
                    Some(names) => plans.small = names,
                    None => problem(value.span(), "small tables are a list of names: `[\"settings\"]`"),
                },
                other => problem(
                    key.span(),
                    &format!("unknown key `{other}` of `plans`; known are `level` and `small`"),
                ),
            }
        }
        plans
    }
}

fn names(value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    let names = value.get_ref().as_array()?.iter();
    names.map(|name| name.get_ref().as_str().map(str::to_owned)).collect()
}
