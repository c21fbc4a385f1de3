//! What keeps `Session` to the types that this crate knows.

use std::future::Future;

use onward::{Report, Result};

use crate::session::Work;

/// A connection, or what gives one.
pub trait Session {
    #[doc(hidden)]
    fn run(self, work: Work) -> impl Future<Output = Result<Report>> + Send;
}
