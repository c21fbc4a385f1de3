//! Those settings that a run puts to what the replay has, and back behind it.

use crate::setting::{Care, DEFER, InMigration, SETTINGS, Setting};

/// A setting that a run sets. It is data alone: `onward_schema::switch` reads and sets.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    setting: &'static Setting,
    on: bool,
}

/// All of them, in the order in which they are set; they are put back in the opposite order.
///
/// ```
/// let triggers = onward_core::switch::all().find(|switch| switch.pragma() == Some("recursive_triggers")).unwrap();
/// assert!(!triggers.in_run());
/// assert_eq!(triggers.config(), None);
/// ```
pub fn all() -> impl DoubleEndedIterator<Item = Switch> {
    SETTINGS.iter().filter_map(|setting| match setting.care {
        Care::Set(on) => Some(Switch { setting, on }),
        _ => None,
    })
}

impl Switch {
    /// Whether it is on in a run.
    pub fn in_run(self) -> bool {
        self.on
    }

    /// The pragma that sets it, if there is one.
    pub fn pragma(self) -> Option<&'static str> {
        self.setting.pragma
    }

    /// Its number for `sqlite3_db_config`, if it has one.
    pub fn config(self) -> Option<i32> {
        self.setting.config
    }

    /// Whether it lasts longer than a transaction. What does not is off before any begins.
    pub fn lasts(self) -> bool {
        self.pragma() != Some(DEFER)
    }

    /// Whether a migration can set it, for as long as it runs.
    pub fn is_undone(self) -> bool {
        self.setting.in_migration == InMigration::Undone
    }
}
