//! Ctrl-C.

use anyhow::Context;

/// What a shell says of a command that ctrl-C has ended.
pub(crate) const CODE: i32 = 130;

/// Calls this for the first ctrl-C, the second and so on, in place of ending at once.
pub(crate) fn on_each(mut run: impl FnMut(usize) + Send + 'static) -> anyhow::Result<()> {
    let mut pressed = 0;
    let pressing = move || {
        pressed += 1;
        run(pressed);
    };
    ctrlc::set_handler(pressing).context("cannot listen for ctrl-C")
}
