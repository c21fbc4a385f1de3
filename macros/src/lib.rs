//! The macros of [onward](https://docs.rs/onward): use them from there.
#![deny(missing_docs)]
// A panic at compile time or at start-up is a fault of ours whatever the input.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agreement;
mod cache;
mod choice;
mod column;
mod combination;
mod expand;
mod fault;
mod folder;
mod frozen;
mod hook_test;
mod input;
mod list;
mod mention;
mod name;
mod origin;
mod parameter;
mod query;
mod recent;
mod record;
mod recording;
mod row;
mod schema;
mod snapshot;
mod statement;
mod text;
mod warning;
mod watch;
mod whole;

use folder::Folder;
use proc_macro::TokenStream;

/// `migrations!()` reads the folder `migrations` beside Cargo.toml, `migrations!("db/history")` another one, relative
/// to Cargo.toml as well. It is an expression of the type `onward::Migrations` for a `static` or a `const`.
///
/// Files are named `0001_name.sql`, `20260101120000_name.sql`, `V1__name.sql`, `0001_name.up.sql`, `0001_name/up.sql` or
/// `0001_name/migration.sql`; a folder keeps to one of these. Beside them may lie `onward.lock`, which
/// `cargo onward lock` writes and which makes edits of released migrations errors, and `onward.toml`, which names the
/// functions and collations that the application registers: `functions = ["uuid7"]`, and the folder `legacy`: each
/// `legacy/*.sql` in it is the schema of a database as an old release left it, and may have rows. While this compiles, it
/// is adopted as with `Adopt::Reconcile` and has to arrive at the same schema as a new database. In the SQL,
/// `-- onward: allow(code) reason` above a statement accepts what a check that can be allowed finds there.
///
/// A hook is a function that runs after a migration: `migrations!("db/history", after = { 3 => backfill::hash_messages })` or,
/// with the folder `migrations`, `migrations!(after = { … })`. It is a `fn(&Transaction<'_>) -> Result<(), E>` with any error
/// that goes into a box with `?`, or a closure that captures nothing. It is called after the statements of that migration, in
/// the same transaction and under the same lock and settings, and sees its temporary tables. If it fails or panics, everything
/// is rolled back. It is for data: the schema has to be the proven one in the end. `query!(at = 3, "…")` in it is held against
/// the tables that it meets. A hook is not part of the checksum: a database that has run the migration does not run a hook that
/// was changed or added since. The file of a migration that has a hook says so, `-- onward: hook`, which is no part of the checksum either:
/// without it, or without the hook of a file that says so, this does not compile. The replay does not run hooks, and `cargo onward` refuses
/// to run past one.
///
/// `from = "sqlx"` embeds what another tool has of each file, its name and checksum there, for
/// `migrator().adopt(Adopt::From(Tool::Sqlx))`, which adopts the databases that the tool has migrated. Behind `from` can
/// stand `sqlx`, `refinery`, `diesel`, `rusqlite_migration`, `golang-migrate`, `goose`, `dbmate`, `sql-migrate`, `prisma`,
/// `drizzle`, `flyway`, `atlas`, `d1` or `hiqlite`.
///
/// Each fault of the history is a compile error or a warning at the path. Warnings are shown as uses of something deprecated.
/// The dependency may have another name, `migrate = { package = "onward", … }`: Cargo.toml is asked for it. Cargo rebuilds the
/// crate when you edit or remove a file; to rebuild it when you add one, put this into `build.rs`:
///
/// ```no_run
/// println!("cargo::rerun-if-changed=migrations");
/// ```
///
/// Or use the crate `onward-build`: its line in `build.rs` watches the folder and proves the history once for each change.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    let expanded = input::parse(input.into())
        .map(|input| expand::expand(&Folder::find(input.folder.as_ref()), &input.hooks, input.from.as_ref()))
        .unwrap_or_else(|error| expand::refused(error.to_compile_error()));
    name::applied(expanded).into()
}

/// `snapshot!()` reads the folder as `migrations!()` does, `snapshot!("db/history")` another one. It is an expression of the
/// type `onward::Snapshot` for a `static` or a `const`, and needs the feature `snapshot`.
///
/// The history has to make the same database whenever it runs: a row with `CURRENT_TIMESTAMP`, `random()` or the value of a
/// function of the application's in it is a compile error.
#[proc_macro]
pub fn snapshot(input: TokenStream) -> TokenStream {
    expand(input, snapshot::expand)
}

/// `test_hook!(MIGRATIONS, 3)` tries the hook that `migrations!(after = { 3 => … })` names, on three databases in memory: a new one,
/// one with an ordinary row in each table, and one with unusual ones, with NULLs, repetitions, odd texts, with and without parents
/// and children. The rows are made while this compiles. The history runs on each of them as it runs in the program, with its hooks, to
/// its end. It panics if the hook fails or panics, if a migration fails behind it, and if dangling foreign keys or another
/// schema than the proven one are left; the message has the rows that were there. And it panics if the hook names a table of the
/// release for which no row could be made, since it has shown nothing of it then.
///
/// The release before it is the last one in `onward.lock` that ends before the migration, and without that file the migration before
/// it. If there is none, the hook is tried on a new database alone.
///
/// Behind the version can stand, in any order:
/// - `on = || …`, a function that opens a connection, for functions and collations of the application:
///   `fn() -> Result<Connection, E>`. It has to give another, empty database each time;
/// - `rows = |conn| …`, a `fn(&Connection) -> Result<T, E>` that adds rows to the samples or changes them, as the program would have
///   written them;
/// - `to = 5`, to end with this migration;
/// - `migrations = "db/history"`, the folder, as in `query!`.
///
/// A migration between the release and the hook that cannot take a row is met without that row: the build has told of that. The
/// hook is called several times. It needs the feature `test-hook`, best for tests alone:
///
/// ```toml
/// [dev-dependencies]
/// onward = { version = "0.1", features = ["test-hook"] }
/// ```
#[proc_macro]
pub fn test_hook(input: TokenStream) -> TokenStream {
    expand(input, hook_test::expand)
}

/// ```ignore
/// conn.execute(onward::sql!("DELETE FROM jobs WHERE state = 'done'"), [])?;
/// conn.execute_batch(onward::sql!(file = "cleanup.sql"))?;
/// ```
///
/// The text is a `&'static str` for every call that takes SQL. It may hold several statements; what follows one that
/// changes the schema is not checked. `file = "…"` reads it from a file beside the source, `migrations = "…"` before it
/// names another folder of migrations than `query!` would take, and `at = 3` the migration behind which it runs. Pieces may be
/// chosen as in `query!`. A list, `IN (:ids...)`, is for `query!` and its kin alone, which bind it.
#[proc_macro]
pub fn sql(input: TokenStream) -> TokenStream {
    expand(input, query::sql)
}

/// ```ignore
/// let queue = "mail";
/// let jobs = onward::query!("SELECT id, payload FROM jobs WHERE queue = ? AND state = :state", queue, state = "queued")
///     .all(&conn)?;
/// println!("{} {}", jobs[0].id, jobs[0].payload);
/// ```
///
/// Values for `?` follow in their order, those for `:name` as `name = value`; without one, the variable of that name is
/// taken, as `format!` does. A statement that gives rows has `all`, `one`, `optional` and `prepare`, which gives an
/// iterator; one that gives none has `execute`.
///
/// A list stands alone in the brackets of an IN, `WHERE id IN (:ids...)`, `NOT IN (?...)` or `IN (:ids…)`. Its value is a
/// slice, an array, a `Vec`, a `VecDeque`, a `HashSet` or a `BTreeSet` of what rusqlite can bind, in any reference or box;
/// `&ids[..]` makes a slice of others. The text is `IN (SELECT +value FROM json_each(:ids))` whatever the length, and an empty
/// list has no value. Values are compared as in `IN (?, ?)`, with two exceptions: a whole number beyond 2^53 finds its nearest
/// fraction in a REAL column, and SQLite before 3.53 may read a fraction wrong in its last bit. Bytes, and texts with a NUL,
/// cannot be in a list.
///
/// A piece of the text may be chosen while the program runs, by an `if`, `if let` or `match` whose arms are such texts again:
///
/// ```ignore
/// let jobs = onward::query!(
///     "SELECT id, state FROM jobs WHERE queue = :queue"
///         + if let Some(state) = &filter.state { " AND state = :state" }
///         + match order { Order::Newest => " ORDER BY id DESC", Order::Oldest => " ORDER BY id" },
/// )
/// .all(&conn)?;
/// ```
///
/// Each combination, 256 at most, is proven. Either none has rows, or all have the same columns, which may be NULL where one of
/// them may; only for a struct that is given to `query_as!` they may be others, and it is held against the columns of each. The
/// values of a part need names: a variable in scope there, or `name = value` behind the text, which is evaluated if a part that
/// is chosen has the parameter. The same condition twice, on the same variables, is one choice, asked once. Such a statement
/// owns its values (`Owned`, `OwnedExecute`), and `sql()` is the text that was chosen.
///
/// A field has the type of its column: `i64`, `bool`, `f64`, `String` or `Vec<u8>`, in an `Option` where it may be NULL,
/// which follows from the schema, the joins and the expressions; rusqlite's `Value` where the schema does not tell, as of a
/// DATETIME, or where numbers and texts can stand, as in a DECIMAL or STRING. The alias can overrule: `AS "id!"` is never
/// NULL, `AS "id?"` may be, `AS "at: chrono::NaiveDate"` is read as that type, and
/// `AS "state: _"` leaves it to the compiler, which finds it where the field is used. For all columns of a declared type,
/// `onward.toml` names the Rust type: `[types]`, and below it `DATETIME = "chrono::NaiveDateTime"`.
///
/// The struct derives `Debug`, and what stands in front of the statement: `query!(derive(Clone, PartialEq), "SELECT …")`.
///
/// The folder of migrations is `migrations` beside Cargo.toml, or what Cargo.toml names in
/// `[package.metadata.onward] migrations = "…"`, or `migrations = "…"` in front of the statement; `file = "jobs.sql"`
/// in its place reads it from a file beside the source.
///
/// `at = 3` in front of the statement, or `at = "2026-01-05-093000"` as the file name has the version, holds it against the
/// schema after that migration: for a hook, or a program that has gone no further. Temporary tables that this migration has
/// left are there, as a hook sees them.
///
/// Temporary tables, attached databases and table-valued functions of the application are known once `[external]` in
/// `onward.toml` names them with their columns: `archive.jobs = "id INTEGER PRIMARY KEY, note TEXT"`,
/// `"split()" = "value TEXT NOT NULL"`. With `[schema]` and `primary_keys = "not null"`, columns of primary keys are never
/// NULL, also where SQLite would take one; reading one that is there all the same is an error that names the setting.
#[proc_macro]
pub fn query(input: TokenStream) -> TokenStream {
    expand(input, query::query)
}

/// Every field must be a column of the statement, of a type that can hold it, and an `Option` if it may be NULL. Columns
/// without a field are not read. A tuple takes the columns in their order, all of them:
/// `query_as!((i64, String), "SELECT id, state FROM jobs")`.
#[proc_macro]
pub fn query_as(input: TokenStream) -> TokenStream {
    expand(input, query::query_as)
}

/// As `query!`, for one column: `query_scalar!("SELECT count(*) FROM jobs").one(&conn)?` is an `i64`.
#[proc_macro]
pub fn query_scalar(input: TokenStream) -> TokenStream {
    expand(input, query::query_scalar)
}

/// It is an attribute of a module in braces, of a function, of a struct or of an `impl`, and comes to the same as `at = 3` in each
/// `query!`, `query_as!`, `query_scalar!` and `sql!` in it, and in each `#[onward(table = "…")]`. `#[onward::at("2026-01-05-093000")]`
/// names the migration as its file name does.
///
/// A hook is called on databases that are years old, and its tables change under it: behind migration 3 they are always what
/// they were.
///
/// Only what is written in the item is meant. What a function, a struct or a macro from elsewhere has is held against the newest
/// schema, unless it says otherwise itself. A module in a file of its own cannot have an attribute of this kind: its
/// functions and structs can.
#[proc_macro_attribute]
pub fn at(version: TokenStream, item: TokenStream) -> TokenStream {
    frozen::expand(version.into(), item.into()).into()
}

/// ```ignore
/// #[derive(onward::Row)]
/// #[onward(table = "jobs")]
/// struct Job {
///     id: i64,
///     queue: String,
///     started_at: Option<String>,
/// }
/// ```
///
/// With `table`, every field must be a column of the table or view at the end of the migrations, have a type that can
/// hold it, and be an `Option` exactly where it may be NULL. The struct has `Row`, `Table`, and `Insert`, `Update` and
/// `Upsert` if it has the columns for them. An upsert finds the row by the primary key, or with `#[onward(conflict = ["…"])]` on
/// the struct by these columns of a UNIQUE index. Without `table` it has `Row` alone and is checked at each `query_as!`. A struct
/// with borrowed fields is for writing only.
///
/// On the struct: `#[onward(table = "…")]`, `#[onward(rename_all = "camelCase")]` and the other styles of serde,
/// `#[onward(migrations = "…")]` for another folder, `#[onward(at = 3)]` for the table as it is after migration 3. On a field:
/// `#[onward(rename = "…")]`; `#[onward(flatten)]` for a struct whose fields are columns too; `#[onward(skip)]` for one that is
/// no column and takes its default; `#[onward(read_only)]` for one that the database gives, which is neither inserted nor
/// updated; `#[onward(default)]` for one that has its type's default where a statement of `query_as!` has no such column, as with
/// sqlx, and where there is NULL. The struct's table has the column all the same. It is not written either: what was read as the
/// default may be another value there.
///
/// A field whose type is none of the column's says how its values become those: `#[onward(try_from = i64)]` by `TryFrom`, from
/// an `i64` and, for writing, into one; `#[onward(with = a::module)]` by the functions `from_sql` and `to_sql` of a module,
/// such as `onward::as_text`. In an `Option`, NULL is `None`, and the conversion is that of what is inside.
///
/// ```ignore
/// /// How a `Duration` is stored in milliseconds.
/// mod millis {
///     pub fn from_sql(value: ValueRef<'_>) -> FromSqlResult<Duration> {
///         u64::try_from(value.as_i64()?).map(Duration::from_millis).map_err(|error| FromSqlError::Other(error.into()))
///     }
///
///     pub fn to_sql(value: &Duration) -> rusqlite::Result<ToSqlOutput<'_>> {
///         let millis = i64::try_from(value.as_millis());
///         millis.map(ToSqlOutput::from).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
///     }
/// }
///
/// #[derive(onward::Row)]
/// #[onward(table = "jobs")]
/// struct Job {
///     #[onward(try_from = i64)]
///     bytes: u64,
///     #[onward(with = onward::as_text)]
///     id: Uuid,
///     #[onward(with = millis)]
///     took: Option<Duration>,
/// }
/// ```
#[proc_macro_derive(Row, attributes(onward))]
pub fn row(input: TokenStream) -> TokenStream {
    expand(input, row::derive)
}

/// Parses what a macro is given and expands it; an error stands where the expansion would, and silences what follows.
fn expand<I: syn::parse::Parse>(
    input: TokenStream,
    expand: impl FnOnce(I) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    let expanded = syn::parse(input).and_then(expand);
    name::applied(expanded.unwrap_or_else(syn::Error::into_compile_error)).into()
}
