//! From tokens to the struct: every fault of it at once.

use onward_core::name;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Fields, Token};

use super::ast::{Field, Role, Struct};
use super::attribute::{FieldAttributes, StructAttributes};
use crate::fault::{Faults, collect};

/// Reads the struct.
pub(super) fn read(input: DeriveInput) -> syn::Result<Struct> {
    let DeriveInput { attrs, ident, generics, data, .. } = input;
    let named = named(data).ok_or_else(|| {
        syn::Error::new(
            ident.span(),
            "`Row` can be derived for structs with named fields, one for each column",
        )
    })?;
    collect(|faults| {
        let attributes = faults.take(StructAttributes::read(&attrs)).unwrap_or_default();
        if let (Some(table), Some(_)) = (&attributes.table, generics.type_params().next()) {
            let message = "a struct with type parameters cannot be held against a table: put `table` on the struct that \
                           is flattened into it";
            faults.add(syn::Error::new(table.span(), message));
        }
        if let (Some(at), None) = (&attributes.at, &attributes.table) {
            let message = "`at` says when a table is meant: name it, `table = \"…\"`";
            faults.add(syn::Error::new(at.span, message));
        }
        if let (Some([column, ..]), None) = (attributes.conflict.as_deref(), &attributes.table) {
            let message = "`conflict` names columns of a table: name it, `table = \"…\"`";
            faults.add(syn::Error::new(column.span(), message));
        }
        let mut fields: Vec<Field> = Vec::new();
        for field in named {
            let Some(ident) = field.ident else { continue };
            let of_field = faults.take(FieldAttributes::read(&field.attrs)).unwrap_or_default();
            let is_default = of_field.is_default();
            let (role, conversion) = of_field.role(&ident, attributes.rename_all);
            fields.push(Field { ident, value: field.ty, conversion, is_default, role });
        }
        twice(&fields, faults);
        if fields.iter().all(|field| matches!(field.role, Role::Skip)) {
            return Err(syn::Error::new(ident.span(), "no field of this is a column"));
        }
        let StructAttributes { table, folder, at, conflict, .. } = attributes;
        Ok(Struct { name: ident, generics, table, folder, at, conflict, fields })
    })
}

fn named(data: Data) -> Option<Punctuated<syn::Field, Token![,]>> {
    match data {
        Data::Struct(data) => match data.fields {
            Fields::Named(named) => Some(named.named),
            _ => None,
        },
        _ => None,
    }
}

/// Two fields that are one column.
fn twice(fields: &[Field], faults: &mut Faults) {
    for (at, field) in fields.iter().enumerate() {
        let is_same = |other: &&Field| match (&other.role, &field.role) {
            (Role::Column { name, .. }, Role::Column { name: new, .. }) => name::Ident(name) == new,
            _ => false,
        };
        if let Some(other) = fields[..at].iter().find(is_same) {
            let message = format!("`{}` and `{}` are the same column", other.ident, field.ident);
            faults.add(syn::Error::new(field.ident.span(), message));
        }
    }
}
