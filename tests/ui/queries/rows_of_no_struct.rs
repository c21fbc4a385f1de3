use onward::{query, query_as, query_scalar, sql};

fn main() {
    query_as!((i64,), "SELECT id, queue FROM jobs");
    query_as!((i64, i64), "SELECT id, queue FROM jobs");
    query_as!((i64, String), "SELECT id, started FROM jobs");
    query_as!((), "DELETE FROM jobs");
    query!(derive(Clone), "DELETE FROM jobs");
    query_scalar!(derive(Clone), "SELECT id FROM jobs");
    query_as!((i64,), derive(Clone), "SELECT id FROM jobs");
    sql!(derive(Clone), "SELECT id FROM jobs");
    query!(derive, "SELECT id FROM jobs");
}
