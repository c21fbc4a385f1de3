//! The functions that the application registers. One with the name of SQLite's own hides it, and nobody knows what it gives.

use onward_core::name::Ident;
use onward_core::packed::FunctionKind;
use onward_core::token::unquoted;
use sqlite3_parser::ast::Id;

use crate::config::Function;

/// The functions that onward.toml names.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Registered<'c>(pub(crate) &'c [Function]);

/// What [`Registered::name`] calls a function of the application's.
const SCALAR: &str = "scalar()";
/// What it calls one that is calculated from several rows.
pub(super) const AGGREGATE: &str = "aggregate()";

impl Registered<'_> {
    /// The name of a function of SQLite's that is called with so many arguments, in lower case; for one of the application's,
    /// a name that SQLite has not.
    pub(super) fn name(self, written: &Id<'_>, arguments: usize) -> String {
        let name = unquoted(written.0).to_ascii_lowercase();
        match self.find(&name, arguments).map(|found| found.kind) {
            None => name,
            Some(FunctionKind::Scalar) => SCALAR.to_owned(),
            Some(FunctionKind::Aggregate | FunctionKind::Window) => AGGREGATE.to_owned(),
        }
    }

    /// Whether the application has the function of this operator, and so decides what the operator gives.
    pub(super) fn has(self, operator: &str, arguments: usize) -> bool {
        self.find(operator, arguments).is_some()
    }

    fn find(&self, name: &str, arguments: usize) -> Option<&Function> {
        let is_it = |count: Option<i32>| count.is_none_or(|count| usize::try_from(count) == Ok(arguments));
        let named = self.0.iter().filter(|found| Ident(&found.name) == name && is_it(found.arguments));
        // SQLite prefers the one for just so many.
        named.max_by_key(|found| found.arguments.is_some())
    }
}
