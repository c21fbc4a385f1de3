use onward::prelude::*;

#[derive(Row)]
#[onward(table = "items", migrations = "ui/conflict_target_mismatch/items", conflict = ["name", "code"])]
struct Item {
    shelf: String,
    name: String,
    code: Option<String>,
}

/// The index has only some of the rows.
#[derive(Row)]
#[onward(table = "items", migrations = "ui/conflict_target_mismatch/items", conflict = ["code"])]
struct Code {
    shelf: String,
    name: String,
    code: Option<String>,
}

#[derive(Row)]
#[onward(table = "items", migrations = "ui/conflict_target_mismatch/items", conflict = ["shelf", "nme"])]
struct Misspelled {
    shelf: String,
    name: String,
}

#[derive(Row)]
#[onward(table = "names", migrations = "ui/conflict_target_mismatch/items", conflict = ["name"])]
struct Name {
    name: String,
}

fn main() {
    let item = Item { shelf: String::new(), name: String::new(), code: None };
    // Told above.
    let _ = item.upsert(&onward::rusqlite::Connection::open_in_memory().unwrap());
}
