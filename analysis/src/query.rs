//! A statement of the application: what goes in and what comes out, by the schema at the end of the history.
//!
//! SQLite itself says whether a statement is sound, by preparing it in the database that the replay left. What its
//! columns may hold is worked out from the statement's syntax and the schema: SQLite does not tell of an expression
//! whether it may be NULL. What is wrong with one is told by [`application`](crate::application).

mod aggregate;
mod builtin;
mod check;
mod context;
mod date;
mod expression;
mod facts;
mod function;
mod generated;
mod item;
mod join;
mod known;
mod label;
pub(crate) mod null;
pub(crate) mod nulls;
mod operand;
pub(crate) mod parameter;
mod proof;
pub(crate) mod registered;
pub mod relation;
mod returning;
pub(crate) mod rowid;
mod scope;
mod select;
mod shape;
mod sides;
mod statement;
pub(crate) mod syntax;
mod table;
pub(crate) mod trigger;
mod value;
mod window;
pub(crate) mod write;

use rusqlite::Statement;

pub(crate) use known::Known;
use label::Label;
pub use parameter::{Takes, counted};
use syntax::Parsed;
pub use value::{Null, Source, Value};

/// A statement that SQLite takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The statement as it is to be run: without what the aliases say to onward.
    pub sql: String,
    /// The columns of its rows; none if it gives no rows.
    pub columns: Vec<Column>,
    /// The names of its parameters in the order of their numbers, such as `:state`; `None` for a bare `?` and for a
    /// number that the statement leaves out.
    pub parameters: Vec<Option<String>>,
    /// What of the parameters' values can be written or matched, where it is certain.
    pub takes: Vec<Takes>,
}

/// A column of a statement's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is known of its values, or what its alias says of NULL.
    pub value: Value,
    /// The Rust type that its alias asks for: `AS "at: time::Date"`.
    pub cast: Option<String>,
    /// Whether it is never NULL only because onward.toml says that no primary key is: reading one has to say so.
    pub vouched: bool,
}

/// A statement that SQLite takes, before anything is known of its columns.
pub(crate) struct Prepared {
    /// Without what the aliases say to onward.
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Option<String>>,
    labels: Vec<Label>,
}

/// The names of a statement's columns, and of its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    columns: Vec<String>,
    parameters: Vec<Option<String>>,
}

impl Names {
    pub(crate) fn of(statement: &Statement<'_>) -> Names {
        let mut columns = Vec::new();
        // A list or an iterator, by the version of rusqlite.
        for name in statement.column_names() {
            columns.push(name.to_owned());
        }
        let parameters = (1..=statement.parameter_count()).map(|index| statement.parameter_name(index));
        Names { columns, parameters: parameters.map(|name| name.map(str::to_owned)).collect() }
    }
}

impl Prepared {
    /// Prepares a statement, as often as its aliases ask for it.
    ///
    /// # Errors
    /// What is said when it is prepared as it is written.
    pub(crate) fn read<E>(sql: &str, prepare: impl Fn(&str) -> Result<Names, E>) -> Result<Prepared, E> {
        let Names { columns: names, parameters } = prepare(sql)?;
        let labels: Vec<Label> = names.iter().map(|name| Label::read(name)).collect();
        let pairs = names.iter().cloned().zip(labels.iter().map(|label| label.name.clone()));
        let mut pairs: Vec<_> = pairs.filter(|(name, plain)| name != plain).collect();
        let without = |pairs: &[(String, String)]| label::without_labels(sql, pairs);
        if !pairs.is_empty() && prepare(&without(&pairs)).is_err() {
            // Something else than a result is called that.
            pairs.retain(|pair| prepare(&without(std::slice::from_ref(pair))).is_ok());
        }
        let (sql, names) = match pairs.is_empty() {
            true => (sql.to_owned(), names),
            false => {
                let sql = without(&pairs);
                let names = prepare(&sql)?.columns;
                (sql, names)
            }
        };
        // What could not be taken out is a name like any other.
        let pairs = names.iter().zip(labels);
        let labels =
            pairs.map(|(name, label)| if *name == label.name { label } else { Label::plain(name) }).collect();
        Ok(Prepared { sql, parameters, labels })
    }

    /// The statement with its columns; `parsed` is its text.
    pub(crate) fn query(self, known: Known<'_>, parsed: &Parsed<'_>) -> Query {
        let Prepared { sql, parameters, labels } = self;
        Query { columns: columns(known, parsed, labels), sql, parameters, takes: Vec::new() }
    }
}

fn columns(known: Known<'_>, parsed: &Parsed<'_>, labels: Vec<Label>) -> Vec<Column> {
    if labels.is_empty() {
        return Vec::new();
    }
    let values = |(schema, nulls)| {
        let found = statement::columns(schema, nulls, known.registered, parsed);
        let found = found.filter(|found| found.len() == labels.len());
        found.unwrap_or_default().into_iter().map(|column| column.value).collect::<Vec<_>>()
    };
    let (plain, vouched) = (values((known.schema, known.nulls)), known.vouched.map(values));
    let columns = labels.iter().enumerate().map(|(index, label)| {
        let of = |values: &[Value]| values.get(index).cloned().unwrap_or(Value::UNKNOWN);
        let plain = of(&plain);
        let value = vouched.as_deref().map_or_else(|| plain.clone(), of);
        let vouched = label.null.is_none() && value.null == Null::Never && plain.null != Null::Never;
        let value = Value { null: label.null.unwrap_or(value.null), ..value };
        Column { name: label.name.clone(), value, cast: label.cast.clone(), vouched }
    });
    columns.collect()
}
