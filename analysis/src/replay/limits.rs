//! What a table does not allow, and what it allows once a migration has taken such a limit away.

use std::collections::BTreeSet;

use crate::sqlite::table::TableModel;
use onward_core::name::Ident;

/// The limits of a table. All names are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limits {
    columns: BTreeSet<String>,
    not_null: BTreeSet<String>,
    /// Without columns for an index on expressions alone.
    unique: BTreeSet<Vec<String>>,
    keys: BTreeSet<Vec<String>>,
    checked: BTreeSet<String>,
}

/// What rows may be like from now on. The numbers are those of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Freedom {
    /// NULL in a column.
    Null(usize),
    /// The same values in these columns as another row.
    Repeat(Vec<usize>),
    /// Values in these columns that no parent has.
    Orphan(Vec<usize>),
    /// Values in a column that a CHECK refused.
    Any,
}

impl Limits {
    pub(super) fn of(model: &TableModel) -> Limits {
        let name = |column: &usize| model.columns[*column].name.to_ascii_lowercase();
        let names = |columns: &Vec<usize>| columns.iter().map(name).collect::<Vec<_>>();
        let columns = || 0..model.columns.len();
        Limits {
            columns: columns().map(|column| name(&column)).collect(),
            not_null: columns().filter(|&at| !model.columns[at].nullable).map(|at| name(&at)).collect(),
            unique: model.unique.iter().map(names).collect(),
            keys: model.keys.iter().map(|key| names(&key.columns)).collect(),
            checked: columns().filter(|&at| model.columns[at].checked).map(|at| name(&at)).collect(),
        }
    }

    /// Whether the table had no column of this name.
    pub(super) fn lacks(&self, column: &str) -> bool {
        !self.columns.contains(&column.to_ascii_lowercase())
    }

    /// What the table allows now and did not before.
    pub(super) fn lifted(&self, model: &TableModel) -> Vec<Freedom> {
        let now = Limits::of(model);
        let place = |name: &String| model.columns.iter().position(|field| Ident(&field.name) == name);
        // A column that is gone leaves nothing to write into.
        let places = |names: &Vec<String>| names.iter().map(place).collect::<Option<Vec<usize>>>();
        let mut freedoms = Vec::new();
        let nulls = self.not_null.difference(&now.not_null).filter_map(place);
        freedoms.extend(nulls.filter(|&column| model.columns[column].nullable).map(Freedom::Null));
        freedoms.extend(self.unique.difference(&now.unique).filter_map(places).map(Freedom::Repeat));
        freedoms.extend(self.keys.difference(&now.keys).filter_map(places).map(Freedom::Orphan));
        let unchecked = self.checked.difference(&now.checked).filter_map(place);
        freedoms.extend(unchecked.take(1).map(|_| Freedom::Any));
        freedoms
    }
}
