//! Flyway's names: `V` for a migration, `U` for what takes it back, and what onward has no use for.

use crate::folder::bad_name::BadName;

/// A name with another prefix than `V` and `U`.
pub(crate) fn prefixed(stem: &str) -> BadName {
    let prefix = &stem[..1];
    BadName {
        tool: Some("Flyway"),
        group: prefix.to_owned(),
        problem: format!("only the prefixes `V` and `U` are known, not `{prefix}`"),
        help: match prefix {
            "R" => "Flyway runs such a file whenever it changes; write what it does as a migration, `V2__name.sql`, and each \
                    change of it as another"
                .into(),
            "B" => "Flyway starts a new database with such a file, and leaves out what comes before it; take it out of the \
                    folder: onward runs all migrations on every database"
                .into(),
            _ => "name it like `V1__name.sql`; onward runs each migration once and in order".into(),
        },
    }
}

/// The events at which Flyway runs a file beside the migrations, at the beginning of its name.
const EVENTS: [&str; 10] = [
    "beforeMigrate",
    "beforeEachMigrate",
    "beforeVersioned",
    "beforeRepeatables",
    "beforeConnect",
    "afterMigrate",
    "afterEachMigrate",
    "afterVersioned",
    "createSchema",
    "beforeValidate",
];

/// Whether a file is one that Flyway runs at an event.
pub(crate) fn callback(stem: &str) -> Option<BadName> {
    EVENTS.iter().any(|event| stem.starts_with(event)).then(|| BadName {
        tool: Some("Flyway"),
        group: "callback".to_owned(),
        problem: "it runs beside the migrations, at an event".to_owned(),
        help: "write what it does as a migration, `V2__name.sql`, or do it in the application".to_owned(),
    })
}
