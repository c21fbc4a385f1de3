use onward::{Insert, Row, query_as};

#[derive(Row)]
#[onward(table = "users", migrations = "ui/field_null_mismatch/primary_key")]
struct User {
    id: String,
}

#[derive(Row)]
struct Id {
    id: String,
}

/// onward.toml says that no row lacks its key.
#[derive(Row)]
#[onward(table = "users", migrations = "ui/field_null_mismatch/primary_key_said")]
struct Said {
    id: Option<String>,
}

#[derive(Row)]
#[onward(table = "users", migrations = "ui/field_null_mismatch/primary_key_said")]
struct New {
    email: Option<String>,
}

fn main() {
    let _ = query_as!(Id, migrations = "ui/field_null_mismatch/primary_key", "SELECT id FROM users");
    let _ = query_as!(Id, migrations = "ui/field_null_mismatch/primary_key_said", "SELECT id FROM users");
    fn insert(_: impl Insert) {}
    insert(New { email: None });
}
