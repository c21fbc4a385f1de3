use onward::{query, query_scalar, sql};

struct Opaque;

fn main() {
    let ids = [1, 2];
    let _ = query!("DELETE FROM jobs WHERE id = :ids...");
    let _ = query!("DELETE FROM jobs WHERE id IN (0, ?...)", ids);
    let _ = query!("DELETE FROM jobs WHERE id IN (:ids…) AND :ids IS NOT NULL");
    let _ = query!("DELETE FROM jobs WHERE id IN (:ids...) AND " + "quue = 'mail'");
    let _ = sql!("DELETE FROM jobs WHERE id IN (:ids...)");
    let _ = query!("DELETE FROM jobs WHERE id IN (:ids...)", ids = 7);
    let _ = query!("DELETE FROM jobs WHERE id IN (?...)", Some(ids));
    let _ = query!("DELETE FROM jobs WHERE id IN (?...)", [Opaque]);
    let _ = query_scalar!("SELECT id FROM jobs WHERE queue IN (?)", vec!["mail"]);
    let _ = query_scalar!("SELECT id FROM jobs WHERE (id, queue) IN (:ids...)");
}
