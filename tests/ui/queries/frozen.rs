use onward::{Row, query, query_as, sql};

#[onward::at(2)]
mod backfill {
    use onward::{Row, query as ask};

    #[derive(Row)]
    #[onward(table = "queue_stats")]
    struct Stats {
        queue: String,
    }
}

#[onward::at(2)]
mod bare {
    #[derive(onward::Row)]
    #[onward(table = "queue_stats")]
    struct Stats {
        queue: String,
    }

    #[derive(onward::Row)]
    #[onward(table = "jobs", at = 1)]
    struct Job {
        id: i64,
    }

    fn statements() {
        assert!(onward::query!("SELECT price FROM jobs").sql().is_empty());
        let _ = onward::query_as!(Job, at = 1, "SELECT id FROM jobs");
    }
}

#[onward::at(7)]
fn unknown() {
    let _ = (sql!("SELECT 1"), query!("SELECT 2"));
}

#[onward::at(2)]
mod outer {
    #[onward::at(1)]
    fn inner() {
        let _ = onward::sql!("SELECT 1");
    }

    #[onward::at(1)]
    #[derive(onward::Row)]
    #[onward(table = "jobs")]
    struct Job {
        id: i64,
    }
}

#[onward::at(1)]
fn nothing() {}

#[onward::at]
fn without_version() {
    let _ = query!("SELECT id FROM jobs");
}

#[onward::at(1, migrations = "db")]
fn with_more() {
    let _ = query!("SELECT id FROM jobs");
}

#[onward::at(one)]
#[derive(Row)]
#[onward(table = "jobs")]
struct Job {
    id: i64,
}

#[derive(Row)]
#[onward::at(1)]
#[onward(table = "jobs")]
struct Late {
    id: i64,
}

fn main() {
    let _ = query_as!(Job, "SELECT id FROM jobs");
}
