//! How many migrations a database has had that another tool has migrated: by that tool's ledger, and by the schema. Both
//! have to say the same.

use onward_core::effect::may_change_rows;
use onward_core::kind::Kind;
use onward_core::packed::Statement;
use onward_core::tool::{Lag, Tool};
use onward_schema::Schema;
use rusqlite::Connection;

use super::about::{About, about};
use super::exact::exact;
use super::replay::{made, ours, replay, schema};
use super::statement;
use crate::error::{Error, ErrorKind, Result};
use crate::history::{Known, List, Migration, Migrations, OtherLedger, Parting, Ran};
use crate::other;
use crate::settings::Settings;

/// How many migrations a tool has run, `names` being those of everything that the history makes.
pub(super) fn count(
    tool: Tool,
    table: Option<&str>,
    migrations: &Migrations,
    names: Vec<String>,
    conn: &Connection,
) -> Result<usize> {
    let refused = |problem| Err(Error::from(ErrorKind::OtherLedger { tool, problem }).in_table(table));
    let embedded = migrations.origin().map(|origin| origin.reader.tool);
    let Some(origin) = migrations.origin().filter(|_| embedded == Some(tool)) else {
        return refused(OtherLedger::NotEmbedded { embedded });
    };
    if tool.ledger().is_none() && table.is_some() {
        return refused(OtherLedger::OnlyCounts);
    }
    let reading = Error::sqlite("read the ledger of another tool");
    let rows = match other::read(origin.reader, table, conn).map_err(&reading)? {
        Ok(rows) => rows,
        Err(found) => {
            let mut tables = other::alike(origin.reader, conn).map_err(&reading)?;
            // A table of the history may have a column of that name.
            tables.retain(|table| !names.contains(&table.to_ascii_lowercase()));
            return refused(match tables.is_empty() {
                true => OtherLedger::NotThere { found },
                false => OtherLedger::Elsewhere { found, tables },
            });
        }
    };
    let told = match Told::of(migrations.list(), &origin.files, &rows) {
        Ok(told) => told,
        Err(partings) => return refused(OtherLedger::Parted { partings }),
    };
    match States::of(migrations, told, names)?.settle(migrations, conn)? {
        Ok(count) => Ok(count),
        Err(problem) => refused(problem),
    }
}

/// What a ledger says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    /// So many migrations have run, the first ones.
    count: usize,
    /// What of the next one may have run as well.
    lag: Lag,
    /// Whether the tool may have been about to take the one behind that back.
    back: bool,
}

impl Told {
    /// # Errors
    /// Every migration about which the rows and the files do not agree.
    fn of(list: List<'_>, files: &[Known], rows: &[Ran]) -> std::result::Result<Told, Vec<Parting>> {
        let mut partings = Vec::new();
        let mut has_run = vec![false; files.len()];
        let mut begun = None;
        for (row, about) in rows.iter().zip(about(files, rows)) {
            let (key, file) = (row.key.clone(), |at| list.at(at).file().to_owned());
            let at = match about {
                About::One(at) => at,
                About::OneOf(all) => {
                    let files = all.into_iter().map(file).collect();
                    partings.push(Parting::Unclear { key, files });
                    continue;
                }
                About::Unknown => {
                    partings.push(Parting::Missing { key });
                    continue;
                }
            };
            let its = &files[at];
            if let Some(ledger) = row.sum.as_ref().filter(|_| !its.sums.is_empty())
                && !its.has(ledger)
            {
                let program = its.sums.split(' ').next().unwrap_or_default().to_owned();
                partings.push(Parting::Edited { file: file(at), ledger: ledger.clone(), program });
            }
            if row.stands_for_all {
                has_run[..at].fill(true);
            }
            has_run[at] |= row.is_done;
            if !row.is_done {
                begun = begun.max(Some((at, row.stands_for_all)));
            }
        }
        // Another row may say that it has run after all.
        let begun = begun.filter(|(at, _)| !has_run[*at]);
        let count = has_run.iter().position(|ran| !ran).unwrap_or(files.len());
        // What has begun and not ended is only in doubt where it is the next.
        let newest = has_run.iter().rposition(|ran| *ran).max(begun.map(|(at, _)| at));
        if let Some(newest) = newest {
            let late = (count..newest).filter(|at| !has_run[*at]);
            let file = |at| list.at(at).file().to_owned();
            partings.extend(late.map(|at| Parting::OutOfOrder { file: file(at), newest: file(newest) }));
        }
        if !partings.is_empty() {
            return Err(partings);
        }
        let (lag, back) = match begun {
            Some((_, back)) => (Lag::Statements, back),
            None => (files.get(count).map_or(Lag::Never, |file| file.lag), false),
        };
        Ok(Told { count, lag, back })
    }
}

/// The schemas that a database may have by what the ledger says.
struct States {
    told: Told,
    /// After the migrations that have run, and then after each statement of the next that may have run.
    schemas: Vec<Schema>,
    /// The names of everything that is in any of them, or after any migration.
    names: Vec<String>,
}

impl States {
    fn of(migrations: &Migrations, told: Told, mut names: Vec<String>) -> Result<States> {
        let reading = Error::sqlite("read the schema");
        let replaying = Error::sqlite("replay the history in memory");
        let replayed = replay(migrations, told.count, &mut |_, _| Ok(()))?;
        let mut schemas = vec![made(migrations, &replayed)?];
        if let (Some(next), true) = (migrations.list().get(told.count), told.lag != Lag::Never) {
            let settings = Settings::prepare(&replayed).map_err(&replaying)?;
            for (sql, statement) in next.statements() {
                statement::one(next, statement, sql, &replayed, &settings)?;
                schemas.push(made(migrations, &replayed)?);
                names.extend(ours(migrations, &replayed).map_err(&reading)?);
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(States { told, schemas, names })
    }

    /// Which of them a database has.
    fn settle(
        &self,
        migrations: &Migrations,
        conn: &Connection,
    ) -> Result<std::result::Result<usize, OtherLedger>> {
        let (list, found) = (migrations.list(), schema(conn)?);
        let Told { count, lag, back } = self.told;
        let last = self.schemas.len() - 1;
        let may_be = |at: &usize| lag != Lag::Row || *at == 0 || *at == last;
        let fits: Vec<usize> = (0..=last)
            .filter(may_be)
            .filter(|at| self.schemas[*at].compare_named(&found, &self.names).is_empty())
            .collect();
        let (Some(&first), Some(&end)) = (fits.first(), fits.last()) else {
            let counts = exact(migrations, &self.names, conn)?;
            return Ok(Err(OtherLedger::Schema {
                newest: count.checked_sub(1).map(|at| list.at(at).file().to_owned()),
                fits: counts.into_iter().map(|count| list.at(count - 1).file().to_owned()).collect(),
                differences: self.schemas[0].compare_named(&found, &self.names),
            }));
        };
        let Some(next) = list.get(count).filter(|_| last > 0) else { return Ok(Ok(count)) };
        let before = count.checked_sub(1).map(|at| list.at(at));
        let between = next.statements().skip(first).take(end - first);
        let mut writing = between.filter(|(sql, _)| may_change_rows(sql));
        // The way back from the one behind this ends here as well, and what it does to rows leaves no trace.
        let later = list.get(count + 1).filter(|_| back && end == last);
        let down = later.and_then(Migration::back).and_then(|down| Some((down, writes(down)?)));
        match (writing.next(), down, later) {
            (Some(_), Some((down, _)), Some(later)) => {
                return Ok(Err(OtherLedger::BothInDoubt {
                    version: next.version(),
                    file: next.file().to_owned(),
                    before: before.map(Migration::version),
                    later: later.version(),
                    back: down.file().to_owned(),
                }));
            }
            (Some(writing), ..) => return Ok(Err(in_doubt(next, Some(writing), next, before))),
            (None, Some((down, writing)), _) => {
                return Ok(Err(in_doubt(down, Some(writing), next, later)));
            }
            _ => {}
        }
        Ok(match (first, end) {
            (0, _) => Ok(count),
            (_, end) if end == last => Ok(count + 1),
            _ => Err(in_doubt(next, None, next, before)),
        })
    }
}

/// That nobody knows whether a file has run: the last migration is one if it has, and the other if it has not.
fn in_doubt(
    file: Migration<'_>,
    writing: Option<(&str, Statement)>,
    ran: Migration<'_>,
    not: Option<Migration<'_>>,
) -> OtherLedger {
    OtherLedger::InDoubt {
        version: ran.version(),
        file: file.file().to_owned(),
        before: not.map(Migration::version),
        writing: writing.map(|(sql, statement)| (file.position(statement.start).0, sql.to_owned())),
    }
}

/// The first statement that changes rows, and not the schema.
fn writes(migration: Migration<'_>) -> Option<(&str, Statement)> {
    migration.statements().find(|(sql, _)| may_change_rows(sql) && !Kind::of(sql).changes_schema())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::history::migrations;

    const FILES: [Known; 3] = [
        Known { key: Cow::Borrowed("1"), sums: Cow::Borrowed("a"), lag: Lag::Never },
        Known { key: Cow::Borrowed("2"), sums: Cow::Borrowed("b other"), lag: Lag::Never },
        Known { key: Cow::Borrowed("3"), sums: Cow::Borrowed(""), lag: Lag::Row },
    ];

    fn ran(key: &str, sum: Option<&str>) -> Ran {
        Ran { key: key.to_owned(), sum: sum.map(str::to_owned), is_done: true, stands_for_all: false }
    }

    fn told(rows: &[Ran]) -> std::result::Result<(usize, Lag), Vec<Parting>> {
        let history = migrations(&[1, 2, 3]);
        Told::of(history.list(), &FILES, rows).map(|told| (told.count, told.lag))
    }

    #[test]
    fn what_has_run_are_the_first_ones() {
        assert_eq!(told(&[]), Ok((0, Lag::Never)));
        assert_eq!(told(&[ran("1", Some("a"))]), Ok((1, Lag::Never)));
        assert_eq!(told(&[ran("2", Some("other")), ran("1", None)]), Ok((2, Lag::Row)));
        let all = Ran { stands_for_all: true, ..ran("3", Some("whatever it keeps none of")) };
        assert_eq!(told(&[all]), Ok((3, Lag::Never)));
    }

    #[test]
    fn what_has_begun_is_the_next() {
        let begun = |key| Ran { is_done: false, ..ran(key, None) };
        assert_eq!(told(&[ran("1", None), begun("2")]), Ok((1, Lag::Statements)));
        assert!(matches!(
            &told(&[begun("1"), ran("2", None)]).unwrap_err()[..],
            [Parting::OutOfOrder { .. }]
        ));
        assert!(matches!(&told(&[begun("2")]).unwrap_err()[..], [Parting::OutOfOrder { .. }]));
        // It was tried again, with success: nothing is in doubt then.
        assert_eq!(told(&[begun("1"), ran("1", None)]), Ok((1, Lag::Never)));
    }

    #[test]
    fn every_disagreement_is_named() {
        let found = told(&[ran("1", Some("x")), ran("3", None), ran("9", None)]).unwrap_err();
        let edited =
            Parting::Edited { file: "m.sql".to_owned(), ledger: "x".to_owned(), program: "a".to_owned() };
        let late = Parting::OutOfOrder { file: "m.sql".to_owned(), newest: "m.sql".to_owned() };
        assert_eq!(found, [edited, Parting::Missing { key: "9".to_owned() }, late]);
    }
}
