//! sqlx's connections and pools, the same in each version.

macro_rules! driver {
    ($core:ident, $sqlite:ident) => {
        const _: () = {
            use std::ptr::NonNull;
            use std::time::Instant;

            use onward::rusqlite::ffi::sqlite3;
            use onward::{Database, Work};
            use $core::connection::Connection as _;
            use $core::error::Error;
            use $core::pool::{Pool, PoolConnection};
            use $sqlite::{LockedSqliteHandle, Sqlite, SqliteConnection};

            use crate::Driver;
            use crate::locked::Locked;
            use crate::session::{AnyError, Held, WAIT, is_busy, run};
            use crate::thread;

            impl Locked for LockedSqliteHandle<'_> {
                fn handle(&mut self) -> NonNull<sqlite3> {
                    self.as_raw_handle()
                }
            }

            impl Held for SqliteConnection {
                type Error = Error;
                type Locked<'c> = LockedSqliteHandle<'c>;

                async fn forget_statements(&mut self) -> Result<(), Error> {
                    self.clear_cached_statements().await
                }

                async fn lock(&mut self) -> Result<LockedSqliteHandle<'_>, Error> {
                    self.lock_handle().await
                }
            }

            impl Database<Driver> for &mut SqliteConnection {
                async fn run<W: Work>(self, work: W) -> Result<W::Output, AnyError> {
                    run(self, work).await
                }
            }

            impl Database<Driver> for &mut PoolConnection<Sqlite> {
                async fn run<W: Work>(self, work: W) -> Result<W::Output, AnyError> {
                    run(&mut **self, work).await
                }
            }

            impl Database<Driver> for &Pool<Sqlite> {
                async fn run<W: Work>(self, work: W) -> Result<W::Output, AnyError> {
                    let mut conn = acquire(self).await?;
                    run(&mut *conn, work).await
                }
            }

            /// A connection of a pool. sqlx opens one with PRAGMAs, and for some of them SQLite does not wait until others have
            /// migrated.
            async fn acquire(pool: &Pool<Sqlite>) -> Result<PoolConnection<Sqlite>, AnyError> {
                let began = Instant::now();
                loop {
                    match pool.acquire().await {
                        Err(Error::Database(error))
                            if is_busy(error.code().as_deref())
                                && began.elapsed() < pool.options().get_acquire_timeout() =>
                        {
                            thread::run(|| std::thread::sleep(WAIT)).await?;
                        }
                        outcome => return Ok(outcome?),
                    }
                }
            }
        };
    };
}

#[cfg(feature = "sqlx-08")]
driver!(sqlx_core_08, sqlx_sqlite_08);
#[cfg(feature = "sqlx-09")]
driver!(sqlx_core_09, sqlx_sqlite_09);
