//! The names of migration files: which layouts there are, and what a name says.

use std::fmt;

use onward_core::version::digits;

use super::bad_name::BadName;
use super::tool::flyway;

/// How a folder lays its migrations out. A folder keeps to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `0001_name.sql`, `20260101120000_name.sql` (sqlx, drizzle, …).
    Plain,
    /// `V1__name.sql`, also in folders below (refinery, flyway).
    Prefixed,
    /// `0001_name.up.sql`, `0001_name.down.sql` (sqlx, golang-migrate).
    UpDown,
    /// `2026-01-01-120000_name/up.sql` and `down.sql` (diesel, rusqlite_migration).
    Folders,
    /// `20260101120000_name/migration.sql` (prisma).
    FoldersMigration,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layout::Plain => "0001_name.sql",
            Layout::Prefixed => "V1__name.sql",
            Layout::UpDown => "0001_name.up.sql",
            Layout::Folders => "0001_name/up.sql",
            Layout::FoldersMigration => "0001_name/migration.sql",
        })
    }
}

/// Whether a file goes forward or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The migration itself.
    Up,
    /// What takes it back.
    Down,
}

/// What the name of a migration file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The layout it belongs to.
    pub layout: Layout,
    /// Up or down.
    pub direction: Direction,
    /// The version as written, leading zeros and dashes included.
    pub label: String,
    /// What stands behind the version.
    pub name: String,
    /// The file's or the folder's name, by which some tools order.
    pub stem: String,
}

impl Name {
    /// The number that the version is, without leading zeros; empty if it is a text. It may have any length.
    pub fn number(&self) -> String {
        digits(&self.label)
    }

    /// What its tool calls the version, where the tool compares versions as texts: prisma takes the whole name, and diesel
    /// what stands before the first `_`, without dashes.
    pub fn text(&self) -> String {
        match self.layout {
            Layout::Folders => self.stem.split('_').next().unwrap_or_default().replace('-', ""),
            _ => self.stem.clone(),
        }
    }

    /// The letter behind the version, `002a_name` or `002_a_name`: what two files of one number are told apart by.
    pub(crate) fn letter(&self) -> Option<char> {
        if !matches!(self.layout, Layout::Plain | Layout::UpDown) || self.number().is_empty() {
            return None;
        }
        let own = self.label.chars().last().filter(char::is_ascii_lowercase);
        let mut name = self.name.chars();
        let first = name.next().filter(char::is_ascii_lowercase);
        own.or_else(|| first.filter(|_| matches!(name.next(), Some('_' | '-'))))
    }

    /// Whether it is Flyway's `U1__name.sql`, or refinery's.
    pub(crate) fn is_undo(&self) -> bool {
        self.layout == Layout::Prefixed && self.stem.starts_with('U')
    }

    /// Whether it is named as rusqlite_migration asks for, a number and a dash, which diesel would read as a text.
    pub(crate) fn is_counted(&self) -> bool {
        let rest = self.stem.strip_prefix(self.label.as_str());
        self.layout == Layout::Folders
            && !self.label.contains('-')
            && rest.is_some_and(|rest| rest.starts_with('-'))
    }
}

/// Understands a path relative to the migrations folder, with `/` between its parts, that ends in `.sql` in any case.
pub fn parse(path: &str) -> Result<Name, BadName> {
    if path.contains('\u{fffd}') {
        return Err(BadName::new("the name is not UTF-8", "rename the file"));
    }
    match path.split('/').collect::<Vec<_>>()[..] {
        [file] => parse_file(file),
        [.., file] if is_prefixed(file) => parse_file(file),
        [folder, "up.sql"] => Ok(parse_folder(folder, Layout::Folders, Direction::Up)),
        [folder, "down.sql"] => Ok(parse_folder(folder, Layout::Folders, Direction::Down)),
        [folder, "migration.sql"] => Ok(parse_folder(folder, Layout::FoldersMigration, Direction::Up)),
        [folder, file] if parse_stem(folder, Layout::Folders, Direction::Up).is_ok() => Err(BadName {
            tool: None,
            group: file.to_owned(),
            problem: format!("`{file}` is not a file that onward knows in a migration's own folder"),
            help: format!("name it `{folder}/up.sql`, `{folder}/down.sql` or `{folder}/migration.sql`"),
        }),
        [folder, .., file] => Err(BadName {
            tool: None,
            group: format!("{folder}/"),
            problem: format!("`{file}` lies in the folder `{folder}`, which is not a migration's"),
            help: format!(
                "move it beside the others as `0001_name.sql`, or out of the migrations folder; a folder of one \
                 migration is named like `0001_{folder}` and holds `up.sql`"
            ),
        }),
        [] => Err(bad_form("the name is empty")),
    }
}

fn parse_file(file: &str) -> Result<Name, BadName> {
    let Some(stem) = file.strip_suffix(".sql") else {
        return Err(BadName {
            tool: None,
            group: "extension".into(),
            problem: "the extension is not in lower case".into(),
            help: format!("rename it to `{}sql`", &file[..file.len() - 3]),
        });
    };
    // golang-migrate takes anything behind the direction.
    let trimmed = stem.trim_end_matches('.');
    for (suffix, direction) in [(".up", Direction::Up), (".down", Direction::Down)] {
        if let Some(stem) = trimmed.strip_suffix(suffix) {
            return parse_stem(stem, Layout::UpDown, direction);
        }
    }
    for (prefix, direction) in [('V', Direction::Up), ('U', Direction::Down)] {
        if let Some((label, name)) = stem.strip_prefix(prefix).and_then(|rest| rest.split_once("__")) {
            return finish(label, name, stem, Layout::Prefixed, direction);
        }
    }
    if let Some(bad) = flyway::callback(stem) {
        return Err(bad);
    }
    if stem.starts_with(['v', 'u', 'R', 'B']) && stem.contains("__") {
        return Err(flyway::prefixed(stem));
    }
    parse_stem(stem, Layout::Plain, Direction::Up)
}

/// Whether a file is named as refinery and Flyway have it, in whatever folder.
fn is_prefixed(file: &str) -> bool {
    let stem = file.strip_suffix(".sql").and_then(|stem| stem.strip_prefix(['V', 'U']));
    stem.is_some_and(|stem| stem.starts_with(|c: char| c.is_ascii_digit()) && stem.contains("__"))
}

/// A file without a version: where a tool runs it, its name is one.
pub(crate) fn unnumbered(path: &str) -> Option<Name> {
    let stem = path.strip_suffix(".sql").filter(|stem| !stem.contains('/') && !stem.is_empty())?;
    let (layout, direction) = (Layout::Plain, Direction::Up);
    let plain = |stem: &str| stem.to_owned();
    (!stem.starts_with(|c: char| c.is_ascii_digit())).then(|| Name {
        layout,
        direction,
        label: plain(stem),
        name: plain(stem),
        stem: plain(stem),
    })
}

/// `0001_name`, `0001-name`, `0001a_name`, `0001`, or diesel's `2026-01-01-120000_name`.
fn parse_stem(stem: &str, layout: Layout, direction: Direction) -> Result<Name, BadName> {
    let digits = stem.bytes().position(|byte| !byte.is_ascii_digit() && byte != b'-').unwrap_or(stem.len());
    let dated = stem[..digits].trim_end_matches('-');
    let is_date = matches!(
        dated.split('-').map(str::len).collect::<Vec<_>>()[..],
        [4, 2, 2] | [4, 2, 2, 6] | [4, 2, 2, 6, 1..=9]
    );
    // diesel itself reads a time behind `_` as part of the name, and gets by because it sorts versions as text.
    let timed = stem.as_bytes().get(10..18).is_some_and(|time| {
        time[0] == b'_' && time[1..7].iter().all(u8::is_ascii_digit) && matches!(time[7], b'_' | b'-')
    });
    let label = match is_date {
        true if dated.len() == 10 && timed => &stem[..17],
        true => dated,
        false => numbered(stem, layout),
    };
    let rest = &stem[label.len()..];
    match rest.strip_prefix(['_', '-']) {
        None if rest.is_empty() && !label.is_empty() => finish(label, stem, stem, layout, direction),
        Some(name) => finish(label, name.trim_start_matches('_'), stem, layout, direction),
        None if label.is_empty() => Err(bad_form("it does not begin with a version")),
        None => Err(bad_form("version and name are not separated by `_`")),
    }
}

/// The digits at the beginning; of a file, with a letter behind them if a separator follows.
fn numbered(stem: &str, layout: Layout) -> &str {
    let digits = stem.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(stem.len());
    let is_file = matches!(layout, Layout::Plain | Layout::UpDown);
    match stem.as_bytes()[digits..] {
        [b'a'..=b'z', b'_' | b'-', ..] if is_file && digits > 0 => &stem[..=digits],
        _ => &stem[..digits],
    }
}

/// A folder's name, which may be any: diesel and prisma run what lies in it.
fn parse_folder(folder: &str, layout: Layout, direction: Direction) -> Name {
    parse_stem(folder, layout, direction).unwrap_or_else(|_| {
        let (label, name) =
            folder.split_once('_').filter(|(label, _)| !label.is_empty()).unwrap_or((folder, folder));
        Name { layout, direction, label: label.to_owned(), name: name.to_owned(), stem: folder.to_owned() }
    })
}

fn finish(
    label: &str,
    name: &str,
    stem: &str,
    layout: Layout,
    direction: Direction,
) -> Result<Name, BadName> {
    // Flyway's versions have parts.
    let number = label.strip_suffix(|c: char| c.is_ascii_lowercase()).filter(|_| layout != Layout::Prefixed);
    let parts =
        number.unwrap_or(label).split(|c| matches!(c, '-' | '_') || (c == '.' && layout == Layout::Prefixed));
    if !parts.clone().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(bad_form("the version is not a whole number"));
    }
    if name.is_empty() {
        return Err(bad_form("there is no name behind the version"));
    }
    Ok(Name { layout, direction, label: label.to_owned(), name: name.to_owned(), stem: stem.to_owned() })
}

fn bad_form(problem: &str) -> BadName {
    BadName::new(
        problem,
        "name it like `0001_name.sql`, `20260101120000_name.sql`, `V1__name.sql`, `0001_name.up.sql` or \
         `0001_name/up.sql`, or move it out of the migrations folder",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> (Layout, Direction, String, String) {
        let name = parse(path).unwrap_or_else(|bad| panic!("{path}: {bad:?}"));
        (name.layout, name.direction, name.number(), name.name)
    }

    #[test]
    fn all_layouts() {
        use Direction::*;
        use Layout::*;
        for (path, layout, direction, version, name) in [
            ("0001_jobs.sql", Plain, Up, "1", "jobs"),
            ("0000_thick_wolf.sql", Plain, Up, "0", "thick_wolf"),
            ("20260101120000_jobs and more.sql", Plain, Up, "20260101120000", "jobs and more"),
            ("7-jobs.sql", Plain, Up, "7", "jobs"),
            ("001__jobs.sql", Plain, Up, "1", "jobs"),
            ("V1__jobs.sql", Prefixed, Up, "1", "jobs"),
            ("V1.2__jobs.sql", Prefixed, Up, "12", "jobs"),
            ("V1_10__jobs.sql", Prefixed, Up, "110", "jobs"),
            ("3_jobs.up.sql", UpDown, Up, "3", "jobs"),
            ("3_jobs.down.sql", UpDown, Down, "3", "jobs"),
            ("2018-01-14-171611_create_tables/up.sql", Folders, Up, "20180114171611", "create_tables"),
            ("2018-01-14-171611_create_tables/down.sql", Folders, Down, "20180114171611", "create_tables"),
            ("2024-01-14-171611-0001_x/up.sql", Folders, Up, "202401141716110001", "x"),
            ("2024-03-13_170000_sso/up.sql", Folders, Up, "20240313170000", "sso"),
            ("01-friend_car/up.sql", Folders, Up, "1", "friend_car"),
            ("00000000000000_init/up.sql", Folders, Up, "0", "init"),
            ("99999999999999999999_jobs.sql", Plain, Up, "99999999999999999999", "jobs"),
            ("0001.sql", Plain, Up, "1", "0001"),
            ("20260101120000.sql", Plain, Up, "20260101120000", "20260101120000"),
            ("2026-01-05.sql", Plain, Up, "20260105", "2026-01-05"),
            ("002a_jobs.sql", Plain, Up, "2", "jobs"),
            ("002_a_jobs.sql", Plain, Up, "2", "a_jobs"),
            ("30_jobs.up..sql", UpDown, Up, "30", "jobs"),
            ("U1__jobs.sql", Prefixed, Down, "1", "jobs"),
            ("2026/V7__jobs.sql", Prefixed, Up, "7", "jobs"),
            ("init/up.sql", Folders, Up, "", "init"),
            ("m0001_init/down.sql", Folders, Down, "", "init"),
            ("0001/up.sql", Folders, Up, "1", "0001"),
            ("init/migration.sql", FoldersMigration, Up, "", "init"),
            ("20260101120000_init/migration.sql", FoldersMigration, Up, "20260101120000", "init"),
        ] {
            assert_eq!(read(path), (layout, direction, version.to_owned(), name.to_owned()), "{path}");
        }
    }

    #[test]
    fn bad_names_say_what_is_wrong() {
        for (path, problem) in [
            ("0001_\u{fffd}.sql", "the name is not UTF-8"),
            ("jobs.sql", "it does not begin with a version"),
            (".sql", "it does not begin with a version"),
            ("0001_.sql", "there is no name behind the version"),
            ("0001jobs.sql", "version and name are not separated by `_`"),
            ("V__jobs.sql", "the version is not a whole number"),
            ("V1x__jobs.sql", "the version is not a whole number"),
            ("V1..2__jobs.sql", "the version is not a whole number"),
            ("V1a__jobs.sql", "the version is not a whole number"),
            ("R__views.sql", "only the prefixes `V` and `U` are known, not `R`"),
            ("B2__baseline.sql", "only the prefixes `V` and `U` are known, not `B`"),
            ("afterMigrate.sql", "it runs beside the migrations, at an event"),
            ("0001_jobs.SQL", "the extension is not in lower case"),
            ("0001_jobs/seed.sql", "`seed.sql` is not a file that onward knows in a migration's own folder"),
            ("old/0001_jobs.sql", "`0001_jobs.sql` lies in the folder `old`, which is not a migration's"),
            ("a/b/up.sql", "`up.sql` lies in the folder `a`, which is not a migration's"),
        ] {
            assert_eq!(parse(path).map_err(|bad| bad.problem), Err(problem.to_owned()), "{path}");
        }
    }
}
