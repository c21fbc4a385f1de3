//! What each version of SQLite brought, since the oldest that the runtime runs on.
//!
//! The source is <https://www.sqlite.org/changes.html>; each line was tried on SQLites before and after. What SQLite takes
//! in values alone, such as JSON5 in a column, cannot be seen here.

use crate::config::engine::Version;

/// What came with the version 3 and this number behind the dot.
pub(crate) const fn came_with(minor: i32) -> Version {
    Version::new(3, minor, 0)
}

/// Functions: the version, a call, and how older ones do it.
pub(crate) const FUNCTIONS: &[(i32, &str, &str)] = &[
    (38, "format('%d', 1)", "`printf` is the same function"),
    (38, "unixepoch('now')", "write `CAST(strftime('%s', …) AS INTEGER)`"),
    (41, "unhex('00')", ""),
    (42, "json_error_position('{}')", ""),
    (43, "octet_length('a')", "write `length(CAST(… AS BLOB))`"),
    (43, "timediff('2024-01-02', '2024-01-01')", ""),
    (44, "concat('a', 'b')", "write `||`, with `coalesce(…, '')` around what may be NULL"),
    (44, "concat_ws(',', 'a', 'b')", "write `||`, with `coalesce(…, '')` around what may be NULL"),
    (44, "string_agg('a', ',')", "`group_concat` is the same function"),
    (45, "jsonb('[]')", "keep JSON as text: `json`"),
    (45, "jsonb_array(1)", "keep JSON as text: `json_array`"),
    (45, "jsonb_extract('[1]', '$[0]')", "keep JSON as text: `json_extract`"),
    (45, "jsonb_group_array(1)", "keep JSON as text: `json_group_array`"),
    (45, "jsonb_group_object('a', 1)", "keep JSON as text: `json_group_object`"),
    (45, "jsonb_insert('[]', '$[0]', 1)", "keep JSON as text: `json_insert`"),
    (45, "jsonb_object('a', 1)", "keep JSON as text: `json_object`"),
    (45, "jsonb_patch('{}', '{}')", "keep JSON as text: `json_patch`"),
    (45, "jsonb_remove('[1]', '$[0]')", "keep JSON as text: `json_remove`"),
    (45, "jsonb_replace('[1]', '$[0]', 2)", "keep JSON as text: `json_replace`"),
    (45, "jsonb_set('[1]', '$[0]', 2)", "keep JSON as text: `json_set`"),
    (46, "json_pretty('[]')", ""),
    (48, "if(1, 2, 3)", "write `iif` or CASE"),
    (50, "unistr('a')", ""),
    (50, "unistr_quote('a')", ""),
    (53, "json_array_insert('[]', '$[0]', 1)", ""),
    (53, "jsonb_array_insert('[]', '$[0]', 1)", ""),
];

/// Functions that give a table.
pub(crate) const TABLES: &[(i32, &str, &str)] =
    &[(51, "jsonb_each('[]')", "use `json_each`"), (51, "jsonb_tree('[]')", "use `json_tree`")];

/// Modifiers of dates and times, which are NULL in older versions.
pub(crate) const MODIFIERS: &[(i32, &str)] =
    &[(38, "auto"), (38, "julianday"), (42, "subsec"), (42, "subsecond"), (46, "ceiling"), (46, "floor")];

/// Letters behind `%` in `strftime`, with which it gives NULL in older versions.
pub(crate) const LETTERS: &[(i32, &str)] = &[(44, "eFIklpPRTu"), (46, "GgUV")];

/// Options of `fts5`.
pub(crate) const FTS5: &[(i32, &str)] =
    &[(43, "contentless_delete"), (45, "tokendata"), (47, "contentless_unindexed"), (47, "locale")];

/// Commands of `fts5` that set something.
pub(crate) const FTS5_COMMANDS: &[(i32, &str)] =
    &[(42, "secure-delete"), (43, "deletemerge"), (48, "insttoken")];

/// Syntax that [`find`](crate::find) knows how to find.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(crate) since: i32,
    /// What messages call it.
    pub(crate) what: &'static str,
    /// How older versions do it.
    pub(crate) instead: &'static str,
    /// Statements that use it, on a table `t` with columns `a` and `b` and a constraint `c`.
    pub(crate) example: &'static str,
}

const fn syntax(since: i32, what: &'static str, instead: &'static str, example: &'static str) -> Syntax {
    Syntax { since, what, instead, example }
}

pub(crate) const ARROW: Syntax =
    syntax(38, "the operators `->` and `->>`", "write `json_extract`", "SELECT '[1]' ->> 0");
pub(crate) const RIGHT_JOIN: Syntax = syntax(
    39,
    "RIGHT JOIN and FULL JOIN",
    "write a LEFT JOIN of the tables the other way round",
    "SELECT * FROM t RIGHT JOIN (SELECT 1 AS x) ON a = x",
);
pub(crate) const DISTINCT_FROM: Syntax = syntax(
    39,
    "IS DISTINCT FROM",
    "write `IS NOT`, and `IS` for IS NOT DISTINCT FROM",
    "SELECT 1 IS DISTINCT FROM 2",
);
pub(crate) const HAVING: Syntax = syntax(
    39,
    "HAVING without GROUP BY",
    "put the query into another one with a WHERE",
    "SELECT max(a) FROM t HAVING max(a) > 1",
);
pub(crate) const SUBSECOND_NOW: Syntax = syntax(
    42,
    "'subsec' as the time itself",
    "write 'now', and `%f` in `strftime` for parts of a second",
    "SELECT CASE WHEN datetime('subsec') IS NULL THEN json('none') END",
);
pub(crate) const DATE_SHIFT: Syntax = syntax(
    43,
    "a modifier that shifts a date by years, months and days at once",
    "write modifiers such as '+1 years' and '+2 months', one behind the other",
    "SELECT CASE WHEN date('2024-01-01', '+0001-02-00') IS NULL THEN json('none') END",
);
pub(crate) const ORDERED_AGGREGATE: Syntax = syntax(
    44,
    "ORDER BY inside an aggregate",
    "aggregate over a subquery with that ORDER BY",
    "SELECT group_concat(a ORDER BY b) FROM t",
);
/// It is none of [`SYNTAX`], since the function is the application's.
pub(crate) const CALL_OF_JOIN_WORD: Syntax = syntax(
    44,
    "a call of a function that has the name of a word before JOIN",
    "put the name in quotes: `\"left\"(…)`",
    "SELECT left(a, 1) FROM t",
);
pub(crate) const JSON_VALID_FLAGS: Syntax =
    syntax(45, "`json_valid()` with two arguments", "leave out the second", "SELECT json_valid('{}', 1)");
pub(crate) const TRIGRAM_DIACRITICS: Syntax = syntax(
    45,
    "the option `remove_diacritics` of the tokenizer trigram",
    "",
    "CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'trigram remove_diacritics 1')",
);
pub(crate) const UNDERSCORE: Syntax =
    syntax(46, "underscores in numbers", "write the digits alone", "SELECT 1_000");
pub(crate) const RAISE: Syntax = syntax(
    47,
    "an expression as the message of RAISE",
    "write a string",
    "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'not ' || new.a); END",
);
pub(crate) const FROM_THE_END: Syntax = syntax(
    47,
    "a negative index behind `->` or `->>`",
    "write `'$[#-1]'` as the path",
    "SELECT CASE WHEN '[1]' ->> -1 IS NULL THEN json('none') END",
);
pub(crate) const SHORT_IIF: Syntax =
    syntax(48, "`iif()` with two arguments", "give NULL as the third", "SELECT iif(1, 2)");
pub(crate) const LONG_IIF: Syntax =
    syntax(49, "`iif()` with more than three arguments", "write CASE", "SELECT iif(1, 2, 3, 4)");
pub(crate) const ALIAS_IN_TRIGGER: Syntax = syntax(
    53,
    "an alias behind INSERT, UPDATE or DELETE inside a trigger",
    "write the table's own name",
    "CREATE TRIGGER g BEFORE INSERT ON t BEGIN UPDATE t AS o SET a = 1 WHERE o.b = new.b; END",
);
pub(crate) const ALTER_COLUMN: Syntax = syntax(
    53,
    "ALTER COLUMN",
    "rebuild the table: make one of the new shape, copy the rows, drop the old one, rename",
    "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
);
pub(crate) const ALTER_CONSTRAINT: Syntax = syntax(
    53,
    "adding and dropping constraints",
    "rebuild the table: make one of the new shape, copy the rows, drop the old one, rename",
    "ALTER TABLE t DROP CONSTRAINT c",
);

pub(crate) const REINDEX_EXPRESSIONS: Syntax =
    syntax(53, "REINDEX EXPRESSIONS", "name each index: `REINDEX jobs_by_day`", "REINDEX EXPRESSIONS");

pub(crate) const WEEKDAY_BEFORE: Syntax = syntax(
    54,
    "a negative number behind `weekday`",
    "write '-6 days' before the positive one",
    "SELECT CASE WHEN date('2024-01-31', 'weekday -1') IS NULL THEN json('none') END",
);

pub(crate) const SYNTAX: &[Syntax] = &[
    ARROW,
    RIGHT_JOIN,
    DISTINCT_FROM,
    HAVING,
    SUBSECOND_NOW,
    DATE_SHIFT,
    ORDERED_AGGREGATE,
    JSON_VALID_FLAGS,
    TRIGRAM_DIACRITICS,
    UNDERSCORE,
    RAISE,
    FROM_THE_END,
    SHORT_IIF,
    LONG_IIF,
    ALIAS_IN_TRIGGER,
    ALTER_COLUMN,
    ALTER_CONSTRAINT,
    REINDEX_EXPRESSIONS,
    WEEKDAY_BEFORE,
];

/// Statements that use what came with a newer SQLite than the oldest, with the version: older ones refuse them. They are for
/// a table `t` with columns `a` and `b`, and a constraint `c`.
pub fn examples() -> Vec<(Version, String)> {
    let is_null = |value: String| format!("SELECT CASE WHEN {value} IS NULL THEN json('none') END");
    let modifier = |name| match name {
        "ceiling" | "floor" => is_null(format!("date('2024-01-31', '+1 month', '{name}')")),
        name => is_null(format!("datetime(2460000, '{name}')")),
    };
    let letters = |(since, letters): &(i32, &'static str)| {
        let since = *since;
        letters.chars().map(move |letter| (since, is_null(format!("strftime('%{letter}', '2024-01-31')"))))
    };
    let fts5 = |option| format!("CREATE VIRTUAL TABLE f USING fts5(a, content = '', {option} = 1)");
    let command =
        |name| format!("CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f(f, rank) VALUES ('{name}', 1)");
    let calls = FUNCTIONS.iter().map(|(since, call, _)| (*since, format!("SELECT {call}")));
    let tables = TABLES.iter().map(|(since, call, _)| (*since, format!("SELECT * FROM {call}")));
    let modifiers = MODIFIERS.iter().map(|(since, name)| (*since, modifier(*name)));
    let options = FTS5.iter().map(|(since, option)| (*since, fts5(option)));
    let commands = FTS5_COMMANDS.iter().map(|(since, name)| (*since, command(name)));
    let syntax = SYNTAX.iter().map(|syntax| (syntax.since, syntax.example.to_owned()));
    let all = calls.chain(tables).chain(modifiers).chain(LETTERS.iter().flat_map(letters));
    all.chain(options).chain(commands).chain(syntax).map(|(since, sql)| (came_with(since), sql)).collect()
}
