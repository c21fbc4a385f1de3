//! The struct as its author wrote it, as data.

use crate::input::Version;
use onward_analysis::query::relation::Relation;
use proc_macro2::Ident;
use syn::{LitStr, Path, Type};

/// The struct as its author wrote it.
pub(crate) struct Struct {
    pub(crate) name: Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) table: Option<LitStr>,
    pub(crate) folder: Option<LitStr>,
    pub(crate) at: Option<Version>,
    /// The columns by which an upsert finds its row, if they are not the primary key.
    pub(crate) conflict: Option<Vec<LitStr>>,
    pub(crate) fields: Vec<Field>,
}

impl Struct {
    /// The columns by which an upsert finds its row, as their table has them.
    pub(crate) fn conflict_columns(&self, relation: &Relation) -> Vec<String> {
        let Some(named) = &self.conflict else { return relation.key.clone() };
        let named = named.iter().map(LitStr::value);
        named.filter_map(|name| Some(relation.column(&name)?.name.clone())).collect()
    }
}

/// A field of it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) value: Type,
    /// How its values become those of the column, unless they are.
    pub(crate) conversion: Option<Conversion>,
    /// Whether it has its default where there is NULL or no such column.
    pub(crate) is_default: bool,
    pub(crate) role: Role,
}

/// How a field's values become those of its column, and the other way round.
pub(crate) enum Conversion {
    /// By `TryFrom`, from a type that stands for the column and into it.
    Through(Type),
    /// By the functions `from_sql` and `to_sql` of a module.
    With(Path),
}

/// What a field is to the columns.
pub(crate) enum Role {
    /// A column of this name.
    Column { name: String, read_only: bool },
    /// A struct whose fields are columns.
    Flatten,
    /// None: it is left at its default.
    Skip,
}

/// What a type that is written as an `Option` is one of.
pub(crate) fn optional(value: &Type) -> Option<&Type> {
    let Type::Path(path) = value else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
