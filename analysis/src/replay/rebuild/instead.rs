//! INSTEAD OF triggers of a view that is made again: its DROP takes them along, and without them SQLite refuses what writes
//! to the view.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::name::Ident;
use onward_schema::{Schema, Trigger};

use super::before::Before;
use super::part::{Loss, Part};
use crate::folder::history::History;
use crate::replay::broken::event;
use crate::replay::plan::Plan;

/// Finds those that are gone, though nobody has dropped them in so many words.
pub(super) fn find(before: &Before, history: &History, plan: &Plan, after: &Schema, found: &mut Vec<Loss>) {
    let last = |wanted: ObjectKind, name: &str| {
        plan.steps.iter().map(|step| step.at).rfind(|&at| {
            matches!(&history.statement(at).kind,
                Kind::Drop { object, name: dropped } if *object == wanted && dropped.is(name))
        })
    };
    for trigger in before.schema.triggers.values() {
        let key = trigger.table.to_ascii_lowercase();
        let is_there = after.triggers.contains_key(&trigger.name.to_ascii_lowercase());
        let (Some(view), false) = (after.views.get(&key), is_there) else { continue };
        let Some(at) = last(ObjectKind::View, &key) else { continue };
        let (Some(sql), Some(event)) =
            (before.text(ObjectKind::Trigger, &trigger.name), event(&trigger.definition))
        else {
            continue;
        };
        let had: Vec<String> =
            of(&before.schema, &key).map(|other| other.name.to_ascii_lowercase()).collect();
        if last(ObjectKind::Trigger, &trigger.name).is_some() || is_new(after, &key, &event, &had) {
            continue;
        }
        let alone = of(after, &key).all(|other| self::event(&other.definition).as_ref() != Some(&event));
        let what = Part::Instead { name: trigger.name.clone(), sql, event, had, alone };
        found.push(Loss { at, table: view.name.clone(), what });
    }
}

/// Whether the view has a trigger for an event that it did not have: it is there in place of another.
pub(super) fn is_new(schema: &Schema, view: &str, event: &str, had: &[String]) -> bool {
    of(schema, view).any(|trigger| {
        !had.contains(&trigger.name.to_ascii_lowercase())
            && self::event(&trigger.definition).is_some_and(|other| other == event)
    })
}

fn of<'s>(schema: &'s Schema, view: &'s str) -> impl Iterator<Item = &'s Trigger> {
    schema.triggers.values().filter(move |trigger| Ident(&trigger.table) == view)
}
