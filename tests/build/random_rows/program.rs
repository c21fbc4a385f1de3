//! A history as a program embeds it, for as long as the test's process.

use onward::__private::{self, Migration};
use onward::Migrations;
use onward_analysis::Analysis;
use onward_analysis::folder::embedded::{File, Statement};

/// What `migrations!` would expand to, whether or not it would build; `None` if nothing was replayed.
pub(crate) fn of(analysis: &Analysis) -> Option<Migrations> {
    let replay = analysis.replay.as_ref()?;
    let objects: Vec<&'static str> = replay.objects.iter().map(|name| leak(name.clone())).collect();
    let list: Vec<Migration> =
        (0..analysis.history.migrations.len()).map(|index| migration(analysis, index)).collect();
    let migrations = __private::migrations(list.leak(), objects.leak(), *replay.fingerprint.as_bytes());
    let config = &analysis.history.config;
    let external = config.others().map(|table| (leak(table.name.clone()), leak(table.sql.clone())));
    Some(__private::external(migrations, external.collect::<Vec<_>>().leak()))
}

fn migration(analysis: &Analysis, index: usize) -> Migration {
    let found = &analysis.history.migrations[index];
    let (up, _) = analysis.history.embedded(found, "");
    let migration = __private::migration(found.version, file(up), found.checksum.0, found.chain.0);
    if found.foreign_keys { __private::foreign_keys(migration) } else { migration }
}

fn file(File { whole, ends, statements }: File) -> __private::File {
    let at = |offset| u32::try_from(offset).expect("no file is that long");
    let statements = statements.into_iter().map(|Statement { range, strings, undone }| {
        __private::statement(at(range.start), at(range.end), strings, undone)
    });
    __private::file(leak(whole), ends.map(at), statements.collect::<Vec<_>>().leak())
}

fn leak(text: String) -> &'static str {
    text.leak()
}
