//! Many programs at one database, and programs that are killed: starters in a crowd, the release before this one, the
//! examples, the pools, and what people have met in the field. These take minutes.

mod company;
mod crowd;
mod failures;
mod fleet;
mod moving;
mod previous;
mod rolling;
mod service;
