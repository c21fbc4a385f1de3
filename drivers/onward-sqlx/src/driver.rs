//! sqlx's connections and pools, the same in each version.

macro_rules! driver {
    ($core:ident, $sqlite:ident) => {
        const _: () = {
            use std::ptr::NonNull;

            use onward::rusqlite::ffi::sqlite3;
            use onward::{Report, Result};
            use $core::connection::Connection as _;
            use $core::error::Error;
            use $core::pool::{Pool, PoolConnection};
            use $sqlite::{LockedSqliteHandle, Sqlite, SqliteConnection};

            use crate::locked::Locked;
            use crate::sealed::Session;
            use crate::session::{Held, Work, no_connection, run};

            impl Locked for LockedSqliteHandle<'_> {
                fn handle(&mut self) -> NonNull<sqlite3> {
                    self.as_raw_handle()
                }
            }

            impl Held for SqliteConnection {
                type Error = Error;
                type Locked<'c> = LockedSqliteHandle<'c>;

                async fn forget_statements(&mut self) -> std::result::Result<(), Error> {
                    self.clear_cached_statements().await
                }

                async fn lock(&mut self) -> std::result::Result<LockedSqliteHandle<'_>, Error> {
                    self.lock_handle().await
                }
            }

            impl Session for &mut SqliteConnection {
                async fn run(self, work: Work) -> Result<Report> {
                    run(self, work).await
                }
            }

            impl Session for &mut PoolConnection<Sqlite> {
                async fn run(self, work: Work) -> Result<Report> {
                    run(&mut **self, work).await
                }
            }

            impl Session for &Pool<Sqlite> {
                async fn run(self, work: Work) -> Result<Report> {
                    let mut conn = self.acquire().await.map_err(no_connection)?;
                    run(&mut *conn, work).await
                }
            }
        };
    };
}

#[cfg(feature = "sqlx-08")]
driver!(sqlx_core_08, sqlx_sqlite_08);
#[cfg(feature = "sqlx-09")]
driver!(sqlx_core_09, sqlx_sqlite_09);
