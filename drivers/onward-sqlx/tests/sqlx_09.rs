//! onward on the connections of sqlx 0.9.
#![cfg(feature = "sqlx-09")]

mod cases;
#[path = "../../../tests/ten/mod.rs"]
mod ten;

use sqlx_09 as sqlx;
