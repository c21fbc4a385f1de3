//! `onward.toml`: what the replay cannot know from the SQL, and how strict the team is.
//!
//! ```toml
//! # Functions and collations that the application registers on its connections.
//! functions = [
//!     "uuid7", { name = "slug", arguments = 1 }, { name = "jitter", deterministic = false },
//!     { name = "median", kind = "aggregate" },
//! ]
//! collations = ["by_number"]
//!
//! # Tables that others make in the same database; see [`external`](crate::config::external).
//! external = { users = "id INTEGER PRIMARY KEY, email TEXT" }
//!
//! # Versions are compared as numbers, whatever the tool that the folder comes from; with "name", files of one number run in the
//! # order of their names.
//! order = "number"
//!
//! # The name of its ledger, where it shares its databases with another history; see [`ledger`](crate::config::ledger).
//! ledger = { name = "auth" }
//!
//! # The Rust types of declared types; see [`types`](crate::config::types).
//! types = { DATETIME = "chrono::NaiveDateTime" }
//!
//! # Columns of primary keys are never NULL, also where SQLite would take one; see [`schema`](crate::config::schema).
//! schema = { primary_keys = "not null" }
//!
//! # What the codes mean to this team.
//! [levels]
//! data_dropped = "deny"
//!
//! # The oldest SQLite that runs the migrations, where it is not the one that the program brings along.
//! [engine]
//! sqlite = "3.40"
//!
//! # Query plans, which nobody looks at without this; see [`plans`](crate::config::plans).
//! [plans]
//! level = "warn"
//!
//! # The releases whose programs may run while a newer one migrates; see [`releases`](crate::config::releases).
//! [releases]
//! keep = 2
//! ```

pub mod engine;
pub mod external;
pub mod ledger;
pub mod level;
pub mod plans;
pub mod releases;
pub mod schema;
pub mod types;

use std::collections::BTreeMap;
use std::ops::Range;

use onward_core::ledger::Ledger;
use onward_core::name::Ident;
pub use onward_core::packed::{Function as Stub, FunctionKind};
use onward_core::token::significant;
use onward_schema::{Column, Schema, Table};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::renamed::named;
use crate::diagnostic::rule::{Rule, Severity};
use crate::file::{FileId, Place};
pub use engine::Engine;
use external::External;
pub use level::Level;
pub use plans::Plans;
pub use releases::Releases;
use types::Type;

/// The name of the file, which lies beside the SQL files.
pub const FILE_NAME: &str = "onward.toml";

/// What is wrong with the file, and where.
pub type Problem = (Range<usize>, String);

/// A function that the application defines and the replay stubs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How many arguments it takes; any number if `None`.
    pub arguments: Option<i32>,
    /// Whether it may stand in an index or a generated column.
    pub deterministic: bool,
    /// What it is calculated from.
    pub kind: FunctionKind,
}

impl Function {
    /// One of which no more is said than its name.
    pub(crate) fn named(name: &str) -> Function {
        Function { name: name.to_owned(), arguments: None, deterministic: true, kind: FunctionKind::Scalar }
    }
}

/// What `onward.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Config {
    /// Functions to stub in the replay.
    pub functions: Vec<Function>,
    /// Collations to stub in the replay.
    pub collations: Vec<String>,
    /// Tables that others make.
    pub external: Vec<External>,
    /// What becomes of the diagnostics of a code in the whole history.
    pub levels: BTreeMap<&'static str, Level>,
    /// What runs the migrations.
    pub engine: Engine,
    /// The table of its ledger, where it has a name of its own, and where that is said.
    pub ledger: Option<(String, Place)>,
    /// The Rust types of declared types.
    pub types: Vec<Type>,
    /// Whether query plans are looked at.
    pub plans: Plans,
    /// How many releases are held against a new schema.
    pub releases: Releases,
    /// Where it says that no primary key is NULL.
    pub primary_keys: Option<Place>,
    /// Where it asks for the order of numbers, whatever the tool.
    pub by_number: Option<Place>,
    /// Where it asks for the order of numbers and, of one number, of names.
    pub by_name: Option<Place>,
}

impl Config {
    /// What becomes of the diagnostics of a rule; `None` if they are as the rule says.
    pub fn level(&self, rule: &Rule) -> Option<Level> {
        let named = self.levels.get(rule.code).copied();
        if rule.of_plans { named.or(self.plans.level).or(Some(Level::Allow)) } else { named }
    }

    /// The table in which it is written what has run.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger::of(self.ledger.as_ref().map_or("", |(table, _)| table))
    }

    /// The Rust type that a column is read as which is declared like this, where the folder names one.
    pub fn rust_type(&self, declared: &str) -> Option<&str> {
        types::find(&self.types, declared)
    }

    /// The tables of the same database that others make.
    pub fn others(&self) -> impl Iterator<Item = &External> {
        self.external.iter().filter(|table| table.is_main())
    }

    /// Whether others make a table of this name in the same database.
    pub fn is_external(&self, table: &str) -> bool {
        self.others().any(|external| Ident(&external.name) == table)
    }

    /// Whether others make what messages call by this name: a table in the same database, or outside of it.
    pub(crate) fn is_of_others(&self, name: &str) -> bool {
        self.external.iter().any(|external| Ident(&external.whole()) == name)
    }

    /// Whether the application has a table-valued function of this name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.external.iter().any(|external| external.is_function && Ident(&external.name) == name)
    }

    /// Whether the application registers a function of this name.
    pub(crate) fn registers(&self, name: &str) -> bool {
        self.functions.iter().any(|function| Ident(&function.name) == name)
    }

    /// Whether a statement calls a function of the application, which is only a stub in the replay.
    pub(crate) fn is_stub_called(&self, sql: &str) -> bool {
        !self.functions.is_empty()
            && significant(sql).filter_map(|token| token.name()).any(|name| self.registers(&name))
    }

    /// What stands in for the functions where the application is not there.
    pub fn stubs(&self) -> impl Iterator<Item = Stub<'_>> {
        self.functions.iter().map(|function| Stub {
            name: &function.name,
            arguments: function.arguments.unwrap_or(-1),
            deterministic: function.deterministic,
            kind: function.kind,
        })
    }

    /// Reads the text of the file, with levels for these rules, and says what is wrong with it.
    pub fn parse(file: FileId, text: &str, rules: &[&'static Rule]) -> (Config, Vec<Problem>) {
        let (mut config, mut problems) = (Config::default(), Vec::new());
        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let range = error.span().unwrap_or(0..0);
                return (config, vec![(range, error.message().trim().to_owned())]);
            }
        };
        for (key, value) in &table {
            let result = match key.get_ref().as_ref() {
                "functions" => {
                    each(value, |item| function(item).map(|function| config.functions.push(function)))
                }
                "collations" => each(value, |item| {
                    let name = item.get_ref().as_str().ok_or("a collation is its name, in quotes")?;
                    is_name(name).then_some(()).ok_or(NAME)?;
                    config.collations.push(name.to_owned());
                    Ok(())
                }),
                "external" => external::parse(file, value).map(|tables| config.external = tables),
                "ledger" => ledger::parse(file, value).map(|ledger| config.ledger = Some(ledger)),
                "schema" => schema::parse(file, value).map(|place| config.primary_keys = Some(place)),
                "types" => types::parse(value).map(|types| config.types = types),
                "releases" => Releases::parse(value).map(|releases| config.releases = releases),
                "order" => match value.get_ref().as_str() {
                    Some("number") => {
                        config.by_number = Some(file.at(value.span()));
                        Ok(())
                    }
                    Some("name") => {
                        config.by_name = Some(file.at(value.span()));
                        Ok(())
                    }
                    _ => Err((
                        value.span(),
                        "an order to ask for is `\"number\"` or `\"name\"`; without it, it is that of the folder's tool"
                            .to_owned(),
                    )),
                },
                "levels" => {
                    config.levels(value, rules, &mut problems);
                    continue;
                }
                "engine" => {
                    config.engine = Engine::parse(file, value, &mut problems);
                    continue;
                }
                "plans" => {
                    config.plans = Plans::parse(value, &mut problems);
                    continue;
                }
                other => Err((
                    key.span(),
                    format!(
                        "unknown key `{other}`; known are `functions`, `collations`, `external`, `ledger`, `types`, `schema`, \
                         `levels`, `engine`, `order`, `plans` and `releases`"
                    ),
                )),
            };
            problems.extend(result.err());
        }
        (config, problems)
    }
}

impl Config {
    fn levels(&mut self, value: &Spanned<DeValue<'_>>, rules: &[&'static Rule], problems: &mut Vec<Problem>) {
        let mut problem = |range, problem: &str| problems.push((range, problem.to_owned()));
        let Some(table) = value.get_ref().as_table() else {
            return problem(value.span(), "`levels` is a table: `[levels]`");
        };
        for (code, value) in table {
            let Some(rule) = named(rules, code.get_ref()) else {
                problem(code.span(), &format!("there is no code `{}`", code.get_ref()));
                continue;
            };
            let Some(level) = value.get_ref().as_str().and_then(Level::parse) else {
                problem(value.span(), Level::FORM);
                continue;
            };
            if level != Level::Deny && rule.severity == Severity::Error && !rule.allowable {
                let never = format!("`{}` is always an error: {}", rule.code, rule.summary);
                problem(value.span(), &never);
                continue;
            }
            if self.levels.insert(rule.code, level).is_some() {
                let twice = format!(
                    "`{}` has two levels here, one of them under an old name: keep one line",
                    rule.code
                );
                problem(code.span(), &twice);
            }
        }
    }
}

fn each<'i>(
    value: &Spanned<DeValue<'i>>,
    mut read: impl FnMut(&Spanned<DeValue<'i>>) -> Result<(), &'static str>,
) -> Result<(), Problem> {
    let items =
        value.get_ref().as_array().ok_or((value.span(), "this is a list: `[\"name\"]`".to_owned()))?;
    items.iter().try_for_each(|item| read(item).map_err(|problem| (item.span(), problem.to_owned())))
}

fn function(item: &Spanned<DeValue<'_>>) -> Result<Function, &'static str> {
    const FORM: &str = "a function is its name, or `{ name = \"…\", arguments = 1, deterministic = false }` with the last two \
                        optional, and `kind = \"aggregate\"`, or `kind = \"window\"` for one that has `OVER` as well";
    if let Some(name) = item.get_ref().as_str() {
        is_name(name).then_some(()).ok_or(NAME)?;
        return Ok(Function::named(name));
    }
    let table = item.get_ref().as_table().ok_or(FORM)?;
    let mut function = Function::named("");
    for (key, value) in table {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("name", DeValue::String(name)) => function.name = name.to_string(),
            ("arguments", DeValue::Integer(number)) => {
                let arguments = number.as_str().parse().ok().filter(|count| (0..=127).contains(count));
                function.arguments = Some(arguments.ok_or("a function takes 0 to 127 arguments")?);
            }
            ("kind", DeValue::String(kind)) => {
                function.kind = match kind.as_ref() {
                    "scalar" => FunctionKind::Scalar,
                    "aggregate" => FunctionKind::Aggregate,
                    "window" => FunctionKind::Window,
                    _ => {
                        return Err(
                            "a function is of the kind `\"scalar\"`, `\"aggregate\"` or `\"window\"`",
                        );
                    }
                };
            }
            ("deterministic", DeValue::Boolean(deterministic)) => function.deterministic = *deterministic,
            _ => return Err(FORM),
        }
    }
    match function.name.as_str() {
        "" => Err(FORM),
        name if !is_name(name) => Err(NAME),
        _ => Ok(function),
    }
}

const NAME: &str = "a name has 1 to 255 bytes and no NUL";

/// SQLite's limit: <https://www.sqlite.org/c3ref/create_function.html>.
fn is_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.contains('\0')
}

impl Config {
    /// What is known, as the team vouches for it: with the keys of the tables of this schema. `None` if it says nothing beyond
    /// what SQLite sees to.
    pub(crate) fn vouched(&self, schema: &Schema, known: &Schema) -> Option<Schema> {
        self.primary_keys.as_ref()?;
        let mut vouched = known.clone();
        for (key, table) in &schema.tables {
            let columns = vouched.tables.get_mut(key).into_iter().flat_map(|table| &mut table.columns);
            columns.filter(|column| self.vouches(table, column)).for_each(|column| column.not_null = true);
        }
        Some(vouched)
    }

    /// Whether the team, and not SQLite, sees to it that a column of a table is never NULL. What others make is as it is said of
    /// each.
    pub(crate) fn vouches(&self, table: &Table, column: &Column) -> bool {
        self.primary_keys.is_some() && schema::takes_null(table, column) && !self.is_of_others(&table.name)
    }
}

#[cfg(test)]
mod tests {
    use onward_core::batch::Target;

    use super::*;
    use crate::file::{File, Files};

    fn parse(text: &str) -> (Config, Vec<Problem>) {
        static RULES: [Rule; 2] =
            [Rule::error("syntax_error", "it is SQL"), Rule::warning("data_dropped", "it drops nothing")];
        let file = Files::default().add(File::new(FILE_NAME.into(), text));
        Config::parse(file, text, &RULES.each_ref())
    }

    #[test]
    fn functions_and_collations() {
        let (config, problems) = parse(
            "functions = ['a', { name = 'b', arguments = 2, deterministic = false }]\ncollations = ['c', 'd']\n",
        );
        assert_eq!(problems, []);
        assert_eq!(config.collations, ["c", "d"]);
        assert_eq!(config.functions[0], Function::named("a"));
        assert_eq!(
            config.functions[1],
            Function { arguments: Some(2), deterministic: false, ..Function::named("b") }
        );
    }

    #[test]
    fn types() {
        let (config, problems) =
            parse("[types]\ndatetime = ' chrono::NaiveDateTime'\n'decimal(10, 2)' = 'Money'\n");
        assert_eq!(problems, []);
        assert_eq!(config.rust_type("DATETIME"), Some("chrono::NaiveDateTime"));
        assert_eq!((config.rust_type("DECIMAL(10,2)"), config.rust_type("DECIMAL")), (Some("Money"), None));
        for (text, at) in [("types = 3", 8..9), ("[types]\nA = 1", 12..13), ("[types]\nA = ' '", 12..15)] {
            let (_, problems) = parse(text);
            assert!(
                matches!(&problems[..], [(range, said)] if *range == at && said.contains("DATETIME =")),
                "{problems:?}"
            );
        }
        let (_, problems) = parse("[types]\nDATETIME = 'A'\ndatetime = 'B'\n");
        assert!(problems[0].1.contains("two Rust types"), "{problems:?}");
    }

    #[test]
    fn levels() {
        let (config, problems) = parse("[levels]\nsyntax_error = 'deny'\ndata_dropped = 'allow'\n");
        assert_eq!(problems, []);
        assert_eq!(config.levels["syntax_error"], Level::Deny);
        assert_eq!(config.levels["data_dropped"], Level::Allow);
    }

    #[test]
    fn the_engine() {
        let (config, problems) = parse("[engine]\nsqlite = '3.40.1'\n");
        assert_eq!(problems, []);
        let oldest = config.engine.oldest().unwrap();
        assert_eq!((oldest.version.number(), oldest.place.range.clone()), (3_040_001, 18..26));
        let (config, problems) = parse("[engine]\ntarget = 'libsql'\n");
        assert_eq!(problems, []);
        assert_eq!(config.engine.target.as_ref().unwrap().0, Target::Libsql);
        assert_eq!(config.engine.oldest().unwrap().version.to_string(), "3.45.1");
        for value in ["'d1'", "'hiqlite'", "'RQLITE'", "1"] {
            let (config, problems) = parse(&format!("[engine]\ntarget = {value}"));
            assert!(problems[0].1.contains("\"rqlite\" and \"libsql\""), "{value}: {problems:?}");
            assert_eq!((problems.len(), config.engine), (1, Engine::default()), "{value}");
        }
        for (value, problem) in [
            ("3.40", "in quotes"),
            ("'new'", "in quotes"),
            ("'3.36.9'", "3.37 or later"),
            ("'4.0'", "nothing newer"),
        ] {
            let (config, problems) = parse(&format!("[engine]\nsqlite = {value}"));
            assert!(problems[0].1.contains(problem), "{value}: {problems:?}");
            assert_eq!((problems.len(), config.engine.sqlite), (1, None), "{value}");
        }
    }

    #[test]
    fn foreign_keys_of_the_engine() {
        let (config, problems) = parse("[engine]\nforeign_keys = true\ntarget = 'rqlite'\n");
        assert_eq!((problems, config.engine.foreign_keys), (vec![], true));
        let (config, problems) = parse("[engine]\nforeign_keys = false\n");
        assert_eq!((problems, config.engine), (vec![], Engine::default()));
        for value in ["foreign_keys = true", "foreign_keys = true\ntarget = 'libsql'", "foreign_keys = 'on'"]
        {
            let (config, problems) = parse(&format!("[engine]\n{value}"));
            assert_eq!((problems.len(), config.engine.foreign_keys), (1, false), "{value}: {problems:?}");
        }
    }

    #[test]
    fn the_plans() {
        let (config, problems) = parse("[plans]\nlevel = 'deny'\nsmall = ['settings', 'Größe']\n");
        assert_eq!((problems, config.plans.level), (vec![], Some(Level::Deny)));
        assert_eq!(config.plans.small, ["settings", "Größe"]);
        for (value, problem) in [
            ("plans = 'warn'", "`[plans]`"),
            ("[plans]\nlevel = 'error'", "`allow`, `warn` or `deny`"),
            ("[plans]\nsmall = 'settings'", "a list of names"),
            ("[plans]\nsmall = [1]", "a list of names"),
            ("[plans]\nlarge = []", "unknown key `large`"),
        ] {
            let (config, problems) = parse(value);
            assert!(problems[0].1.contains(problem), "{value}: {problems:?}");
            assert_eq!((problems.len(), config.plans), (1, Plans::default()), "{value}");
        }
    }

    /// Whether a rule is heard: of plans only where somebody asks for it, and as the nearer line says.
    #[test]
    fn levels_of_plans() {
        let of_plans = Rule::warning("data_dropped", "").of_plans();
        for (text, level) in [
            ("", Some(Level::Allow)),
            ("[plans]\nsmall = ['a']", Some(Level::Allow)),
            ("[plans]\nlevel = 'warn'", Some(Level::Warn)),
            ("[plans]\nlevel = 'deny'\n[levels]\ndata_dropped = 'allow'", Some(Level::Allow)),
            ("[levels]\ndata_dropped = 'warn'", Some(Level::Warn)),
        ] {
            assert_eq!(parse(text).0.level(&of_plans), level, "{text}");
        }
        let other = Rule::warning("data_dropped", "");
        assert_eq!(parse("[plans]\nlevel = 'deny'").0.level(&other), None);
    }

    #[test]
    fn the_ledger() {
        let (config, problems) = parse("[ledger]\nname = 'auth'\n");
        assert_eq!((problems, config.ledger().table()), (vec![], "onward_migrations_auth"));
        assert_eq!(config.ledger.map(|(_, place)| place.range), Some(16..22));
        assert_eq!(parse("").0.ledger().table(), "onward_migrations");
        for (value, problem) in [
            ("ledger = 'auth'", "`[ledger]`"),
            ("[ledger]", "`[ledger]`"),
            ("[ledger]\nname = ''", "1 to 40"),
            ("[ledger]\nname = 'Auth'", "lower-case"),
            ("[ledger]\nname = 'au th'", "lower-case"),
            ("[ledger]\nname = 1", "lower-case"),
            ("[ledger]\ntable = 'auth'", "unknown key `table`"),
        ] {
            let (config, problems) = parse(value);
            assert!(problems[0].1.contains(problem), "{value}: {problems:?}");
            assert_eq!((problems.len(), config.ledger), (1, None), "{value}");
        }
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, at) in [
            ("engine = '3.40'", 9),
            ("[engine]\nname = 'rqlite'", 9),
            ("[engine]\nsqlite = 3.40", 18),
            ("functions = 'a'", 12),
            ("functions = [1]", 13),
            ("functions = [{ name = 'a', arguments = 200 }]", 13),
            ("functions = [{ arguments = 1 }]", 13),
            ("collations = [1]", 14),
            ("collations = ['']", 14),
            ("collations = [\"a\\u0000\"]", 14),
            (&format!("functions = ['{}']", "f".repeat(300)), 13),
            ("colation = []", 0),
            ("levels = 1", 9),
            ("[levels]\ndrop_data = 'deny'", 9),
            ("[levels]\ndata_dropped = 'forbid'", 24),
            ("[levels]\nsyntax_error = 'warn'", 24),
            ("functions = [", 13),
        ] {
            let (_, problems) = parse(text);
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
            assert_eq!(problems[0].0.start, at, "{text}: {problems:?}");
        }
    }
}
