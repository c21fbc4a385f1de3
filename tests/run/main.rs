//! What a run does to a database and the files beside it, in this process or in one that a test starts.
//!
//! Each test has files of its own. What needs many processes is in `processes`, and what tells `tracing` in `traced`.

mod adopt;
mod apply;
mod aside;
mod backup;
mod choices;
mod connection;
mod conversions;
mod dynamic;
mod errors;
mod external;
mod fleet;
mod hook_tests;
mod hooks;
mod keys;
mod newer;
mod order;
mod rows;
mod shared;
mod signals;
mod snapshot;
mod space;
mod transaction;
mod upserts;
