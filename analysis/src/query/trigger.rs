//! Triggers that come before a row is written.

use onward_core::kind::Kind;
use onward_core::name::Ident;
use onward_core::token::significant;
use onward_schema::{Schema, Table, Trigger};

/// Whether a trigger of this table runs before the row is looked at, for one of these events: it may change rows, and leave this
/// one out.
pub(crate) fn is_early(schema: &Schema, table: &Table, events: &[&str]) -> bool {
    let mut triggers = schema.triggers.values();
    triggers.any(|trigger| {
        Ident(&trigger.table) == table.name && event(trigger).is_some_and(|event| events.contains(&event))
    })
}

/// What an early trigger waits for; `None` of one that comes after the row.
fn event(trigger: &Trigger) -> Option<&'static str> {
    let Kind::Create { name, .. } = Kind::of(&trigger.definition) else { return None };
    let mut tokens = significant(&trigger.definition[name.range.end..]);
    let found = tokens.find(|token| !token.is("BEFORE") && !token.is("INSTEAD") && !token.is("OF"))?;
    // Where it does not say when, it is before.
    ["INSERT", "UPDATE", "DELETE"].into_iter().find(|word| found.is(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_early_unless_it_says_after() {
        for (head, expected) in [
            ("CREATE TRIGGER g BEFORE INSERT ON t", Some("INSERT")),
            ("CREATE TRIGGER g INSERT ON t", Some("INSERT")),
            ("CREATE TRIGGER IF NOT EXISTS main.\"g\" UPDATE OF a ON t", Some("UPDATE")),
            ("CREATE TEMP TRIGGER before BEFORE DELETE ON t", Some("DELETE")),
            ("CREATE TRIGGER v INSTEAD OF UPDATE ON t", Some("UPDATE")),
            ("CREATE TRIGGER before AFTER INSERT ON t", None),
            ("CREATE TRIGGER \"insert\" AFTER DELETE ON t", None),
        ] {
            let definition = format!("{head} BEGIN UPDATE t SET a = 1; END");
            let trigger = Trigger { name: "g".into(), table: "t".into(), definition };
            assert_eq!(event(&trigger), expected, "{head}");
        }
    }
}
