//! What of a history a program carries: the packed files, and the code beside them.

use onward_core::packed::Packed;

use super::hook::Hook;

/// A history as it lies in the program, or in memory.
#[derive(Clone, Copy)]
pub struct Embedded<'m> {
    pub(crate) packed: Packed<'m>,
    pub(crate) hooks: &'m [Hook],
}

impl<'m> Embedded<'m> {
    /// A text and a table as [`onward_core::packed`] makes them, and the code beside.
    pub const fn new(text: &'m str, table: &'m [u8], hooks: &'m [Hook]) -> Embedded<'m> {
        Embedded { packed: Packed::new(text, table), hooks }
    }
}
