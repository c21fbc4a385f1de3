static READY: onward::Snapshot = onward::snapshot!("ui/call/snapshot_hooks", from = "sqlx");

fn main() {
    READY.open_in_memory().unwrap();
}
