use onward::Row;

#[derive(Row)]
struct Both {
    #[onward(with = onward::as_text, try_from = i64)]
    id: i64,
}

#[derive(Row)]
struct Flattened {
    #[onward(flatten, try_from = i64)]
    id: i64,
}

#[derive(Row)]
struct NoType {
    #[onward(try_from = "i64 or so")]
    id: i64,
}

fn main() {}
