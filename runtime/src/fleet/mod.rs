//! Many files with one history, a database per tenant: each gets what [`Migrations::open`](crate::Migrations::open) gives one,
//! many at a time, and what becomes of it stops no other.
//!
//! ```
//! use onward::fleet::Class;
//!
//! # let migrations: onward::Migrations = onward::migrations!("../migrations");
//! # let folder = tempfile::tempdir()?;
//! # let tenants: Vec<_> = (0..20).map(|tenant| folder.path().join(format!("{tenant}.db"))).collect();
//! # for tenant in &tenants { migrations.migrator().target(9).open(tenant)?; }
//! let sweep = migrations.fleet().canary(2).max_failures(3).apply(&tenants)?;
//! println!("{sweep}");
//! assert_eq!(sweep.count(Class::Migrated), 20);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! There is no state beside the files: what is up to date costs one read, so a sweep that was stopped or killed is resumed by
//! running it again, and two at once do no harm. A program that opens a tenant when it is asked for migrates it then; the
//! sweep takes those that nobody asks for.
//!
//! [`Fleet`] blocks its thread and calls no async runtime; in one, call it in `spawn_blocking`.

mod amount;
mod begin;
mod class;
mod course;
mod crew;
mod event;
mod plan;
mod settings;
mod stop;
mod sweep;
mod tenant;
mod versions;
mod visit;
mod worst;

pub use crate::start::is_kept_beside;
pub use amount::Amount;
pub use class::Class;
pub use event::Event;
pub use plan::{Plan, Sample};
pub use settings::Fleet;
pub use stop::Stop;
pub use sweep::{Ended, Sweep};
pub use tenant::Tenant;
pub use versions::VersionCount;
