//! `#[derive(Row)]`: a struct held against a table, and what it expands to.

mod attribute;
mod check;
mod write;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitStr, Type};

use attribute::{FieldAttributes, StructAttributes};

/// The struct as its author wrote it.
pub(crate) struct Struct {
    pub(crate) name: Ident,
    pub(crate) generics: syn::Generics,
    pub(crate) table: Option<LitStr>,
    pub(crate) folder: Option<LitStr>,
    pub(crate) fields: Vec<Field>,
}

/// A field of it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) value: Type,
    pub(crate) role: Role,
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

pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let row = Struct::read(input)?;
    let fields = row.fields();
    let (read, values) = (row.read_impl(), row.values_impl());
    let checked = row.table.as_ref().map(|table| check::check(&row, table));
    let table = checked.map(|checked| {
        let (tokens, relation) = checked;
        let table = write::table(&row, &relation);
        quote!(#tokens #table)
    });
    Ok(quote! {
        const _: () = {
            #fields
            #read
            #values
            #table
        };
    })
}

impl Struct {
    fn read(input: DeriveInput) -> syn::Result<Struct> {
        let attributes = StructAttributes::read(&input.attrs)?;
        let expected = "`Row` can be derived for structs with named fields, one for each column";
        let Data::Struct(data) = input.data else {
            return Err(syn::Error::new(input.ident.span(), expected));
        };
        let Fields::Named(named) = data.fields else {
            return Err(syn::Error::new(input.ident.span(), expected));
        };
        if let (Some(table), Some(_)) = (&attributes.table, input.generics.type_params().next()) {
            let message = "a struct with type parameters cannot be held against a table: put `table` on the struct that \
                           is flattened into it";
            return Err(syn::Error::new(table.span(), message));
        }
        let mut fields: Vec<Field> = Vec::new();
        for field in named.named {
            let Some(ident) = field.ident else { continue };
            let role = FieldAttributes::read(&field.attrs)?.role(&ident, attributes.rename_all);
            let is_same = |other: &Field| match (&other.role, &role) {
                (Role::Column { name, .. }, Role::Column { name: new, .. }) => name.eq_ignore_ascii_case(new),
                _ => false,
            };
            if let Some(other) = fields.iter().find(|other| is_same(other)) {
                let message = format!("`{}` and `{ident}` are the same column", other.ident);
                return Err(syn::Error::new(ident.span(), message));
            }
            fields.push(Field { ident, value: field.ty, role });
        }
        if fields.iter().all(|field| matches!(field.role, Role::Skip)) {
            return Err(syn::Error::new(input.ident.span(), "no field of this is a column"));
        }
        Ok(Struct {
            name: input.ident,
            generics: input.generics,
            table: attributes.table,
            folder: attributes.folder,
            fields,
        })
    }

    /// The fields as the compiler can hold them against columns.
    fn fields(&self) -> TokenStream {
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();
        let predicates = self.open_bounds(|field| match field.role {
            Role::Column { .. } => Some(quote!(::onward::__private::Stored)),
            Role::Flatten => Some(quote!(::onward::__private::Fields)),
            Role::Skip => None,
        });
        let bounds = merge(bounds, predicates);
        let fields = self.fields.iter().filter_map(|field| {
            let value = &field.value;
            match &field.role {
                Role::Column { name: column, read_only } => {
                    let usage = if *read_only { quote!(ReadOnly) } else { quote!(All) };
                    let missing =
                        format!("there is no column `{column}` for the field `{}` of `{name}`", field.ident);
                    Some(quote! {
                        ::onward::__private::Field::Column {
                            name: #column,
                            classes: <#value as ::onward::__private::Stored>::CLASSES,
                            null: <#value as ::onward::__private::Stored>::NULL,
                            usage: ::onward::__private::Use::#usage,
                            missing: #missing,
                        }
                    })
                }
                Role::Flatten => Some(quote! {
                    ::onward::__private::Field::Flatten(<#value as ::onward::__private::Fields>::FIELDS)
                }),
                Role::Skip => None,
            }
        });
        quote! {
            #[automatically_derived]
            impl #generics ::onward::__private::Fields for #name #arguments #bounds {
                const FIELDS: &'static [::onward::__private::Field] = &[#(#fields),*];
            }
        }
    }

    /// Reading, unless something borrowed would have to be read.
    fn read_impl(&self) -> Option<TokenStream> {
        if self.fields.iter().any(|field| is_borrowed(&field.value)) {
            return None;
        }
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();
        let predicates = self.open_bounds(|field| match field.role {
            Role::Column { .. } => {
                Some(quote!(::onward::rusqlite::types::FromSql + ::onward::__private::Stored))
            }
            Role::Flatten => Some(quote!(::onward::Row)),
            Role::Skip => Some(quote!(::core::default::Default)),
        });
        let bounds = merge(bounds, predicates);
        let values = self.fields.iter().map(|Field { ident, value, role }| match role {
            Role::Column { name, .. } => quote!(#ident: row.get(#name)?),
            Role::Flatten => quote!(#ident: <#value as ::onward::Row>::from_row(row)?),
            Role::Skip => quote!(#ident: ::core::default::Default::default()),
        });
        Some(quote! {
            #[automatically_derived]
            impl #generics ::onward::Row for #name #arguments #bounds {
                fn from_row(row: &::onward::rusqlite::Row<'_>) -> ::onward::rusqlite::Result<Self> {
                    ::core::result::Result::Ok(Self { #(#values),* })
                }
            }
        })
    }

    /// The values for writing, where every field has one.
    fn values_impl(&self) -> TokenStream {
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();

        let fields = self.open_bounds(|field| match field.role {
            Role::Column { .. } => Some(quote!(::onward::__private::Stored)),
            Role::Flatten | Role::Skip => None,
        });
        let bounds = merge(bounds, self.writable().chain(fields));
        let values = self.fields.iter().filter_map(|Field { ident, role, .. }| match role {
            Role::Column { name, read_only } => {
                let usage = if *read_only { quote!(ReadOnly) } else { quote!(All) };
                Some(quote! {
                    if wanted(#name, ::onward::__private::Use::#usage) {
                        into.push(&self.#ident);
                    }
                })
            }
            Role::Flatten => Some(quote!(::onward::__private::Values::values(&self.#ident, wanted, into);)),
            Role::Skip => None,
        });
        quote! {
            #[automatically_derived]
            impl #generics ::onward::__private::Values for #name #arguments #bounds {
                fn values<'v>(
                    &'v self,
                    wanted: &dyn ::core::ops::Fn(&str, ::onward::__private::Use) -> bool,
                    into: &mut ::std::vec::Vec<&'v dyn ::onward::rusqlite::types::ToSql>,
                ) {
                    #(#values)*
                }
            }
        }
    }

    /// That every field can be written, as bounds that rustc leaves open until somebody writes.
    fn writable(&self) -> impl Iterator<Item = TokenStream> {
        self.fields.iter().filter_map(|Field { value, role, .. }| match role {
            Role::Column { .. } => Some(quote!(for<'v> #value: ::onward::__private::Writable<'v>)),
            Role::Flatten => Some(quote!(for<'v> #value: ::onward::__private::WritableFields<'v>)),
            Role::Skip => None,
        })
    }

    /// What the fields' types must be, if type parameters leave it open.
    fn open_bounds(&self, bound: impl Fn(&Field) -> Option<TokenStream>) -> Vec<TokenStream> {
        if self.generics.type_params().next().is_none() {
            return Vec::new();
        }
        let predicate = |field: &Field| {
            let (value, bound) = (&field.value, bound(field)?);
            Some(quote!(#value: #bound))
        };
        self.fields.iter().filter_map(predicate).collect()
    }
}

fn merge(bounds: Option<&syn::WhereClause>, more: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let given = bounds.iter().flat_map(|bounds| &bounds.predicates);
    let more = more.into_iter();
    quote!(where #(#given,)* #(#more,)*)
}

/// Whether a value of the type is borrowed: a reference, or an `Option` of one.
fn is_borrowed(value: &Type) -> bool {
    match value {
        Type::Reference(_) => true,
        _ => optional(value).is_some_and(is_borrowed),
    }
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
