#[derive(onward::Row)]
#[onward(table = "job")]
struct Job {
    id: i64,
}

fn main() {
    let _ = <Job as onward::Table>::SELECT;
}
