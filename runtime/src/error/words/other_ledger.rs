//! Of the ledger of another tool, from which a database is not adopted.

use onward_core::printable::printable;
use onward_core::tool::Tool;

use super::said::{Words, indented, lines, list};
use crate::error::fault::Fault;
use crate::history::{OtherLedger, Short};

/// So many rows of a ledger are named.
const MOST: usize = 10;

/// How many there are that are not named.
fn more(all: usize) -> Option<String> {
    let rest = all.checked_sub(MOST).filter(|rest| *rest > 0)?;
    Some(format!("… and {rest} more"))
}

pub(super) fn other_ledger(tool: Tool, table: Option<&str>, problem: &OtherLedger) -> Words {
    let ledger = match tool.ledger().map(|usual| table.unwrap_or(usual)) {
        Some(table) => format!("the ledger of {tool}, `{}`", printable(table)),
        None => format!("the count of {tool}, `PRAGMA user_version`"),
    };
    let at = "`migrator().adopt(Adopt::At(version))`, or `--at VERSION` on the command line";
    match problem {
        OtherLedger::NotEmbedded { embedded } => {
            let has = match embedded {
                Some(embedded) => {
                    format!("embeds what {embedded} has of its migrations, not what {tool} has")
                }
                None => format!("does not embed what {tool} has of its migrations"),
            };
            let what = format!(
                "the database is to be adopted from {tool}, and the program {has}; nothing was changed"
            );
            Words::new(Fault::Caller, what).help(format!(
                "name the tool where the folder is named, `migrations!(\"migrations\", from = \"{tool}\")`"
            ))
        }
        OtherLedger::NotThere { found } => {
            Words::new(Fault::Database, not_there(&ledger, found.as_deref())).verdict().help(format!(
                "look whether this is the right database and {tool} the right tool; if the ledger has another name, say it with \
                 `migrator().tool_table(\"…\")`, or `--table NAME`; without one, the schema can say what has run: \
                 `migrator().adopt(Adopt::Exact)`, or `cargo onward adopt` without `--from`"
            ))
        }
        OtherLedger::Elsewhere { found, tables } => {
            let first = tables.first().map_or("", String::as_str);
            Words::new(Fault::Database, not_there(&ledger, found.as_deref())).verdict().help(format!(
                "by their columns, these may be that ledger: {}; if {tool} was told to keep it in one of them, say so with \
                 `migrator().tool_table({first:?})`, or `--table {}`",
                list(tables),
                printable(first)
            ))
        }
        OtherLedger::OnlyCounts => {
            let what = format!(
                "a table was named for the ledger of {tool}, which keeps none: it counts in `PRAGMA user_version`; nothing was \
                 changed"
            );
            Words::new(Fault::Caller, what).help("leave `tool_table`, or `--table`, out")
        }
        OtherLedger::Parted { partings } => {
            let what = format!("{ledger}, and the program's migrations do not agree; nothing was changed");
            let shown = partings.iter().take(MOST).map(ToString::to_string);
            let shown = shown.chain(more(partings.len()));
            Words::new(Fault::Database, lines(what, "  ", shown)).verdict().help(format!(
                "take the files from version control as they ran, byte for byte: line ends count as well; what has not run \
                 yet and comes too late, let {tool} run first, or give it a newer version; if you know that all is well, say \
                 which migration was the last with {at}: then the schema alone has to agree"
            ))
        }
        OtherLedger::WentOn { ledger: ours, files } => {
            let named = files.iter().take(MOST).map(|file| Short(file).to_string());
            let files: Vec<String> = named.chain(more(files.len())).collect();
            let what = format!(
                "by {ledger}, it has run {} since the database was adopted; `{ours}` does not have that, so it would run a \
                 second time; nothing was changed",
                files.join(", ")
            );
            Words::new(Fault::Database, what).verdict().help(format!(
                "let one of the two migrate; to come back from {tool}, drop the ledger of onward, on a copy first, with `DROP \
                 TABLE {ours}`, and adopt the database again"
            ))
        }
        OtherLedger::Schema { newest, fits, differences } => {
            let newest = match newest {
                Some(newest) => format!("the newest that has run is {}", printable(newest)),
                None => "none has run".to_owned(),
            };
            let fits = match &fits[..] {
                [] => "after no migration is it this one".to_owned(),
                fits => {
                    let fits: Vec<String> = fits.iter().map(|file| printable(file).to_string()).collect();
                    format!("it is the one after {}", fits.join(", "))
                }
            };
            let what = format!(
                "by {ledger}, {newest}, and the schema is another one: {fits}; nothing was changed\n  it is not as the \
                 ledger says:"
            );
            Words::new(Fault::Database, lines(what, "  ", differences.iter().take(20))).verdict().help(format!(
                "bring the schema in line by hand, on a copy first; or, if the ledger is wrong and the schema right, say which \
                 migration was the last with {at}"
            ))
        }
        OtherLedger::InDoubt { version, file, before, writing } => {
            let what = match writing {
                Some((line, sql)) => format!(
                    "by {ledger}, {file} may have run, or not, or a part of it, and the schema does not tell whether this \
                     has changed rows; nothing was changed\n  {file}:{line}\n{}",
                    indented(sql),
                    file = printable(file),
                ),
                None => format!(
                    "by {ledger}, {file} may have run, or not, and the schema is that of a part of it; nothing was changed",
                    file = printable(file),
                ),
            };
            let not = match before {
                Some(before) => format!("{before} if it has not run"),
                None => "or begin with an empty file if nothing has run".to_owned(),
            };
            Words::new(Fault::Caller, what).verdict().help(format!(
                "look at the rows, bring the database by hand to where the migration has run or has not, on a copy first, and \
                 say which was the last with {at}: {version} if it has run, {not}"
            ))
        }
        OtherLedger::BothInDoubt { version, file, before, later, back } => {
            let (file, back) = (printable(file), printable(back));
            let what = format!(
                "by {ledger}, {file} may have run, or not, and so may {back}, and the schema does not tell; nothing was changed"
            );
            let not = match before {
                Some(before) => format!("{before} if {file} has not run"),
                None => format!("or begin with an empty file if {file} has not run"),
            };
            Words::new(Fault::Caller, what).verdict().help(format!(
                "look at the rows, bring the database by hand to where each of the two has run or has not, on a copy first, \
                 and say which was the last with {at}: {version} if both have run, {later} if {back} has not run, {not}"
            ))
        }
    }
}

fn not_there(ledger: &str, found: Option<&str>) -> String {
    match found {
        Some(found) => format!("{ledger}, is {}, and not that ledger; nothing was changed", printable(found)),
        None => format!("the database does not have {ledger}; nothing was changed"),
    }
}
