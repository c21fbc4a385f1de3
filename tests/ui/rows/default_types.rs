use onward::Row;

struct State(String);

impl onward::Stored for State {
    type As = String;
}

impl onward::rusqlite::types::FromSql for State {
    fn column_result(value: onward::rusqlite::types::ValueRef<'_>) -> onward::rusqlite::types::FromSqlResult<State> {
        value.as_str().map(|state| State(state.to_owned()))
    }
}

/// It has no default.
#[derive(Row)]
struct Job {
    #[onward(default)]
    queue: State,
}

fn main() {}
