//! What the copy of a rebuild leaves out or mixes up of the columns that the table keeps.

use onward_schema::{Column, Schema, Table};

use super::flow::Held;
use super::part::{Loss, Part};
use super::table::Rebuild;

pub(super) fn find(rebuild: &Rebuild<'_>, new: &Table, after: &Schema, found: &mut Vec<Loss>) {
    let copied = rebuild.flow.copied(rebuild.key).filter(|_| rebuild.is_replaced() && new.module.is_none());
    let Some(at) = copied else { return };
    let mut lose = |what| found.push(Loss { at, table: rebuild.old.name.clone(), what });
    let kept = || {
        let columns = rebuild.old.columns.iter().filter(|column| column.generated.is_none());
        columns.filter_map(|old| Some((old, kept(new, &old.name)?)))
    };
    // Where the order of the columns alone says what goes where, the rows show it.
    let shows =
        rebuild.plan.copies().any(|(found, copy)| found == at && copy.is_by_position() && copy.is_plain());
    if !shows {
        kept().filter_map(|(old, _)| moved(rebuild, old, new)).for_each(&mut lose);
    }
    let left_out = kept().filter(|(old, now)| is_left_out(rebuild, old, now, new));
    let left_out: Vec<String> = left_out.map(|(old, _)| old.name.clone()).collect();
    if !left_out.is_empty() {
        lose(Part::LeftOut(left_out));
    }
    ids(rebuild, new, after).into_iter().for_each(lose);
}

/// A column of the new table that is written to.
fn kept<'t>(new: &'t Table, name: &str) -> Option<&'t Column> {
    new.column(name).filter(|column| column.generated.is_none())
}

/// A column that gets the values of another.
fn moved(rebuild: &Rebuild<'_>, old: &Column, new: &Table) -> Option<Part> {
    let own = (rebuild.key.to_owned(), old.name.to_ascii_lowercase());
    let held = rebuild.flow.held(rebuild.key, &own.1)?;
    let Held::Values((table, other)) = held else { return None };
    if *table != own.0 || *other == own.1 {
        return None;
    }
    kept(new, other)?;
    // Where its own values go into a column that is new, and the others are in their place, it makes room.
    let stays = rebuild.flow.held(rebuild.key, other) == Some(held);
    let mut places = rebuild.flow.columns(rebuild.key, &own);
    let makes_room = stays && places.any(|place| rebuild.old.column(place).is_none());
    let other = rebuild.old.column(other)?.name.clone();
    (!makes_room).then(|| Part::Moved { column: old.name.clone(), other })
}

fn is_left_out(rebuild: &Rebuild<'_>, old: &Column, now: &Column, new: &Table) -> bool {
    let name = old.name.to_ascii_lowercase();
    let is_rowid = |table: &Table| table.rowid().is_some_and(|key| key.name.eq_ignore_ascii_case(&name));
    // A key of another type is another key, and what becomes the key gets numbers.
    let is_another = old.primary_key.is_some() && old.affinity != now.affinity;
    // Where NULL is refused and nothing stands in for it, no row comes over.
    let is_refused = now.not_null && now.default.is_none();
    rebuild.flow.held(rebuild.key, &name) == Some(&Held::Default)
        && !is_rowid(rebuild.old)
        && !is_rowid(new)
        && !is_another
        && !is_refused
        && rebuild.flow.is_forgotten(rebuild.key, &name)
}

fn ids(rebuild: &Rebuild<'_>, new: &Table, after: &Schema) -> Option<Part> {
    let (key, now) = (&rebuild.old.rowid()?.name, &new.rowid()?.name);
    let lower = key.to_ascii_lowercase();
    if !key.eq_ignore_ascii_case(now) || !rebuild.flow.is_renumbered(rebuild.key, &lower) {
        return None;
    }
    let refers = |table: &&Table| {
        table.foreign_keys.iter().any(|found| {
            let mut columns = found.parent_columns.iter();
            found.parent.eq_ignore_ascii_case(rebuild.key)
                && (found.parent_columns.is_empty() || columns.any(|name| name.eq_ignore_ascii_case(key)))
        })
    };
    let children: Vec<String> =
        after.tables.values().filter(refers).map(|table| table.name.clone()).collect();
    // Who selects a NULL, or puts several tables into one, asks for new numbers; what refers to the old ones may have been
    // forgotten.
    let is_null = rebuild.flow.held(rebuild.key, &lower) == Some(&Held::Null);
    let is_asked = is_null || rebuild.flow.is_merged(rebuild.key);
    (!is_asked || !children.is_empty()).then(|| Part::Ids { key: key.clone(), children })
}
