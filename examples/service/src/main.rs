//! A web service on SQLite, to be started any number of times on one database file.
//!
//! It answers `/health` from its first moment, with 503 until the database is up to date, and takes jobs from then on. What it
//! runs is recorded in `migrations/onward.release`, so that the next release is held against it, and this one goes on, and starts,
//! beside that.
//!
//! `cargo run -p service [FILE] [ADDRESS]`, then `curl -d payload http://127.0.0.1:8080/jobs`

mod pool;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use onward::rusqlite;
use onward::{Migrations, Readiness, migrations, query_scalar};
use pool::Pool;
use tokio::net::TcpListener;

static MIGRATIONS: Migrations = migrations!();
static READINESS: Readiness = Readiness::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().map_or_else(|| PathBuf::from("service.db"), PathBuf::from);
    let listener = TcpListener::bind(args.next().as_deref().unwrap_or("127.0.0.1:8080")).await?;
    println!("listening on {}", listener.local_addr()?);

    let pool = Arc::new(Pool::new(path.clone()));
    let app =
        Router::new().route("/health", get(health)).route("/jobs", get(count).post(add)).with_state(pool);
    let serving = tokio::spawn(async { axum::serve(listener, app).await });

    // Waiting and migrating block their thread, which must not be one of those that serve.
    let migrating = move || MIGRATIONS.migrator().accept_newer().readiness(&READINESS).open(path);
    let (_, report) = tokio::task::spawn_blocking(migrating).await??;
    println!("{report}");
    Ok(serving.await??)
}

async fn health() -> (StatusCode, &'static str) {
    let status = if READINESS.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, READINESS.phase().as_str())
}

type Answer = Result<(StatusCode, String), (StatusCode, String)>;

async fn add(State(pool): State<Arc<Pool>>, payload: String) -> Answer {
    let id = run(pool, move |conn| {
        query_scalar!("INSERT INTO jobs(payload, digest) VALUES (:payload, hex(:payload)) RETURNING id")
            .one(conn)
    });
    Ok((StatusCode::CREATED, id.await?.to_string()))
}

async fn count(State(pool): State<Arc<Pool>>) -> Answer {
    let count = run(pool, |conn| query_scalar!("SELECT count(*) FROM jobs").one(conn));
    Ok((StatusCode::OK, count.await?.to_string()))
}

/// Runs this on a connection of the pool, on a thread that may block.
async fn run<T: Send + 'static>(
    pool: Arc<Pool>,
    work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, (StatusCode, String)> {
    if !READINESS.is_ready() {
        return Err((StatusCode::SERVICE_UNAVAILABLE, READINESS.phase().to_string()));
    }
    let failed = |error: &dyn Error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let worked =
        tokio::task::spawn_blocking(move || pool.with(work)).await.map_err(|error| failed(&error))?;
    worked.map_err(|error| failed(&error))
}
