//! What ends a sweep before its end: ctrl-C, and nobody who reads along.

use std::io::{self, Write};
use std::process;

use onward::fleet::Stop;
use onward_core::printable::printable_lines;

use crate::{child, interrupt};

pub(super) static STOP: Stop = Stop::new();

/// Begins to listen for ctrl-C.
pub(super) fn listen() -> anyhow::Result<()> {
    let ask = |pressed| {
        if pressed > 1 {
            // What is in hand is rolled back, by whoever opens it next.
            process::exit(interrupt::CODE);
        }
        STOP.stop();
        warn("note: ending after the files in hand; ctrl-C again ends at once");
    };
    if child::is_one() { child::on_interrupt(ask) } else { interrupt::on_each(ask) }
}

/// Prints a line for whoever reads the results, at once.
pub(super) fn tell(line: &str) {
    write(&mut anstream::stdout().lock(), line);
}

/// Prints lines for whoever watches.
pub(super) fn warn(text: &str) {
    write(&mut anstream::stderr().lock(), &printable_lines(text));
}

/// With nobody there to read it, nobody would know what became of the files.
fn write(to: &mut impl Write, line: &str) {
    let written = writeln!(to, "{line}").and_then(|()| to.flush());
    if written.is_err_and(|error| error.kind() != io::ErrorKind::Interrupted) {
        STOP.stop();
    }
}
