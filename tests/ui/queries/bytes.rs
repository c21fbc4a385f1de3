//! A value of which a column takes none. rustc tells of it when it builds, so run this with a case of `sound`.

use onward::query;
use onward::rusqlite::types::{ToSql, ToSqlOutput};

struct Opaque;

impl ToSql for Opaque {
    fn to_sql(&self) -> onward::rusqlite::Result<ToSqlOutput<'_>> {
        Ok(1.into())
    }
}

fn any<T: ToSql>(id: T) {
    let _ = query!("SELECT id FROM jobs WHERE id = ?", id);
}

fn main() {
    let digest = vec![7u8];
    let _ = query!("SELECT queue FROM jobs WHERE id = ?", digest);
    let _ = query!("SELECT queue FROM jobs WHERE id IN (?)", vec![1, 2]);
    let name = Some([0u8; 16]);
    let _ = query!("INSERT INTO queues(name, size) VALUES (:name, ?)", 1);
    let _ = query!("UPDATE jobs SET id = :id WHERE id = 1", id = &digest[..]);
    any(7);
    any(digest.clone());
    let boxed: Box<dyn ToSql> = Box::new(7);
    let _ = query!("SELECT queue FROM jobs WHERE id IN (?, ?, ?, ?, :digest)", 1, "1", Opaque, boxed, digest = Some(1.5));
    let _ = query!("SELECT queue FROM jobs WHERE digest = ?", digest);
    let _ = query!("SELECT queue FROM jobs WHERE id = ?", onward::rusqlite::types::Value::Null);
}
