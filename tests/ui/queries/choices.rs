use onward::{query, query_as, query_scalar};

struct Filter {
    state: Option<String>,
    title: Option<String>,
}

enum Order {
    Newest,
    Oldest,
}

const TAIL: &str = " ORDER BY id";

fn main() {
    let filter = Filter { state: None, title: None };
    let (order, is_late, queue) = (Order::Newest, true, Some("mail"));
    // In a part, whatever the others are.
    let _ = query!(
        "SELECT id FROM jobs WHERE queue = 'mail'"
            + if let Some(state) = &filter.state { " AND state = :state" }
            + if let Some(title) = &filter.title { " AND title = :title" }
            + match order { Order::Newest => " ORDER BY id DESC", Order::Oldest => "" },
    );
    // In what is always there.
    let _ = query!("SELECT id, worker FROM jobs" + if is_late { " WHERE started IS NULL" } + match order { _ => TAIL });
    let _ = query!("SELECT id, worker FROM jobs" + if is_late { " WHERE started IS NULL" });
    // In one combination alone.
    let _ = query!(
        "SELECT jobs.id FROM jobs"
            + if is_late { " JOIN queues ON queues.name = queue" }
            + match order { Order::Newest => " ORDER BY queues.size", Order::Oldest => " ORDER BY id" }
    );
    let _ = query!("SELECT id FROM jobs" + if is_late { "WHERE started IS NULL" });
    // The columns are others.
    let _ = query!("SELECT " + match order { Order::Newest => "id", Order::Oldest => "title AS id" } + " FROM jobs");
    let _ = query_scalar!("SELECT id" + if is_late { ", queue" } + " FROM jobs");
    let _ = query!("DELETE FROM jobs" + if is_late { " RETURNING id" });
    let _ = query_as!((i64,), "SELECT id" + if is_late { " AS job" } + " FROM jobs");
    // The values.
    let _ = query!("SELECT id FROM jobs WHERE id > ?" + if is_late { " AND id < ?" }, 1, 2);
    let _ = query!("SELECT id FROM jobs WHERE id > 1" + if is_late { " AND id < :most" });
    let _ = query!("SELECT id FROM jobs WHERE id > 1" + if is_late { " AND id < :most" }, least = 1);
    let _ = query!(
        "SELECT id FROM jobs WHERE queue IS :queue" + if let Some(queue) = queue { " OR queue = upper(:queue)" }
    );
    let _ = query!(
        "SELECT id FROM jobs WHERE 1"
            + if let Some(queue) = queue { " AND queue = :queue" }
            + if queue.is_none() { " ORDER BY id" }
    );
    // The text.
    let _ = query!("SELECT id FROM jobs" + match order {});
    let _ = query!("SELECT id FROM jobs" + if is_late { " ORDER BY id"; " DESC" });
    let _ = query!("SELECT id FROM jobs" + if is_late { " ORDER BY id" } + format!(" LIMIT {}", 1));
    let (a, b, c, d, e, f, g, h, i) = (1, 1, 1, 1, 1, 1, 1, 1, 1);
    let _ = query!(
        "SELECT id FROM jobs WHERE 1" + if a > 0 { " AND 1" } + if b > 0 { " AND 2" } + if c > 0 { " AND 3" }
            + if d > 0 { " AND 4" } + if e > 0 { " AND 5" } + if f > 0 { " AND 6" } + if g > 0 { " AND 7" }
            + if h > 0 { " AND 8" } + if i > 0 { " AND 9" }
    );
}
