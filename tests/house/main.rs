//! What holds of this repository itself: who imports whom, what its pages say, and the declared Rust version.

mod circles;
mod codes;
mod msrv;
mod readme;
mod recipes;
