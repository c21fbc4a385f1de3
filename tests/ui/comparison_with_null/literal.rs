use onward::query;

fn main() {
    let _ = query!("SELECT id FROM jobs WHERE started = NULL");
    let _ = query!("DELETE FROM jobs WHERE archived AND digest <> NULL");
}
