use onward::Row;

struct Bytes;

/// rusqlite converts no `u64`.
#[derive(Row)]
#[onward(table = "jobs")]
struct Read {
    id: u64,
}

/// A text is none of its numbers.
#[derive(Row)]
#[onward(table = "jobs")]
struct Through {
    #[onward(try_from = String)]
    id: Bytes,
}

impl TryFrom<String> for Bytes {
    type Error = String;

    fn try_from(_: String) -> Result<Bytes, String> {
        Ok(Bytes)
    }
}

fn main() {}
