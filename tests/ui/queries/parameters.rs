use onward::query;

struct Opaque;

fn main() {
    let _ = query!("SELECT id FROM jobs WHERE queue = ? AND id > ?", "mail");
    let _ = query!("SELECT id FROM jobs WHERE queue = ?", "mail", 1);
    let _ = query!("SELECT id FROM jobs WHERE queue = :queue", queu = "mail", queue = "mail");
    let _ = query!("SELECT id FROM jobs WHERE queue = :queue");
    let _ = query!("SELECT id FROM jobs WHERE queue = ?", Opaque);
}
