//! `#[onward(…)]` on a struct and on its fields.

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase};
use onward_core::name;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Token, token};

use super::ast::{Conversion, Role};
use crate::input::{self, Version};

/// How fields' names become columns' names.
type Rename = fn(&str) -> String;

/// What `rename_all` takes, as serde writes it.
const RENAMES: [(&str, Rename); 8] = [
    ("lowercase", |name| name.to_lowercase()),
    ("UPPERCASE", |name| name.to_uppercase()),
    ("PascalCase", |name| name.to_pascal_case()),
    ("camelCase", |name| name.to_lower_camel_case()),
    ("snake_case", |name| name.to_snake_case()),
    ("SCREAMING_SNAKE_CASE", |name| name.to_shouty_snake_case()),
    ("kebab-case", |name| name.to_kebab_case()),
    ("SCREAMING-KEBAB-CASE", |name| name.to_shouty_kebab_case()),
];

#[derive(Default)]
pub(super) struct StructAttributes {
    pub(super) table: Option<LitStr>,
    pub(super) folder: Option<LitStr>,
    pub(super) at: Option<Version>,
    pub(super) conflict: Option<Vec<LitStr>>,
    pub(super) rename_all: Option<Rename>,
}

impl StructAttributes {
    pub(super) fn read(attributes: &[Attribute]) -> syn::Result<StructAttributes> {
        let (mut found, mut around) = (StructAttributes::default(), None);
        each(attributes, |meta| {
            if meta.path.is_ident("table") {
                return once(&mut found.table, &meta, text(&meta)?);
            }
            if meta.path.is_ident("migrations") {
                return once(&mut found.folder, &meta, text(&meta)?);
            }
            // What `#[onward::at(3)]` around the struct has put here.
            if meta.path.is_ident("around") {
                let at = input::at(meta.value()?)?;
                let span = at.span;
                return match around.replace(at) {
                    None => Ok(()),
                    Some(_) => Err(syn::Error::new(span, input::TWICE_AROUND)),
                };
            }
            if meta.path.is_ident("at") {
                return once(&mut found.at, &meta, input::at(meta.value()?)?);
            }
            if meta.path.is_ident("conflict") {
                return once(&mut found.conflict, &meta, columns(&meta)?);
            }
            if meta.path.is_ident("rename_all") {
                let style = text(&meta)?;
                let rename = RENAMES.iter().find(|(name, _)| *name == style.value());
                let names: Vec<&str> = RENAMES.iter().map(|(name, _)| *name).collect();
                let unknown =
                    || syn::Error::new(style.span(), format!("expected one of {}", names.join(", ")));
                return once(&mut found.rename_all, &meta, rename.ok_or_else(unknown)?.1);
            }
            Err(meta.error(
                "expected `table = \"…\"`, `rename_all = \"…\"`, `conflict = [\"…\"]`, `migrations = \"…\"` or `at = 3`",
            ))
        })?;
        if let (Some(at), Some(_)) = (&found.at, &around) {
            return Err(syn::Error::new(at.span, input::IS_AROUND));
        }
        found.at = found.at.or(around);
        Ok(found)
    }
}

#[derive(Default)]
pub(super) struct FieldAttributes {
    rename: Option<LitStr>,
    flatten: Option<()>,
    skip: Option<()>,
    read_only: Option<()>,
    default: Option<()>,
    conversion: Option<Conversion>,
}

impl FieldAttributes {
    pub(super) fn read(attributes: &[Attribute]) -> syn::Result<FieldAttributes> {
        let mut found = FieldAttributes::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                return once(&mut found.rename, &meta, text(&meta)?);
            }
            if let Some(conversion) = Conversion::read(&meta)? {
                return match found.conversion {
                    Some(_) => Err(meta.error("a field has one of `try_from` and `with`, and that once")),
                    None => once(&mut found.conversion, &meta, conversion),
                };
            }
            let flag = match () {
                () if meta.path.is_ident("flatten") => &mut found.flatten,
                () if meta.path.is_ident("skip") => &mut found.skip,
                () if meta.path.is_ident("read_only") => &mut found.read_only,
                () if meta.path.is_ident("default") && meta.input.peek(Token![=]) => {
                    return Err(
                        meta.error("`default` takes no value: it is what `Default` gives for the type")
                    );
                }
                () if meta.path.is_ident("default") => &mut found.default,
                () => {
                    return Err(meta.error(
                        "expected `rename = \"…\"`, `try_from = …`, `with = …`, `default`, `flatten`, `skip` or `read_only`",
                    ));
                }
            };
            once(flag, &meta, ())
        })?;
        let of_column = [found.rename.is_some(), found.read_only.is_some(), found.default.is_some()];
        let is_column = found.conversion.is_some() || of_column.contains(&true);
        let roles = [is_column, found.flatten.is_some(), found.skip.is_some()];
        match attributes.iter().find(|attribute| attribute.path().is_ident("onward")) {
            Some(attribute) if roles.into_iter().filter(|role| *role).count() > 1 => {
                let message = "a field is a column, or flattened, or skipped: only one of them";
                Err(syn::Error::new_spanned(attribute, message))
            }
            _ => Ok(found),
        }
    }

    /// Whether the field has its default where there is NULL or no such column.
    pub(super) fn is_default(&self) -> bool {
        self.default.is_some()
    }

    /// What the field is to the columns, and how its values become theirs.
    pub(super) fn role(self, ident: &Ident, rename_all: Option<Rename>) -> (Role, Option<Conversion>) {
        if self.flatten.is_some() {
            return (Role::Flatten, None);
        }
        if self.skip.is_some() {
            return (Role::Skip, None);
        }
        let name = ident.unraw().to_string();
        let name = match (self.rename, rename_all) {
            (Some(rename), _) => rename.value(),
            (None, Some(rename)) => rename(&name),
            (None, None) => name,
        };
        // What was read as the default may be another value in the database, and is not written over it.
        let read_only = self.read_only.is_some() || self.default.is_some();
        (Role::Column { name, read_only }, self.conversion)
    }
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("onward"));
    for attribute in ours {
        attribute.parse_nested_meta(&mut read)?;
    }
    Ok(())
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

/// `["queue", "name"]`: at least one, and each once.
fn columns(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let value = meta.value()?;
    let form = value.error("expected the columns of a UNIQUE index: `conflict = [\"queue\", \"name\"]`");
    if !value.peek(token::Bracket) {
        return Err(form);
    }
    let names;
    syn::bracketed!(names in value);
    let names: Vec<LitStr> = names.parse_terminated(|name| name.parse(), Token![,])?.into_iter().collect();
    if names.is_empty() {
        return Err(form);
    }
    for (at, column) in names.iter().enumerate() {
        if names[..at].iter().any(|other| name::Ident(&other.value()) == column.value()) {
            return Err(syn::Error::new(column.span(), "this column is named twice"));
        }
    }
    Ok(names)
}

fn once<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> syn::Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("this is said twice")),
    }
}
