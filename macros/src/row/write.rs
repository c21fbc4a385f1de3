//! The texts for reading and writing a struct's table.

use std::sync::Arc;

use onward_analysis::folder::recorded::By;
use onward_analysis::query::relation::Relation;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::ast::Struct;
use super::check::without_lifetimes;
use super::reason::{Write, columns, reasons, required, statement, ungiven};
use crate::column;
use crate::recording;
use crate::schema::Schema;

/// `Table`, `Insert`, `Update` and `Upsert` for a struct. If its table is not known, which is told, they are empty, so that
/// what uses them is no second error.
pub(super) fn table(row: &Struct, known: &Option<(Arc<Relation>, Schema)>) -> TokenStream {
    let struct_name = &row.name;
    let (generics, arguments, bounds) = row.generics.split_for_impl();
    let this = without_lifetimes(&quote!(#struct_name #arguments));
    let empty = Relation {
        schema: None,
        name: String::new(),
        is_hidden: false,
        columns: Vec::new(),
        key: Vec::new(),
    };
    let relation = known.as_ref().map_or(&empty, |(relation, _)| &**relation);
    let (name, whole) = (&relation.name, relation.whole());
    let hidden = if relation.is_hidden { "main" } else { "" };
    let database = relation.schema.as_deref().unwrap_or(hidden);
    let generated = relation.columns.iter().filter(|column| column.generated).map(|column| &column.name);
    let key = &relation.key;
    let required = relation.columns.iter().filter(|column| column.required).map(|column| {
        let missing = format!("`{struct_name}` cannot be inserted: {}", required(&whole, &[column]));
        let column = &column.name;
        quote!((#column, #missing))
    });
    let conflict = row.conflict_columns(relation);
    let computed = |name: &&String| relation.column(name).is_some_and(|column| column.generated);
    let required_to_upsert = conflict.iter().filter(|name| !computed(name)).map(|column| {
        let missing = format!("`{struct_name}` cannot be upserted: {}", ungiven(row, relation, column));
        quote!((#column, #missing))
    });
    let twice =
        format!("two fields of `{struct_name}` are the same column: one of them is in a flattened field");
    let columns = quote!(<#this as ::onward::Table>::COLUMNS);
    let distinct =
        column::assert(struct_name, &quote!(::onward::__private::check_distinct(#columns, #twice)));
    let all = list(&format_ident!("COLUMNS"), &quote!(All));
    let table = quote! {
        #distinct
        const __FIELDS: &[::onward::__private::Field] = <#this as ::onward::__private::Fields>::FIELDS;
        const __TARGET: ::onward::__private::Target = ::onward::__private::Target {
            database: #database,
            name: #name,
            generated: &[#(#generated),*],
            key: &[#(#key),*],
            required: &[#(#required),*],
            conflict: &[#(#conflict),*],
            required_to_upsert: &[#(#required_to_upsert),*],
        };
        #[automatically_derived]
        impl #generics ::onward::Table for #struct_name #arguments #bounds {
            const TABLE: &'static str = #whole;
            #all
            const SELECT: &'static str = {
                const __COLUMNS: &[&str] = <#this as ::onward::Table>::COLUMNS;
                const __N: usize = ::onward::__private::select::<0>(&__TARGET, __COLUMNS).len;
                ::onward::__private::select::<__N>(&__TARGET, __COLUMNS).as_str()
            };
            const TARGET: ::onward::__private::Target = __TARGET;
        }
    };
    let against = |write| match known {
        Some((relation, schema)) => reasons(row, relation, schema, write),
        None => Vec::new(),
    };
    let (insert, update) = (against(Write::Insert), against(Write::Update));
    // What cannot be inserted cannot be upserted, for the same reason.
    let upsert = if insert.is_empty() { against(Write::Upsert) } else { Vec::new() };
    let recorded = known.as_ref().map(|(relation, schema)| {
        let mut writes = vec![(Write::Insert, &insert), (Write::Update, &update)];
        writes.extend(insert.is_empty().then_some((Write::Upsert, &upsert)));
        let writes = writes.into_iter().filter(|(_, against)| against.is_empty()).map(|(write, _)| write);
        record(row, relation, schema, writes).err().map(syn::Error::into_compile_error)
    });
    let bounds = insert.iter().chain(&update).chain(&upsert).map(|(reason, message)| {
        quote! {
            #[allow(non_camel_case_types)]
            #[diagnostic::on_unimplemented(message = #message, label = #message)]
            pub trait #reason<'v> {}
        }
    });
    let upsert = if insert.is_empty() { &upsert } else { &insert };
    let insert = write(row, Write::Insert, &insert);
    let update = write(row, Write::Update, &update);
    let upsert = write(row, Write::Upsert, upsert);
    quote!(#table #(#bounds)* #insert #update #upsert #recorded)
}

/// Records what the struct reads and writes, whether or not the program does.
fn record(
    row: &Struct,
    relation: &Relation,
    schema: &Schema,
    writes: impl Iterator<Item = Write>,
) -> syn::Result<()> {
    // Never a string, as what stands in double quotes may be.
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let columns: Vec<String> = columns(row).into_iter().map(|(name, _)| quoted(name)).collect();
    let select = format!("SELECT {} FROM {}", columns.join(", "), relation.quoted());
    let read = (!columns.is_empty()).then_some(select);
    for sql in read.into_iter().chain(writes.filter_map(|write| statement(row, relation, write))) {
        recording::text(schema, &sql, By::Struct, row.name.span())?;
    }
    Ok(())
}

/// `Insert`, `Update` or `Upsert`. What stands against it is a bound that nothing fulfils: rustc shows it to whoever uses the
/// trait, and to nobody else.
fn write(row: &Struct, write: Write, reasons: &[(Ident, String)]) -> TokenStream {
    let name = &row.name;
    let (generics, arguments, bounds) = row.generics.split_for_impl();
    let (text, part, trait_name) = match write {
        Write::Insert => (format_ident!("insert"), quote!(Insert), format_ident!("Insert")),
        Write::Update => (format_ident!("update"), quote!(Set), format_ident!("Update")),
        Write::Upsert => (format_ident!("upsert"), quote!(Insert), format_ident!("Upsert")),
    };
    let constant = Ident::new(&text.to_string().to_uppercase(), text.span());
    // An expression, not an item: it is looked at when somebody inserts.
    let panic = |check: &TokenStream| column::panic(name, check);
    let check = match write {
        Write::Insert => panic(&quote!(::onward::__private::check_insert(__COLUMNS, &__TARGET))),
        Write::Update => TokenStream::new(),
        Write::Upsert => panic(&quote!(::onward::__private::check_upsert(__COLUMNS, &__TARGET))),
    };
    // The compiler shows the sentence at a method's call if the bound is on the struct, and it has no lifetimes.
    let whose = match row.generics.lifetimes().next() {
        None => quote!(#name #arguments),
        Some(_) => quote!(()),
    };
    let against = reasons.iter().map(|(reason, _)| quote!(for<'v> #whose: #reason<'v>));
    let values = row.writable();
    let given = bounds.iter().flat_map(|bounds| &bounds.predicates);
    let columns = list(&format_ident!("__COLUMNS"), &part);
    let (set, sets) = match write {
        Write::Upsert => (list(&format_ident!("__SET"), &quote!(Overwrite)), quote!(, __SET)),
        Write::Insert | Write::Update => (TokenStream::new(), TokenStream::new()),
    };
    let texts = match reasons.is_empty() {
        true => quote! {
            {
                #columns
                #set
                const __LEN: usize = ::onward::__private::#text::<0>(&__TARGET, __COLUMNS #sets).len;
                #check;
                ::onward::__private::#text::<__LEN>(&__TARGET, __COLUMNS #sets).as_str()
            }
        },
        false => quote!(""),
    };
    quote! {
        #[automatically_derived]
        impl #generics ::onward::#trait_name for #name #arguments where #(#given,)* #(#values,)* #(#against,)* {
            const #constant: &'static str = #texts;
        }
    }
}

/// A constant with the names of the columns of a part.
fn list(constant: &Ident, part: &TokenStream) -> TokenStream {
    quote! {
        const #constant: &'static [&'static str] = {
            const __N: usize = ::onward::__private::names::<0>(__FIELDS, &__TARGET, ::onward::__private::Part::#part).len;
            &::onward::__private::names::<__N>(__FIELDS, &__TARGET, ::onward::__private::Part::#part).list
        };
    }
}
