//! Why a struct cannot be inserted, updated or upserted.

use onward_analysis::checks::words::list;
use onward_analysis::config::schema::SETTING;
use onward_analysis::query::relation::{Column, Key, Relation};
use onward_core::name::{self, quoted};
use proc_macro2::{Ident, Span};

use super::ast::{Role, Struct};
use crate::schema::Schema;

/// What is done with a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Insert,
    Update,
    /// What stands against inserting it, which stands against this as well, is left out.
    Upsert,
}

impl Write {
    fn done(self) -> &'static str {
        match self {
            Write::Insert => "inserted",
            Write::Update => "updated",
            Write::Upsert => "upserted",
        }
    }
}

/// Why a struct cannot be written in this way: the name of a bound, and a sentence.
pub(super) fn reasons(
    row: &Struct,
    relation: &Relation,
    schema: &Schema,
    write: Write,
) -> Vec<(Ident, String)> {
    let table = &relation.whole();
    let (is_open, columns) = (is_open(row), columns(row));
    let has = |name: &str| columns.iter().any(|(column, _)| name::Ident(column) == name);
    let generated = |name: &str| relation.column(name).is_some_and(|column| column.generated);
    let is_key = |name: &str| relation.key.iter().any(|key| name::Ident(key) == name);
    let written = written(row, relation);
    let mut reasons = Vec::new();
    let mut add = |reason: String, why: String| {
        reasons.push((reason, format!("`{}` cannot be {}: {why}", row.name, write.done())));
    };
    match write {
        Write::Insert => {
            let is_missing = |column: &&Column| {
                column.required && !is_open && !written.iter().any(|name| name::Ident(name) == column.name)
            };
            let missing: Vec<&Column> = relation.columns.iter().filter(is_missing).collect();
            // One sentence for all: of two bounds the compiler says neither.
            if !missing.is_empty() {
                let names: Vec<&str> = missing.iter().map(|column| column.name.as_str()).collect();
                add(format!("no_field_gives_{}", names.join("_and_")), required(table, &missing));
            }
        }
        Write::Update => {
            if relation.key.is_empty() {
                add("there_is_no_primary_key".to_owned(), format!("`{table}` has no primary key"));
            }
            for key in relation.key.iter().filter(|key| !is_open && !has(key)) {
                let why = format!("no field is `{key}` of the primary key of `{table}`");
                add(format!("no_field_is_the_key_{key}"), why);
            }
            if !is_open && written.iter().all(|name| is_key(name)) {
                add("there_is_no_field_to_set".to_owned(), "it has no field to set".to_owned());
            }
        }
        Write::Upsert => {
            let conflict = row.conflict_columns(relation);
            let given = |name: &&String| {
                is_open || generated(name) || written.iter().any(|written| name::Ident(written) == **name)
            };
            let refused = schema.analysis.conflict_target(relation, &conflict).err();
            // What is wrong with those that are named is told at the name.
            if conflict.is_empty() && row.conflict.is_none() {
                let why = format!("`{table}` has no primary key; {OTHERS}");
                add("there_is_no_key_to_upsert_by".to_owned(), why);
            } else if let Some(missing) = conflict.iter().find(|name| !given(name)) {
                add(format!("no_field_gives_the_key_{missing}"), ungiven(row, relation, missing));
            } else if let Some(refused) = refused.filter(|_| row.conflict.is_none()) {
                add("SQLite_refuses_this_upsert".to_owned(), refused.message);
            }
            return bounds(reasons, row.name.span());
        }
    }
    if reasons.is_empty()
        && let Some(sql) = statement(row, relation, write)
    {
        // A view without a trigger, a virtual table that is read only: whatever SQLite says.
        if let Err(onward_analysis::application::Error::Refused(refused)) =
            schema.analysis.check(sql.as_str().into())
        {
            let what = if write == Write::Insert { "INSERT" } else { "UPDATE" };
            let message = format!("`{}`: {}", row.name, refused.diagnostic.message);
            reasons.push((format!("SQLite_refuses_this_{what}"), message));
        }
    }
    bounds(reasons, row.name.span())
}

/// The statement that writes a struct, as far as its columns are known here; `None` if they are not.
pub(super) fn statement(row: &Struct, relation: &Relation, write: Write) -> Option<String> {
    if is_open(row) || columns(row).iter().any(|(name, _)| relation.column(name).is_none()) {
        return None;
    }
    let (table, list) = (relation.quoted(), written(row, relation));
    let list: Vec<String> = list.into_iter().map(quoted).collect();
    let marks = vec!["?"; list.len()].join(", ");
    let insert = || match list.is_empty() {
        true => format!("INSERT INTO {table} DEFAULT VALUES"),
        false => format!("INSERT INTO {table}({}) VALUES ({marks})", list.join(", ")),
    };
    Some(match write {
        Write::Insert => insert(),
        Write::Update => format!("UPDATE {table} SET {} = ?", list.join(" = ?, ")),
        Write::Upsert => {
            let conflict: Vec<String> =
                row.conflict_columns(relation).iter().map(|name| quoted(name)).collect();
            let set = list.iter().filter(|name| !conflict.contains(name));
            let set: Vec<String> = set.map(|name| format!("{name} = excluded.{name}")).collect();
            let action = match set.is_empty() {
                true => "NOTHING".to_owned(),
                false => format!("UPDATE SET {}", set.join(", ")),
            };
            format!("{} ON CONFLICT ({}) DO {action}", insert(), conflict.join(", "))
        }
    })
}

/// Whether the columns of something flattened are not known here; rustc looks at them later.
fn is_open(row: &Struct) -> bool {
    row.fields.iter().any(|field| matches!(field.role, Role::Flatten))
}

/// The columns of the fields, and whether each is only read.
pub(super) fn columns(row: &Struct) -> Vec<(&str, bool)> {
    let columns = row.fields.iter().filter_map(|field| match &field.role {
        Role::Column { name, read_only } => Some((name.as_str(), *read_only)),
        Role::Flatten | Role::Skip => None,
    });
    columns.collect()
}

/// Those that an INSERT writes.
fn written<'s>(row: &'s Struct, relation: &Relation) -> Vec<&'s str> {
    let generated = |name: &str| relation.column(name).is_some_and(|column| column.generated);
    let columns = columns(row).into_iter().filter(|(name, read_only)| !read_only && !generated(name));
    columns.map(|(name, _)| name).collect()
}

const OTHERS: &str = "name the columns of a UNIQUE index at the struct: `#[onward(conflict = [\"…\"])]`";

/// What to say if no field gives a column by which an upsert finds its row.
pub(super) fn ungiven(row: &Struct, relation: &Relation, column: &str) -> String {
    let table = relation.whole();
    match row.conflict {
        Some(_) => format!("no field gives `{table}.{column}`, which `conflict` names"),
        None => format!(
            "no field gives `{column}` of the primary key of `{table}`; to find the row by others, {OTHERS}"
        ),
    }
}

/// The same with names that a trait can have, no two of them the same: a column may be called anything.
fn bounds(reasons: Vec<(String, String)>, span: Span) -> Vec<(Ident, String)> {
    let fits = |letter: char| syn::parse_str::<Ident>(&format!("_{letter}")).is_ok();
    let mut bounds: Vec<(Ident, String)> = Vec::new();
    for (reason, message) in reasons {
        let mut name = reason.replace(|letter| !fits(letter), "_");
        while bounds.iter().any(|(taken, _)| *taken == name) {
            name.push('_');
        }
        bounds.push((Ident::new(&name, span), message));
    }
    bounds
}

pub(super) fn required(table: &str, columns: &[&Column]) -> String {
    let (vouched, plain): (Vec<&Column>, Vec<&Column>) =
        columns.iter().partition(|column| column.key == Key::Vouched);
    let named = |columns: &[&Column]| {
        list(&columns.iter().map(|column| format!("`{table}.{}`", column.name)).collect::<Vec<_>>())
    };
    let plain = match (named(&plain), plain.len()) {
        (_, 0) => None,
        (name, 1) => Some(format!("no field gives {name}, which is NOT NULL and has no default")),
        (names, _) => Some(format!("no field gives {names}, which are NOT NULL and have no default")),
    };
    let are = if vouched.len() == 1 { "it is" } else { "they are" };
    let vouched = (!vouched.is_empty()).then(|| {
        format!("no field gives {}, and {SETTING} in onward.toml says that {are} never NULL", named(&vouched))
    });
    plain.into_iter().chain(vouched).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_column_is_called_its_bound_has_a_name() {
        let reasons = ["größe", "m²", "a b", "a-b", "r#x", "", "/* */", "'"]
            .map(|name| (format!("no_{name}"), String::new()));
        let bounds = bounds(reasons.to_vec(), Span::call_site());
        let names: Vec<String> = bounds.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["no_größe", "no_m_", "no_a_b", "no_a_b_", "no_r_x", "no_", "no______", "no__"]);
    }
}
