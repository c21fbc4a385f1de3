//! The texts for reading and writing a struct's table, and whether it can be written at all.

use onward_analysis::config::schema::SETTING;
use onward_analysis::query::relation::{Column, Key, Relation};
use onward_core::name::{self, quoted};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::ast::{Role, Struct};
use super::check::without_lifetimes;
use crate::column;
use crate::statement::Schema;

/// `Table`, `Insert` and `Update` for a struct. If its table is not known, which is told, they are empty, so that what uses them
/// is no second error.
pub(super) fn table(row: &Struct, known: &Option<(Relation, Schema)>) -> TokenStream {
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
    let relation = known.as_ref().map_or(&empty, |(relation, _)| relation);
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
    let twice =
        format!("two fields of `{struct_name}` are the same column: one of them is in a flattened field");
    let columns = quote!(<#this as ::onward::Table>::COLUMNS);
    let distinct =
        column::assert(struct_name, &quote!(::onward::__private::check_distinct(#columns, #twice)));
    let table = quote! {
        #distinct
        const __FIELDS: &[::onward::__private::Field] = <#this as ::onward::__private::Fields>::FIELDS;
        const __TARGET: ::onward::__private::Target = ::onward::__private::Target {
            database: #database,
            name: #name,
            generated: &[#(#generated),*],
            key: &[#(#key),*],
            required: &[#(#required),*],
        };
        #[automatically_derived]
        impl #generics ::onward::Table for #struct_name #arguments #bounds {
            const TABLE: &'static str = #whole;
            const COLUMNS: &'static [&'static str] = {
                const __N: usize = ::onward::__private::names::<0>(__FIELDS, &__TARGET, ::onward::__private::Part::All).len;
                &::onward::__private::names::<__N>(__FIELDS, &__TARGET, ::onward::__private::Part::All).list
            };
            const SELECT: &'static str = {
                const __COLUMNS: &[&str] = <#this as ::onward::Table>::COLUMNS;
                const __N: usize = ::onward::__private::select::<0>(&__TARGET, __COLUMNS).len;
                ::onward::__private::select::<__N>(&__TARGET, __COLUMNS).as_str()
            };
            const TARGET: ::onward::__private::Target = __TARGET;
        }
    };
    let insert = write(row, known, Write::Insert);
    let update = write(row, known, Write::Update);
    quote!(#table #insert #update)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Write {
    Insert,
    Update,
}

/// `Insert` or `Update`. What stands against it becomes a bound that nothing fulfils: rustc shows it to whoever uses the
/// trait, and to nobody else.
fn write(row: &Struct, known: &Option<(Relation, Schema)>, write: Write) -> TokenStream {
    let name = &row.name;
    let (generics, arguments, bounds) = row.generics.split_for_impl();
    let (text, part, trait_name) = match write {
        Write::Insert => (format_ident!("insert"), quote!(Insert), format_ident!("Insert")),
        Write::Update => (format_ident!("update"), quote!(Set), format_ident!("Update")),
    };
    let constant = Ident::new(&text.to_string().to_uppercase(), text.span());
    // An expression, not an item: it is looked at when somebody inserts.
    let check = (write == Write::Insert)
        .then(|| column::panic(name, &quote!(::onward::__private::check_insert(__COLUMNS, &__TARGET))));
    let reasons = match known {
        Some((relation, schema)) => reasons(row, relation, schema, write),
        None => Vec::new(),
    };
    let traits = reasons.iter().map(|(reason, message)| {
        quote! {
            #[allow(non_camel_case_types)]
            #[diagnostic::on_unimplemented(message = #message, label = #message)]
            pub trait #reason<'v> {}
        }
    });
    // The compiler shows the sentence at a method's call if the bound is on the struct, and it has no lifetimes.
    let whose = match row.generics.lifetimes().next() {
        None => quote!(#name #arguments),
        Some(_) => quote!(()),
    };
    let against = reasons.iter().map(|(reason, _)| quote!(for<'v> #whose: #reason<'v>));
    let values = row.writable();
    let given = bounds.iter().flat_map(|bounds| &bounds.predicates);
    let texts = match reasons.is_empty() {
        true => quote! {
            {
                const __N: usize = ::onward::__private::names::<0>(__FIELDS, &__TARGET, ::onward::__private::Part::#part).len;
                const __COLUMNS: &[&str] =
                    &::onward::__private::names::<__N>(__FIELDS, &__TARGET, ::onward::__private::Part::#part).list;
                const __LEN: usize = ::onward::__private::#text::<0>(&__TARGET, __COLUMNS).len;
                #check;
                ::onward::__private::#text::<__LEN>(&__TARGET, __COLUMNS).as_str()
            }
        },
        false => quote!(""),
    };
    quote! {
        #(#traits)*
        #[automatically_derived]
        impl #generics ::onward::#trait_name for #name #arguments where #(#given,)* #(#values,)* #(#against,)* {
            const #constant: &'static str = #texts;
        }
    }
}

/// Why a struct cannot be inserted or updated: the name of a bound, and a sentence.
fn reasons(row: &Struct, relation: &Relation, schema: &Schema, write: Write) -> Vec<(Ident, String)> {
    let table = &relation.whole();
    // The columns of what is flattened are not known here; rustc looks at them later.
    let is_open = row.fields.iter().any(|field| matches!(field.role, Role::Flatten));
    let columns: Vec<(&str, bool)> = row
        .fields
        .iter()
        .filter_map(|field| match &field.role {
            Role::Column { name, read_only } => Some((name.as_str(), *read_only)),
            Role::Flatten | Role::Skip => None,
        })
        .collect();
    let has = |name: &str| columns.iter().any(|(column, _)| name::Ident(column) == name);
    let generated = |name: &str| relation.column(name).is_some_and(|column| column.generated);
    let is_key = |name: &str| relation.key.iter().any(|key| name::Ident(key) == name);
    let written: Vec<&str> = columns
        .iter()
        .filter(|(name, read_only)| !read_only && !generated(name))
        .map(|(name, _)| *name)
        .collect();
    let mut reasons = Vec::new();
    let mut add = |reason: String, why: String| {
        let what = if write == Write::Insert { "inserted" } else { "updated" };
        reasons.push((reason, format!("`{}` cannot be {what}: {why}", row.name)));
    };
    match write {
        Write::Insert => {
            let is_missing = |column: &&Column| {
                column.required && !is_open && !written.iter().any(|name| name::Ident(name) == column.name)
            };
            let missing: Vec<&Column> = relation.columns.iter().filter(is_missing).collect();
            // One sentence for all: of two bounds the compiler says neither.
            if !missing.is_empty() {
                let names: Vec<&str> = missing.iter().map(|column| column.name.as_str()).collect();
                add(format!("no_field_gives_{}", names.join("_and_")), required(table, &missing));
            }
        }
        Write::Update => {
            if relation.key.is_empty() {
                add("there_is_no_primary_key".to_owned(), format!("`{table}` has no primary key"));
            }
            for key in relation.key.iter().filter(|key| !is_open && !has(key)) {
                let why = format!("no field is `{key}` of the primary key of `{table}`");
                add(format!("no_field_is_the_key_{key}"), why);
            }
            if !is_open && written.iter().all(|name| is_key(name)) {
                add("there_is_no_field_to_set".to_owned(), "it has no field to set".to_owned());
            }
        }
    }
    if reasons.is_empty() && !is_open && columns.iter().all(|(name, _)| relation.column(name).is_some()) {
        let list: Vec<String> = written.iter().map(|name| quoted(name)).collect();
        let marks = vec!["?"; list.len()].join(", ");
        let sql = match write {
            Write::Insert if list.is_empty() => format!("INSERT INTO {} DEFAULT VALUES", relation.quoted()),
            Write::Insert => {
                format!("INSERT INTO {}({}) VALUES ({marks})", relation.quoted(), list.join(", "))
            }
            Write::Update => format!("UPDATE {} SET {} = ?", relation.quoted(), list.join(" = ?, ")),
        };
        // A view without a trigger, a virtual table that is read only: whatever SQLite says.
        if let Err(onward_analysis::application::Error::Refused(refused)) =
            schema.analysis.check(sql.as_str().into())
        {
            let what = if write == Write::Insert { "INSERT" } else { "UPDATE" };
            let message = format!("`{}`: {}", row.name, refused.diagnostic.message);
            reasons.push((format!("SQLite_refuses_this_{what}"), message));
        }
    }
    bounds(reasons, row.name.span())
}

/// The same with names that a trait can have, no two of them the same: a column may be called anything.
fn bounds(reasons: Vec<(String, String)>, span: Span) -> Vec<(Ident, String)> {
    let fits = |letter: char| syn::parse_str::<Ident>(&format!("_{letter}")).is_ok();
    let mut bounds: Vec<(Ident, String)> = Vec::new();
    for (reason, message) in reasons {
        let mut name = reason.replace(|letter| !fits(letter), "_");
        while bounds.iter().any(|(taken, _)| *taken == name) {
            name.push('_');
        }
        bounds.push((Ident::new(&name, span), message));
    }
    bounds
}

fn required(table: &str, columns: &[&Column]) -> String {
    let (vouched, plain): (Vec<&Column>, Vec<&Column>) =
        columns.iter().partition(|column| column.key == Key::Vouched);
    let named = |columns: &[&Column]| {
        let names: Vec<String> = columns.iter().map(|column| format!("`{table}.{}`", column.name)).collect();
        match &names[..] {
            [] => String::new(),
            [name] => name.clone(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        }
    };
    let plain = match (named(&plain), plain.len()) {
        (_, 0) => None,
        (name, 1) => Some(format!("no field gives {name}, which is NOT NULL and has no default")),
        (names, _) => Some(format!("no field gives {names}, which are NOT NULL and have no default")),
    };
    let are = if vouched.len() == 1 { "it is" } else { "they are" };
    let vouched = (!vouched.is_empty()).then(|| {
        format!("no field gives {}, and {SETTING} in onward.toml says that {are} never NULL", named(&vouched))
    });
    plain.into_iter().chain(vouched).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_column_is_called_its_bound_has_a_name() {
        let reasons = ["größe", "m²", "a b", "a-b", "r#x", "", "/* */", "'"]
            .map(|name| (format!("no_{name}"), String::new()));
        let bounds = bounds(reasons.to_vec(), Span::call_site());
        let names: Vec<String> = bounds.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["no_größe", "no_m_", "no_a_b", "no_a_b_", "no_r_x", "no_", "no______", "no__"]);
    }
}
