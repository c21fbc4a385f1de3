//! What a statement writes: the table, and for an INSERT … SELECT which column goes where.

use onward_core::token::significant;
use sqlite3_parser::ast::{
    Cmd, ColumnConstraint, ColumnDefinition, CommonTableExpr, CreateTableBody, Expr, InsertBody, Literal,
    OneSelect, ResultColumn, Select, SelectTable, Stmt, Upsert, UpsertDo, With,
};
use sqlite3_parser::lexer::sql::Parser;
use sqlite3_parser::{Bump, FallibleIterator};

use super::reads::{self, folded, is_endless, is_true, leaves_all, lower};

/// What a statement does to the rows of one table. All names are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Write {
    /// Rows that come from the statement itself.
    Insert {
        table: String,
    },
    /// Rows that come from a SELECT.
    Copy(Copy),
    /// Without a WHERE it deletes all of them.
    Delete {
        table: String,
        all: bool,
    },
    Update {
        table: String,
        columns: Vec<String>,
    },
}

/// An INSERT … SELECT or CREATE TABLE … AS SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) table: String,
    /// The columns in brackets behind the table.
    pub(super) columns: Option<Vec<String>>,
    /// The table that all rows come from; `None` if there are several, or none that can be named.
    pub(super) source: Option<String>,
    /// All tables that FROM names.
    pub(super) sources: Vec<String>,
    pub(super) items: Vec<Item>,
    /// Whether rows are left out or merged because the statement says so: WHERE, DISTINCT, LIMIT, DO UPDATE and the like. A
    /// WHERE that is true, or does no more than join two tables, leaves nothing out on purpose.
    pub(super) picks: bool,
    /// The columns of a GROUP BY, which merges rows; NULL for what is no column.
    pub(super) groups: Vec<Item>,
}

/// What is selected for one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// `*`: all columns in their order.
    Star,
    Column(String),
    /// A string in single quotes, as it is.
    Text(String),
    Null,
    /// An expression: whoever wrote it meant something by it.
    Other,
}

impl Write {
    /// Reads a statement; `None` for one that writes no rows, or is not understood.
    pub(super) fn parse(sql: &str) -> Option<Write> {
        let first = significant(sql).next()?;
        let has = |word| significant(sql).any(|token| token.is(word));
        // Whether its words alone tell what it writes: to parse a list of values, or a view, takes much longer.
        match ["INSERT", "REPLACE", "DELETE", "UPDATE", "CREATE", "WITH"]
            .into_iter()
            .find(|word| first.is(word))?
        {
            "CREATE" if !has("TABLE") || !has("AS") => None,
            "INSERT" | "REPLACE" if !has("SELECT") => inserted(sql).map(|table| Write::Insert { table }),
            _ => Write::parsed(sql),
        }
    }

    /// The same of any statement, by way of the parser.
    fn parsed(sql: &str) -> Option<Write> {
        let bump = Bump::new();
        let Cmd::Stmt(statement) = Parser::new(&bump, sql.as_bytes()).next().ok()?? else { return None };
        match statement {
            Stmt::Insert { with, tbl_name, columns, body, .. } => {
                let table = lower(&tbl_name.name);
                let InsertBody::Select(select, upsert) = body else { return Some(Write::Insert { table }) };
                let columns = columns.map(|columns| columns.iter().map(lower).collect());
                let copy = copy(table.clone(), columns, select, with.as_ref()).map(|mut copy| {
                    copy.picks |= merges(upsert);
                    Write::Copy(copy)
                });
                Some(copy.unwrap_or(Write::Insert { table }))
            }
            Stmt::CreateTable { tbl_name, body: CreateTableBody::AsSelect(select), .. } => {
                copy(lower(&tbl_name.name), None, select, None).map(Write::Copy)
            }
            Stmt::Delete { tbl_name, where_clause, limit, .. } => Some(Write::Delete {
                table: lower(&tbl_name.name),
                all: where_clause.as_ref().is_none_or(is_true) && limit.is_none(),
            }),
            Stmt::Update { tbl_name, sets, .. } => {
                let columns = sets.iter().flat_map(|set| set.col_names.iter().map(lower)).collect();
                Some(Write::Update { table: lower(&tbl_name.name), columns })
            }
            _ => None,
        }
    }

    /// The table whose rows it changes.
    pub(super) fn table(&self) -> &str {
        match self {
            Write::Insert { table } | Write::Delete { table, .. } | Write::Update { table, .. } => table,
            Write::Copy(copy) => &copy.table,
        }
    }
}

/// The columns that a CREATE TABLE lists, in lower case, and whether each is generated; none for one that is filled by a
/// SELECT.
pub(super) fn created(sql: &str) -> Vec<(String, bool)> {
    let bump = Bump::new();
    let Ok(Some(Cmd::Stmt(Stmt::CreateTable { body, .. }))) = Parser::new(&bump, sql.as_bytes()).next()
    else {
        return Vec::new();
    };
    let CreateTableBody::ColumnsAndConstraints { columns, .. } = body else { return Vec::new() };
    let column = |column: &ColumnDefinition<'_>| {
        let mut constraints = column.constraints.iter();
        let is_generated =
            constraints.any(|found| matches!(found.constraint, ColumnConstraint::Generated { .. }));
        (lower(&column.col_name), is_generated)
    };
    columns.iter().map(column).collect()
}

/// Whether an INSERT … SELECT has no value for a column: it does not name it, or selects NULL.
pub(crate) fn left_out(sql: &str, column: &str) -> bool {
    let Some(Write::Copy(copy)) = Write::parse(sql) else { return false };
    let Some(columns) = &copy.columns else { return false };
    match columns.iter().position(|name| name.eq_ignore_ascii_case(column)) {
        Some(at) => copy.items.get(at) == Some(&Item::Null) && !copy.items.contains(&Item::Star),
        None => true,
    }
}

/// The column that an INSERT … SELECT selects as it is for a column, in lower case; `create` is the text that made the table.
pub(crate) fn selected(sql: &str, create: Option<&str>, column: &str) -> Option<String> {
    let Some(Write::Copy(copy)) = Write::parse(sql) else { return None };
    let made = create.map(created).unwrap_or_default();
    let into: Vec<String> =
        made.into_iter().filter(|(_, is_generated)| !is_generated).map(|(name, _)| name).collect();
    let mut pairs = copy.pairs(&into, &[])?.into_iter();
    match pairs.find(|(name, _)| name.eq_ignore_ascii_case(column))? {
        (_, Item::Column(from)) => Some(from),
        _ => None,
    }
}

/// Whether an INSERT … SELECT selects from several tables.
pub(crate) fn joins(sql: &str) -> bool {
    matches!(Write::parse(sql), Some(Write::Copy(copy)) if copy.sources.len() > 1)
}

impl Copy {
    /// Whether every row of one table is meant to come over, each for itself.
    pub(super) fn is_plain(&self) -> bool {
        self.source.is_some() && !self.picks && self.groups.is_empty()
    }

    /// What each column of `into` gets, by their names in lower case; `from` are the source's columns. `None` if the
    /// two do not fit.
    pub(super) fn pairs<'c>(
        &'c self,
        into: &'c [String],
        from: &'c [String],
    ) -> Option<Vec<(&'c str, Item)>> {
        let into = self.columns.as_deref().unwrap_or(into);
        let items = self.items.iter().flat_map(|item| match item {
            Item::Star => from.iter().map(|name| Item::Column(name.clone())).collect(),
            other => vec![other.clone()],
        });
        let items: Vec<Item> = items.collect();
        (items.len() == into.len()).then(|| into.iter().map(String::as_str).zip(items).collect())
    }

    /// Whether it is the order of the columns alone that says which goes where.
    pub(super) fn is_by_position(&self) -> bool {
        self.columns.is_none() || self.items.contains(&Item::Star)
    }
}

/// `None` for rows that come from no table.
fn copy(
    table: String,
    columns: Option<Vec<String>>,
    select: &Select<'_>,
    with: Option<&With<'_>>,
) -> Option<Copy> {
    let OneSelect::Select { distinctness, columns: results, from, where_clause, group_by, having, .. } =
        &select.body.select
    else {
        return None;
    };
    let from = from.as_ref()?;
    let commons = [with, select.with.as_ref()].into_iter().flatten().flat_map(|with| with.ctes);
    let commons: Vec<&CommonTableExpr<'_>> = commons.collect();
    let whole = reads::source(from, &commons);
    let named = match from.select {
        Some(SelectTable::Table(name, ..)) if from.joins.as_ref().is_none_or(|joins| joins.is_empty()) => {
            Some(lower(&name.name))
        }
        _ => None,
    };
    let joined = from.joins.iter().flatten().map(|join| &join.table);
    let tables = from.select.into_iter().chain(joined).filter_map(|table| match table {
        SelectTable::Table(name, ..) => Some(lower(&name.name)),
        _ => None,
    });
    let mut sources: Vec<String> = whole.clone().map_or_else(|| tables.collect(), |table| vec![table]);
    // What WITH names is read as well.
    let mut common = Vec::new();
    commons.iter().for_each(|with| tables_of(with.select, &mut common));
    common.retain(|table| !sources.contains(table));
    sources.append(&mut common);
    let items = results.iter().map(|result| match result {
        ResultColumn::Star | ResultColumn::TableStar(_) => Item::Star,
        ResultColumn::Expr(expression, _) => item(expression),
    });
    Some(Copy {
        table,
        columns,
        picks: whole.is_none() && !commons.is_empty()
            || select.limit.is_some_and(|limit| !is_endless(limit))
            || select.body.compounds.as_ref().is_some_and(|compounds| !compounds.is_empty())
            || distinctness.is_some()
            || where_clause.is_some_and(|condition| !leaves_all(condition))
            || having.is_some(),
        source: whole.or(named),
        sources,
        items: items.collect(),
        groups: group_by.iter().flat_map(|groups| groups.iter()).map(item).collect(),
    })
}

/// Whether rows that meet another are put into it, as DO UPDATE says in so many words. DO NOTHING says no more than OR IGNORE.
fn merges(upsert: Option<&Upsert<'_>>) -> bool {
    upsert.is_some_and(|upsert| matches!(upsert.do_clause, UpsertDo::Set { .. }) || merges(upsert.next))
}

/// The tables that a SELECT reads, those of its own WITH and of the SELECTs in its FROM included.
fn tables_of(select: &Select<'_>, found: &mut Vec<String>) {
    let common = select.with.iter().flat_map(|with| with.ctes);
    common.for_each(|common| tables_of(common.select, found));
    let compounds = select.body.compounds.as_deref().unwrap_or_default();
    for one in std::iter::once(&select.body.select).chain(compounds.iter().map(|compound| &compound.select)) {
        let OneSelect::Select { from: Some(from), .. } = one else { continue };
        let joined = from.joins.iter().flatten().map(|join| &join.table);
        for table in from.select.into_iter().chain(joined) {
            match table {
                SelectTable::Table(name, ..) => found.push(lower(&name.name)),
                SelectTable::Select(select, _) => tables_of(select, found),
                _ => {}
            }
        }
    }
}

fn item(expression: &Expr<'_>) -> Item {
    match expression {
        Expr::Id(id) => Item::Column(folded(id.0)),
        Expr::Name(name) | Expr::Qualified(_, name) => Item::Column(folded(name.0)),
        Expr::Literal(Literal::Null) => Item::Null,
        Expr::Literal(Literal::String(text)) => Item::Text(folded(text)),
        _ => Item::Other,
    }
}

/// The table that an INSERT puts rows into.
fn inserted(sql: &str) -> Option<String> {
    let mut tokens = significant(sql).skip_while(|token| !token.is("INTO")).skip(1);
    let (name, next) = (tokens.next()?, tokens.next());
    // The name of the database may come first.
    let name = if next.is_some_and(|next| next.is(".")) { tokens.next()? } else { name };
    Some(folded(name.text))
}

/// A statement up to its WHERE, where the values come from.
pub(super) fn before_where(sql: &str) -> &str {
    let mut depth = 0_usize;
    for token in significant(sql) {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.is("WHERE") => return &sql[..token.range.start],
            _ => {}
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_what_the_parser_tells() {
        for sql in [
            "INSERT INTO t VALUES (1), (2)",
            "insert or ignore into main.\"T t\"(a) values ('SELECT') ON CONFLICT DO NOTHING RETURNING a",
            "REPLACE INTO [t] DEFAULT VALUES",
            "INSERT INTO 't'(into_a) VALUES (x'00')",
            "INSERT INTO t AS u(a) VALUES (1)",
            "INSERT INTO t WITH w AS (VALUES (1)) VALUES (2)",
            "INSERT INTO t VALUES ((SELECT 1))",
            "CREATE TABLE t(a)",
            "CREATE TABLE t(a AS (1))",
            "CREATE TEMP TABLE t AS SELECT a FROM u",
            "CREATE TABLE t AS VALUES (1)",
            "CREATE VIEW v AS SELECT 1",
            "CREATE INDEX i ON t(a)",
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u SELECT 1; END",
            "CREATE VIRTUAL TABLE f USING fts5(a)",
        ] {
            assert_eq!(Write::parse(sql), Write::parsed(sql), "{sql}");
        }
    }

    fn copied(sql: &str) -> Copy {
        match Write::parse(sql) {
            Some(Write::Copy(copy)) => copy,
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn copies_say_which_column_goes_where() {
        let copy = copied("INSERT INTO \"New\"(a, [B]) SELECT o.`A`, 'b' FROM Old AS o");
        assert_eq!((copy.table.as_str(), copy.source.as_deref()), ("new", Some("old")));
        assert!(copy.is_plain() && !copy.is_by_position());
        let pairs = copy.pairs(&[], &[]).unwrap();
        assert_eq!(pairs, [("a", Item::Column("a".into())), ("b", Item::Text("b".into()))]);
        let star = copied("INSERT OR IGNORE INTO new SELECT * FROM old");
        assert!(star.is_plain() && star.is_by_position());
        let (into, from) = (["x".to_owned()], ["y".to_owned()]);
        assert_eq!(star.pairs(&into, &from).unwrap(), [("x", Item::Column("y".into()))]);
        assert_eq!(star.pairs(&into, &[]), None);
        for picks in ["WHERE a", "GROUP BY a", "LIMIT 1", "UNION SELECT 1"] {
            assert!(!copied(&format!("INSERT INTO n SELECT a FROM o {picks}")).is_plain(), "{picks}");
        }
        assert!(!copied("INSERT INTO n SELECT a FROM o JOIN p").is_plain());
        for (condition, picks) in [
            ("o.a = p.a", false),
            ("(o.a = p.a) AND p.b = o.b", false),
            ("o.a = o.b", true),
            ("o.a = p.a AND p.b", true),
            ("o.a = p.a AND p.b = 1", true),
            ("o.a = p.a OR p.b = o.b", true),
            ("o.a <> p.a", true),
        ] {
            let copy = copied(&format!("INSERT INTO n SELECT o.a FROM o, p WHERE {condition}"));
            assert_eq!(copy.picks, picks, "{condition}");
        }
        assert_eq!(copied("INSERT INTO n SELECT a FROM o GROUP BY o.a").groups, [Item::Column("a".into())]);
        assert!(copied("CREATE TABLE n AS SELECT * FROM o").is_plain());
    }

    #[test]
    fn other_writes() {
        assert_eq!(Write::parse("INSERT INTO t VALUES (1)"), Some(Write::Insert { table: "t".into() }));
        assert_eq!(Write::parse("REPLACE INTO t SELECT 1"), Some(Write::Insert { table: "t".into() }));
        for (sql, all) in [
            ("DELETE FROM T", true),
            ("DELETE FROM t WHERE true", true),
            ("DELETE FROM t WHERE a", false),
            ("DELETE FROM t WHERE \"true\"", false),
            ("DELETE FROM t WHERE false", false),
        ] {
            assert_eq!(Write::parse(sql), Some(Write::Delete { table: "t".into(), all }), "{sql}");
        }
        let update = Write::Update { table: "t".into(), columns: vec!["a".into(), "b".into()] };
        assert_eq!(Write::parse("UPDATE t SET (a, b) = (1, 2)"), Some(update));
        assert_eq!(Write::parse("CREATE TABLE t(a)"), None);
        assert_eq!(Write::parse("INSERT INTO"), None);
    }
}
