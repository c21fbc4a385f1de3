use onward::{query, query_as, query_scalar, sql};

fn main() {
    let name = "SELECT 1 AS one";
    let _ = query!(name);
    let _ = query!("SELECT 1 " + name);
    let _ = query!(concat!("SELECT ", columns!()));
    let _ = query!(format!("SELECT {}", name));
    let _ = query!(include_str!("fault.sql"));
    let _ = query!("SELECT 1 AS one, " + "nothing" + " FROM jobs");
    let _ = query!();
    let _ = query!(text = "SELECT 1 AS one");
    let _ = query!(file = "nowhere.sql");
    let _ = query!(file = "fault.sql");
    let _ = query!(migrations = "nowhere", "SELECT 1 AS one");
    let _ = query_as!("SELECT 1 AS one");
    let _ = query_as!(migrations = "ui/rows/jobs", Row, "SELECT 1 AS one");
    let _ = query_as!(at = 3, "SELECT 1 AS one");
    let _ = query_as!(derive(Clone), Row, "SELECT 1 AS one");
    let _ = query_as!(Row);
    let _ = query!("SELECT 1 AS one", at = 3);
    let _ = query_scalar!("SELECT 1 AS one", migrations = "ui/rows/jobs");
    let _ = query!("SELECT 1 AS one", derive(Clone));
    let _ = query!(at = 1, at = 2, "SELECT 1 AS one");
    let _ = query!(derive(Clone), derive(PartialEq), "SELECT 1 AS one");
    let _ = query_as!(Row, "DELETE FROM jobs");
    let _ = query_scalar!("SELECT 1, 2");
    let _ = sql!("SELECT ?", 1);
}
