//! How far a sweep is, on a terminal.

use std::io::{IsTerminal, stderr, stdout};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onward::fleet::{Class, Tenant};

use super::arguments::Format;

const TEMPLATE: &str = "{bar:30} {pos} of {len} files{msg}, {per_sec}, {eta} left";

/// Whether somebody has to look at it, or to come back.
pub(super) fn is_wrong(class: Class) -> bool {
    class.is_failure() || class == Class::Busy
}

/// A bar that is drawn if somebody sees it.
pub(super) struct Progress {
    bar: ProgressBar,
    /// How many files are not done.
    wrong: usize,
}

impl Progress {
    pub(super) fn new(files: usize, format: Format) -> Progress {
        let length = Some(files as u64);
        // Between lines of JSON on one terminal a bar would be in the way.
        let is_seen = stderr().is_terminal() && (format == Format::Human || !stdout().is_terminal());
        let target = if is_seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(length, target).with_style(style);
        Progress { bar, wrong: 0 }
    }

    pub(super) fn count(&mut self, tenant: &Tenant) {
        if is_wrong(tenant.class) {
            self.wrong += 1;
            self.bar.set_message(format!(", {} not done", self.wrong));
        }
        self.bar.inc(1);
    }

    /// Does something while no bar is there.
    pub(super) fn aside(&self, run: impl FnOnce()) {
        self.bar.suspend(run);
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
