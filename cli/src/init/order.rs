//! A migration for tables whose columns stand in another order on databases that have grown than on new ones.
//! Hand-written programs put a new column amid the others of CREATE TABLE, and at the end of the tables that are there.

use std::collections::BTreeSet;

use onward_core::kind::ObjectKind;
use onward_core::name::{Ident, quoted};
use onward_core::token::significant;
use onward_schema::{Schema, Table};

use super::schema::{Object, Owned, text};

/// The statements that make these tables again in the order of the new schema, where the steps leave another one; `None` if they
/// leave the same, or if there is more to it.
pub(super) fn reordered(grown: &Schema, expected: &Schema, new: &Owned) -> Option<String> {
    let tables: Vec<&Table> = expected
        .tables
        .values()
        .filter(|table| grown.table(&table.name).is_some_and(|old| differs(old, table)))
        .collect();
    let names: BTreeSet<String> = tables.iter().map(|table| table.name.to_lowercase()).collect();
    if names.is_empty() || new.of(ObjectKind::Table).any(|table| is_in(&names, &table.name) && counts(table))
    {
        return None;
    }
    let views = views(new, &names);
    let above = |name: &str| is_in(&names, name) || is_in(&views, name);
    let triggers: Vec<&Object> = new
        .of(ObjectKind::Trigger)
        .filter(|trigger| above(&trigger.table) || mentions(trigger, &above))
        .collect();
    let views: Vec<&Object> = new.of(ObjectKind::View).filter(|view| is_in(&views, &view.name)).collect();

    // Those on a table or a view go with it.
    let mut statements: Vec<String> =
        triggers.iter().filter(|trigger| !above(&trigger.table)).map(|trigger| drop_of(trigger)).collect();
    statements.extend(views.iter().rev().map(|view| drop_of(view)));
    for table in &tables {
        statements.extend(rebuild(table, new)?);
    }
    statements.extend(views.iter().chain(&triggers).map(|object| object.statement()));
    Some(text(statements))
}

/// Whether two tables have the same columns in another order.
fn differs(one: &Table, other: &Table) -> bool {
    let names = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|column| column.name.to_lowercase()).collect()
    };
    let (one, other) = (names(one), names(other));
    one != other && BTreeSet::from_iter(one) == BTreeSet::from_iter(other)
}

/// Whether the table keeps a counter beside its rows, which would not go along.
fn counts(table: &Object) -> bool {
    significant(&table.sql).any(|token| Ident(token.text) == "AUTOINCREMENT")
}

fn is_in(names: &BTreeSet<String>, name: &str) -> bool {
    names.contains(&name.to_lowercase())
}

/// The views that read these tables, or a view that does.
fn views(new: &Owned, tables: &BTreeSet<String>) -> BTreeSet<String> {
    let mut views = BTreeSet::new();
    loop {
        let found = |name: &str| is_in(tables, name) || is_in(&views, name);
        let more: Vec<String> = new
            .of(ObjectKind::View)
            .filter(|view| !is_in(&views, &view.name) && mentions(view, &found))
            .map(|view| view.name.to_lowercase())
            .collect();
        if more.is_empty() {
            return views;
        }
        views.extend(more);
    }
}

fn mentions(object: &Object, is_meant: &dyn Fn(&str) -> bool) -> bool {
    significant(&object.sql).filter_map(|token| token.name()).any(|name| is_meant(&name))
}

fn drop_of(object: &Object) -> String {
    format!("DROP {} {};", object.kind.as_str().to_uppercase(), quoted(&object.name))
}

/// By <https://www.sqlite.org/lang_altertable.html#otheralter>: a new table takes the rows and then the name.
fn rebuild(table: &Table, new: &Owned) -> Option<Vec<String>> {
    let object = new.of(ObjectKind::Table).find(|object| Ident(&object.name) == table.name)?;
    let name = format!("{}_new", table.name);
    // SQLite keeps `CREATE TABLE name`, without IF NOT EXISTS and the name of the database.
    let written = significant(&object.sql).nth(2)?.range;
    let sql = format!("CREATE TABLE {}{}", quoted(&name), &object.sql[written.end..]);
    let create = Object { sql, name: name.clone(), ..object.clone() }.statement();
    let kept = table.columns.iter().filter(|column| column.generated.is_none());
    let columns: Vec<String> = kept.map(|column| quoted(&column.name)).collect();
    let columns = columns.join(", ");
    let old = quoted(&table.name);
    let mut statements = vec![
        create,
        format!("INSERT INTO {}({columns}) SELECT {columns} FROM {old};", quoted(&name)),
        format!("DROP TABLE {old};"),
        format!("ALTER TABLE {} RENAME TO {old};", quoted(&name)),
    ];
    let indexes = new.of(ObjectKind::Index).filter(|index| Ident(&index.table) == table.name.as_str());
    statements.extend(indexes.map(Object::statement));
    new.objects.iter().all(|object| Ident(&object.name) != name.as_str()).then_some(statements)
}
