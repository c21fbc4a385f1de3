//! What an engine over the network does not run though the SQLite here may: functions that its SQLite was built without, and
//! syntax that its server does not read. And what it has of its own.
//!
//! Asked of rqlite 8.26.8 and of libSQL's server 0.24.1, by `pragma_function_list` and by sending statements.

use std::ops::Range;

use onward_core::batch::Target;
use onward_core::token::Token;

use super::feature::{HAVING, ORDERED_AGGREGATE};
use super::newer::uses;
use super::text::{Text, calls};

/// Functions that SQLite may be built with (<https://www.sqlite.org/compile.html>).
const OPTIONAL: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "ceiling",
    "cos",
    "cosh",
    "degrees",
    "exp",
    "floor",
    "ln",
    "load_extension",
    "log",
    "log10",
    "log2",
    "median",
    "mod",
    "percentile",
    "percentile_cont",
    "percentile_disc",
    "pi",
    "pow",
    "power",
    "radians",
    "sin",
    "sinh",
    "soundex",
    "sqlite_offset",
    "sqrt",
    "tan",
    "tanh",
    "trunc",
];

/// Functions of libSQL's server that a plain SQLite 3.45 does not have, without those for a file system or a key.
const OF_LIBSQL: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "atn2",
    "ceil",
    "ceiling",
    "charindex",
    "cos",
    "cosh",
    "cot",
    "coth",
    "degrees",
    "difference",
    "exp",
    "floor",
    "leftstr",
    "libsql_vector_idx",
    "ln",
    "log",
    "log10",
    "lower_quartile",
    "median",
    "mode",
    "padc",
    "padl",
    "padr",
    "pi",
    "power",
    "proper",
    "radians",
    "regexp",
    "regexpi",
    "replicate",
    "reverse",
    "rightstr",
    "sha3",
    "sin",
    "sinh",
    "soundex",
    "sqrt",
    "square",
    "stdev",
    "strfilter",
    "tan",
    "tanh",
    "upper_quartile",
    "uuid",
    "uuid_blob",
    "uuid_str",
    "variance",
    "vector",
    "vector16",
    "vector1bit",
    "vector32",
    "vector64",
    "vector8",
    "vector_distance_cos",
    "vector_distance_l2",
    "vector_extract",
    "vectorb16",
];

/// Something that the engine does not run, and where a statement has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// What messages call it.
    pub(crate) what: String,
    /// The bytes of the statement that use it.
    pub(crate) range: Range<usize>,
    /// What to write instead.
    pub(crate) instead: &'static str,
}

/// Whether the engine has a function of its own of this name, in lower case.
pub(crate) fn has_function(target: Target, name: &str) -> bool {
    target == Target::Libsql && OF_LIBSQL.contains(&name)
}

/// The first thing in a statement that the engine does not run.
pub(crate) fn missing(target: Target, sql: &str) -> Option<Missing> {
    let lacks = |name: &str| OPTIONAL.contains(&name) && !has_function(target, name);
    let function = calls(sql).into_iter().find(|(name, _)| lacks(name));
    let function = function.map(|(name, range)| Missing {
        what: format!("function `{name}()`"),
        range,
        instead: "write it with the functions that every SQLite has, or have the program write the rows",
    });
    // Its server parses every statement, by a grammar of its own.
    let unread = || {
        let is_unread = |what: &str| {
            target == Target::Libsql && [HAVING, ORDERED_AGGREGATE].iter().any(|syntax| syntax.what == what)
        };
        let found = uses(sql).into_iter().find(|found| is_unread(&found.what))?;
        Some(Missing { what: found.what, range: found.range, instead: found.instead })
    };
    let misplaced = || {
        let range = (target == Target::Libsql).then(|| misplaced_join(sql))??;
        let what = format!("`{} JOIN`", sql.get(range.clone())?);
        Some(Missing { what, range, instead: "put NATURAL first and OUTER last" })
    };
    function.or_else(unread).or_else(misplaced)
}

/// The words before JOIN in an order that libSQL's server does not read. SQLite takes any.
fn misplaced_join(sql: &str) -> Option<Range<usize>> {
    let text = Text::read(sql);
    let joins = (0..text.tokens.len()).filter(|at| text.is(*at, "JOIN"));
    let mut kinds = joins.map(|join| &text.tokens[text.kind_of_join(join)]);
    let words = kinds.find(|words| !words.is_empty() && !reads(words))?;
    Some(words.first()?.range.start..words.last()?.range.end)
}

/// Whether libSQL's server reads these words before JOIN.
fn reads(words: &[Token<'_>]) -> bool {
    const READ: [&str; 20] = [
        "CROSS",
        "FULL",
        "FULL OUTER",
        "INNER",
        "LEFT",
        "LEFT OUTER",
        "LEFT RIGHT",
        "NATURAL",
        "NATURAL CROSS",
        "NATURAL FULL",
        "NATURAL FULL OUTER",
        "NATURAL INNER",
        "NATURAL LEFT",
        "NATURAL LEFT OUTER",
        "NATURAL RIGHT",
        "NATURAL RIGHT OUTER",
        "OUTER LEFT",
        "OUTER LEFT NATURAL",
        "RIGHT",
        "RIGHT OUTER",
    ];
    let words: Vec<String> = words.iter().map(|word| word.text.to_ascii_uppercase()).collect();
    READ.contains(&words.join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(target: Target, sql: &str) -> Option<&str> {
        missing(target, sql).map(|found| &sql[found.range])
    }

    #[test]
    fn what_is_not_there() {
        for (sql, rqlite, libsql) in [
            ("UPDATE t SET a = Soundex(b)", Some("Soundex"), None),
            ("CREATE VIEW v AS SELECT sqrt(a) FROM t", Some("sqrt"), None),
            ("SELECT load_extension('a')", Some("load_extension"), Some("load_extension")),
            ("SELECT max(a) FROM t HAVING max(a) > 1", None, Some("HAVING")),
            ("CREATE VIEW v AS SELECT group_concat(a ORDER BY b) FROM t", None, Some("ORDER BY")),
            ("SELECT soundex, log FROM t GROUP BY a HAVING a > 1 ORDER BY b", None, None),
            ("CREATE TABLE power(exp, pi)", None, None),
            ("INSERT INTO log(a) SELECT 'sqrt(1)'", None, None),
            ("SELECT * FROM t LEFT NATURAL JOIN u", None, Some("LEFT NATURAL")),
            (
                "CREATE VIEW v AS SELECT * FROM t JOIN u natural outer LEFT JOIN w",
                None,
                Some("natural outer LEFT"),
            ),
            ("SELECT * FROM t, natural left RIGHT full JOIN u", None, Some("left RIGHT full")),
            (
                "SELECT * FROM a AS left NATURAL JOIN outer LEFT OUTER JOIN main.full INNER JOIN \"left\" natural JOIN u",
                None,
                None,
            ),
        ] {
            assert_eq!(of(Target::Rqlite, sql), rqlite, "{sql}");
            assert_eq!(of(Target::Libsql, sql), libsql, "{sql}");
        }
    }

    /// What an ordinary build of SQLite has and an engine has not stands above, or came with a newer SQLite.
    #[test]
    fn every_function_here_is_known_of_the_engines() {
        // What rqlite answered; libSQL's server has all of it.
        const RQLITE: &str = "-> ->> abs auth_enabled auth_user_add auth_user_change auth_user_delete authenticate avg bm25 changes char coalesce \
            concat concat_ws count cume_dist current_date current_time current_timestamp date datetime dense_rank first_value format \
            fts3_tokenizer fts5 fts5_source_id glob group_concat hex highlight ifnull iif instr json json_array json_array_length \
            json_error_position json_extract json_group_array json_group_object json_insert json_object json_patch json_quote json_remove \
            json_replace json_set json_type json_valid jsonb jsonb_array jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert \
            jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set julianday lag last_insert_rowid last_value lead length like \
            likelihood likely lower ltrim match matchinfo max min nth_value ntile nullif octet_length offsets optimize percent_rank printf \
            quote random randomblob rank replace round row_number rtreecheck rtreedepth rtreenode rtrim sign snippet \
            sqlite_compileoption_get sqlite_compileoption_used sqlite_log sqlite_source_id sqlite_version strftime string_agg substr \
            substring subtype sum time timediff total total_changes trim typeof unhex unicode unixepoch unlikely upper zeroblob";
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        let mut query = conn.prepare("SELECT DISTINCT name FROM pragma_function_list").unwrap();
        let names = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for name in names.map(|name| name.unwrap()) {
            let is_newer = || {
                // Of FTS5 alone: 3.47 and 3.48.
                let of_fts5 = ["fts5_locale", "fts5_get_locale", "fts5_insttoken"];
                of_fts5.contains(&&*name)
                    || super::super::feature::FUNCTIONS
                        .iter()
                        .any(|(_, call, _)| call.starts_with(&format!("{name}(")))
            };
            let is_there = RQLITE.split_whitespace().any(|known| known == name);
            assert!(is_there || OPTIONAL.contains(&&*name) || is_newer(), "{name}");
        }
    }
}
