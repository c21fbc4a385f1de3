//! onward on the connections of sqlx 0.9.
#![cfg(feature = "sqlx-09")]

mod cases;

use sqlx_09 as sqlx;
