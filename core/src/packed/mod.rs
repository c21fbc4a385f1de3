//! A proven history as a program embeds it: one text and one table of bytes, without a pointer in either.
//!
//! A pointer costs a program forty bytes, with what the loader needs to put it right at every start, and rustc an expression.
//! So macro, command line and tests all pack a [`Source`], and the runtime reads a [`Packed`]. The layout is private to
//! this version: it is never stored for another.
//!
//! ```
//! use onward_core::checksum::Checksum;
//! use onward_core::packed::{File, Source, Statement, Step, pack};
//!
//! let sql = "CREATE TABLE jobs(id);";
//! let statements = vec![Statement { start: 0, end: 21, strings: false, undone: false }];
//! let up = File { path: "migrations/0001_jobs.sql".into(), label: "0001", name: "jobs", sql, statements };
//! let steps = vec![Step { version: 1, checksum: Checksum::of(sql), foreign_keys: false, hook: false, up, down: None }];
//! let packed = pack(&Source { steps, ..Source::default() });
//! let first = packed.view().step(0).up;
//! assert_eq!((first.path, first.label, first.name, first.sql), ("migrations/0001_jobs.sql", "0001", "jobs", sql));
//! assert_eq!(first.statements().next().map(|found| found.end), Some(21));
//! ```

mod buffer;
mod names;
mod number;
mod source;
mod view;
mod write;

pub use buffer::{PackedBuf, pack};
pub use names::Names;
pub use source::{File, Function, FunctionKind, Source, Statement, Step};
pub use view::{Packed, PackedFile, PackedStep};
