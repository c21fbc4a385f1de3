//! What the compiler needs of every struct: its fields as data, reading, and the values for writing.

use onward_analysis::query::relation::{Key, Relation};
use onward_core::name::Ident;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::ast::{Field, Role, Struct, optional};

impl Struct {
    /// The fields as the compiler can hold them against columns; `told` says of each whether something was found wrong with it.
    pub(super) fn fields(&self, told: &[TokenStream]) -> TokenStream {
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();
        let predicates = self.open_bounds(|field| match field.role {
            Role::Column { .. } => field.is_plain().then(|| quote!(::onward::__private::Stored)),
            Role::Flatten => Some(quote!(::onward::__private::Fields)),
            Role::Skip => None,
        });
        let bounds = merge(bounds, predicates);
        let fields = self.fields.iter().enumerate().filter_map(|(at, field)| {
            let value = &field.value;
            let told = told.get(at).cloned().unwrap_or_else(|| quote!(false));
            match &field.role {
                Role::Column { name: column, read_only } => {
                    let usage = if *read_only { quote!(ReadOnly) } else { quote!(All) };
                    let (stored, null, is_default) = (field.stored(), field.null(), field.is_default);
                    let missing =
                        format!("there is no column `{column}` for the field `{}` of `{name}`", field.ident);
                    Some(quote! {
                        ::onward::__private::Field::Column {
                            name: #column,
                            classes: <#stored as ::onward::__private::Stored>::CLASSES,
                            null: #null,
                            is_default: #is_default,
                            usage: ::onward::__private::Use::#usage,
                            missing: #missing,
                            told: #told,
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
    pub(super) fn read_impl(&self, relation: Option<&Relation>) -> Option<TokenStream> {
        if self.fields.iter().any(|field| is_borrowed(&field.value)) {
            return None;
        }
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();
        let predicates = self.open_bounds(|field| match field.role {
            Role::Column { .. } => {
                let plain = quote!(::onward::__private::Readable + ::onward::__private::Stored);
                match (field.is_plain(), field.is_default) {
                    (true, false) => Some(plain),
                    (true, true) => Some(quote!(#plain + ::core::default::Default)),
                    (false, true) => Some(quote!(::core::default::Default)),
                    (false, false) => None,
                }
            }
            Role::Flatten => Some(quote!(::onward::Row)),
            Role::Skip => Some(quote!(::core::default::Default)),
        });
        let bounds = merge(bounds, predicates);
        let vouched: Vec<(&str, String)> = relation.map(vouched).unwrap_or_default();
        let explained = (!vouched.is_empty()).then(|| {
            let (names, whats): (Vec<_>, Vec<_>) = vouched.iter().cloned().unzip();
            quote!(.map_err(|error| ::onward::__private::vouched(row, error, &[#((#names, #whats)),*])))
        });
        let values = self.fields.iter().map(|field| {
            let Field { ident, value, role, .. } = field;
            let value = match role {
                Role::Column { name, .. } => {
                    let value = field.read(name);
                    match vouched.iter().find(|(vouched, _)| Ident(vouched) == name) {
                        Some((_, what)) if !field.is_default => quote!({
                            ::onward::__private::never_null(row, #name, #what)?;
                            #value?
                        }),
                        _ => quote!(#value?),
                    }
                }
                Role::Flatten => quote!(<#value as ::onward::Row>::from_row(row) #explained?),
                Role::Skip => quote!(::core::default::Default::default()),
            };
            quote!(#ident: #value)
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
    pub(super) fn values_impl(&self) -> TokenStream {
        let name = &self.name;
        let (generics, arguments, bounds) = self.generics.split_for_impl();

        let fields = self.open_bounds(|field| match field.role {
            Role::Column { .. } => field.is_plain().then(|| quote!(::onward::__private::Stored)),
            Role::Flatten | Role::Skip => None,
        });
        let bounds = merge(bounds, self.writable().chain(fields));
        let values = self.fields.iter().filter_map(|field| {
            let ident = &field.ident;
            match &field.role {
                Role::Column { name, read_only } => {
                    let usage = if *read_only { quote!(ReadOnly) } else { quote!(All) };
                    let parameter = field.parameter();
                    Some(quote! {
                        if wanted(#name, ::onward::__private::Use::#usage) {
                            call(#parameter);
                        }
                    })
                }
                Role::Flatten => {
                    Some(quote!(::onward::__private::Values::values(&self.#ident, wanted, call);))
                }
                Role::Skip => None,
            }
        });
        quote! {
            #[automatically_derived]
            impl #generics ::onward::__private::Values for #name #arguments #bounds {
                fn values<'v>(
                    &'v self,
                    wanted: &dyn ::core::ops::Fn(&str, ::onward::__private::Use) -> bool,
                    call: &mut dyn ::core::ops::FnMut(::onward::__private::Bound<'v>),
                ) {
                    #(#values)*
                }
            }
        }
    }

    /// That every field can be written, as bounds that rustc leaves open until somebody writes.
    pub(super) fn writable(&self) -> impl Iterator<Item = TokenStream> {
        self.fields.iter().filter_map(|field| {
            let value = &field.value;
            match field.role {
                Role::Column { .. } => field.writable(),
                Role::Flatten => Some(quote!(for<'v> #value: ::onward::__private::WritableFields<'v>)),
                Role::Skip => None,
            }
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

/// The columns that are never NULL by onward.toml, with what messages call them.
fn vouched(relation: &Relation) -> Vec<(&str, String)> {
    let columns = relation.columns.iter().filter(|column| column.key == Key::Vouched);
    columns.map(|column| (column.name.as_str(), format!("{}.{}", relation.whole(), column.name))).collect()
}

/// Whether a value of the type is borrowed: a reference, or an `Option` of one.
fn is_borrowed(value: &Type) -> bool {
    match value {
        Type::Reference(_) => true,
        _ => optional(value).is_some_and(is_borrowed),
    }
}
