//! An index that is not there yet.

use onward_core::name::Ident;
use onward_schema::{Index, Origin, Schema, Table};

/// An index that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewIndex {
    /// The table, as written in the schema.
    pub(crate) table: String,
    pub(crate) terms: Vec<Term>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// Its name, as written in the schema.
    pub(crate) column: String,
    /// Whether it is sorted from high to low.
    pub(crate) descending: bool,
    /// The collation, where it is not the column's own.
    pub(crate) collation: Option<String>,
}

/// No name is longer than this.
const LONGEST: usize = 60;

impl Term {
    /// The column, in its own order.
    pub(crate) fn of(column: &str) -> Term {
        Term { column: column.to_owned(), descending: false, collation: None }
    }
}

impl NewIndex {
    /// An index of these columns, in their own order.
    pub(crate) fn new<'c>(table: &str, columns: impl IntoIterator<Item = &'c str>) -> NewIndex {
        NewIndex { table: table.to_owned(), terms: columns.into_iter().map(Term::of).collect() }
    }

    /// The columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.column.as_str())
    }

    /// Whether it has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns().any(|own| Ident(own) == column)
    }

    /// The same, with one more column at its end.
    pub(super) fn and(&self, term: Term) -> NewIndex {
        let mut longer = self.clone();
        longer.terms.push(term);
        longer
    }

    /// The statement that makes it, with names that `written` has quoted where they need it.
    pub(crate) fn sql(&self, name: &str, written: impl Fn(&str) -> String) -> String {
        let terms: Vec<String> = self.terms.iter().map(|term| term.sql(&written)).collect();
        format!("CREATE INDEX {} ON {}({})", written(name), written(&self.table), terms.join(", "))
    }

    /// A name that nothing in the schema has.
    pub(crate) fn name(&self, schema: &Schema) -> String {
        let plain = |name: &str| name.replace(|letter: char| !letter.is_alphanumeric() && letter != '_', "_");
        let columns: Vec<String> = self.columns().map(plain).collect();
        let name = format!("{}_by_{}", plain(&self.table), columns.join("_"));
        let name: String = name.chars().take(LONGEST).collect();
        let is_free = |name: &String| {
            schema.table(name).is_none()
                && schema.index(name).is_none()
                && !schema.views.contains_key(&name.to_ascii_lowercase())
        };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or_default()
    }

    /// The indexes of its table that nobody needs beside it: it begins as they do.
    pub(crate) fn replaces<'t>(&self, table: &'t Table) -> Option<&'t Index> {
        let is_own =
            |column: &str| table.column(column).map(|column| column.collation.as_str()).unwrap_or("BINARY");
        table.indexes.iter().find(|index| {
            index.origin == Origin::Created
                && index.partial.is_none()
                && !index.unique
                && index.columns.len() < self.terms.len()
                && index.columns.iter().zip(&self.terms).all(|(old, new)| {
                    let collation = new.collation.as_deref().unwrap_or_else(|| is_own(&new.column));
                    !old.is_expression
                        && Ident(&old.name_or_expression) == new.column
                        && old.descending == new.descending
                        && Ident(&old.collation) == collation
                })
        })
    }
}

impl Term {
    fn sql(&self, written: impl Fn(&str) -> String) -> String {
        let mut sql = written(&self.column);
        if let Some(collation) = &self.collation {
            sql += &format!(" COLLATE {}", written(collation));
        }
        if self.descending {
            sql += " DESC";
        }
        sql
    }
}
