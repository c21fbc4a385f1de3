//! A struct names columns to upsert by that no UNIQUE index has.

use onward_core::name::quoted;
use onward_schema::{Index, Table};

use crate::checks::words::list;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::Place;

/// `conflict_target_mismatch`
pub static RULE: Rule = Rule::error("conflict_target_mismatch", "an upsert finds its row by the primary key or the columns of a UNIQUE index").effect("SQLite refuses the statement: `#[onward(table = \"jobs\", conflict = [\"queue\", \"name\"])]` where no UNIQUE index has exactly these columns, or only one with a WHERE.");

/// `columns` are those that are named, each with its definition; `partial` is an index that has them and not all rows, with its
/// place. Of a table of others nothing is made here.
pub(crate) fn diagnose(
    table: &Table,
    is_of_others: bool,
    columns: &[(&str, Place)],
    partial: Option<(&Index, Option<Place>)>,
) -> Option<Diagnostic> {
    let ((_, place), rest) = columns.split_first()?;
    let shown: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!(
        "`{}` has no UNIQUE index of exactly {}, so an upsert cannot find its row by {}",
        table.name,
        list(&shown),
        if shown.len() == 1 { "it" } else { "them" }
    );
    let diagnostic = Diagnostic::new(&RULE, place.clone(), message).label("not UNIQUE by itself");
    let diagnostic = match rest.is_empty() {
        true => diagnostic,
        false => diagnostic.label("UNIQUE neither by itself nor with the others"),
    };
    let diagnostic = rest
        .iter()
        .fold(diagnostic, |diagnostic, (_, place)| diagnostic.related(place.clone(), "named as well"));
    let diagnostic = match partial {
        None => diagnostic,
        Some((index, place)) => {
            let why = format!("`{}` has only some of the rows", index.name);
            match place {
                Some(place) => diagnostic.related(place, why),
                None => diagnostic.note(why),
            }
        }
    };
    let others = targets(table);
    let known = match others.is_empty() {
        true => String::new(),
        false => format!("name the columns of one that there is, {}, or ", list(&others)),
    };
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let made = match is_of_others {
        true => format!("say `UNIQUE ({})` in `[external]` in onward.toml, if it is so", names.join(", ")),
        false => format!(
            "add one in a new migration: `CREATE UNIQUE INDEX … ON {}({});`",
            quoted(&table.name),
            names.join(", ")
        ),
    };
    Some(diagnostic.help(format!("{known}{made}")))
}

/// What could be named: of the primary key, nothing has to be.
fn targets(table: &Table) -> Vec<String> {
    let usable = table.indexes.iter().filter(|index| is_target(index));
    let columns = |index: &Index| {
        let names: Vec<String> =
            index.columns.iter().map(|column| format!("{:?}", column.name_or_expression)).collect();
        format!("`conflict = [{}]`", names.join(", "))
    };
    usable.filter(|index| index.origin != onward_schema::Origin::PrimaryKey).map(columns).collect()
}

/// Whether an upsert can find its row by an index's columns: it holds all rows, by nothing but columns.
pub(crate) fn is_target(index: &Index) -> bool {
    index.unique && index.partial.is_none() && !index.columns.iter().any(|column| column.is_expression)
}
