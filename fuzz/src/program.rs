//! A history as a program embeds it, for as long as a run of a target.

use onward::__private::{self, Migration};
use onward::Migrations;
use onward_analysis::Analysis;
use onward_analysis::folder::embedded::{File, Statement};

/// What a program embeds, given back at the end.
#[derive(Default)]
pub struct Program {
    texts: Vec<*mut str>,
    files: Vec<*mut __private::File>,
    statements: Vec<*mut [__private::Statement]>,
    lists: Vec<*mut [Migration]>,
    names: Vec<*mut [&'static str]>,
}

impl Program {
    /// Calls with what `migrations!` would expand to; not if the history has errors.
    pub fn with<T>(analysis: &Analysis, call: impl FnOnce(&Migrations) -> T) -> Option<T> {
        let replay = analysis.replay.as_ref().filter(|_| !analysis.has_errors())?;
        let mut program = Program::default();
        let objects: Vec<_> = replay.objects.iter().map(|name| program.text(name)).collect();
        let objects = lend(&mut program.names, objects.into());
        let list: Vec<_> =
            (0..analysis.history.migrations.len()).map(|index| program.migration(analysis, index)).collect();
        let list = lend(&mut program.lists, list.into());
        let migrations = __private::migrations(list, objects, *replay.fingerprint.as_bytes());
        Some(call(&migrations))
    }

    fn migration(&mut self, analysis: &Analysis, index: usize) -> Migration {
        let history = &analysis.history;
        let found = &history.migrations[index];
        let (up, down) = history.embedded(found, "");
        let migration = __private::migration(found.version, self.file(&up), found.checksum.0, found.chain.0);
        let migration = match found.foreign_keys {
            true => __private::foreign_keys(migration),
            false => migration,
        };
        match down {
            Some(down) => {
                let down = Box::new(self.file(&down));
                __private::down(migration, lend(&mut self.files, down))
            }
            None => migration,
        }
    }

    fn file(&mut self, File { whole, ends, statements }: &File) -> __private::File {
        let at = |offset| u32::try_from(offset).expect("no input is that long");
        let statements = statements.iter().map(|Statement { range, strings, undone }| {
            __private::statement(at(range.start), at(range.end), *strings, *undone)
        });
        let statements = lend(&mut self.statements, statements.collect());
        __private::file(self.text(whole), ends.map(at), statements)
    }

    fn text(&mut self, text: &str) -> &'static str {
        lend(&mut self.texts, text.into())
    }
}

fn lend<T: ?Sized>(lent: &mut Vec<*mut T>, thing: Box<T>) -> &'static T {
    let thing = Box::into_raw(thing);
    lent.push(thing);
    // SAFETY: it was a box until now, and is one again only when the program is dropped.
    unsafe { &*thing }
}

impl Drop for Program {
    fn drop(&mut self) {
        fn take<T: ?Sized>(lent: &mut Vec<*mut T>) {
            for thing in lent.drain(..) {
                // SAFETY: it came out of a box, and what borrowed it was lent to a call that is over.
                drop(unsafe { Box::from_raw(thing) });
            }
        }
        take(&mut self.lists);
        take(&mut self.names);
        take(&mut self.files);
        take(&mut self.statements);
        take(&mut self.texts);
    }
}
