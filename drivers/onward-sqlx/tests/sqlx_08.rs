//! onward on the connections of sqlx 0.8.
#![cfg(feature = "sqlx-08")]

mod cases;
#[path = "../../../tests/ten/mod.rs"]
mod ten;

use sqlx_08 as sqlx;
