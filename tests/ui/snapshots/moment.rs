static READY: onward::Snapshot = onward::snapshot!("ui/snapshots/moment");

fn main() {
    READY.open_in_memory().unwrap();
}
