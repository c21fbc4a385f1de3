use onward::Row;

#[derive(Row)]
#[onward(tabel = "jobs")]
struct Misspelled {
    id: i64,
}

#[derive(Row)]
#[onward(rename_all = "Camel")]
struct Style {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", table = "queues")]
struct Twice {
    id: i64,
}

#[derive(Row)]
struct Both {
    #[onward(flatten, rename = "x")]
    id: i64,
}

#[derive(Row)]
struct Same {
    id: i64,
    #[onward(rename = "ID")]
    key: i64,
}

#[derive(Row)]
#[onward(table = "jobs")]
struct Generic<T> {
    id: T,
}

#[derive(Row)]
struct Tuple(i64);

#[derive(Row)]
enum State {
    Queued,
}

#[derive(Row)]
struct Nothing {
    #[onward(skip)]
    id: i64,
}

#[derive(Row)]
#[onward(conflict = ["id"])]
struct Tableless {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", conflict = ["id", "ID"])]
struct NamedTwice {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", conflict = [])]
struct NoneNamed {
    id: i64,
}

#[derive(Row)]
#[onward(table = "jobs", conflict = "id")]
struct NoList {
    id: i64,
}

#[derive(Row)]
struct Valued {
    #[onward(default = "7")]
    id: i64,
}

#[derive(Row)]
struct Neither {
    #[onward(default, skip)]
    id: i64,
    #[onward(default, default)]
    queue: String,
}

fn main() {}
