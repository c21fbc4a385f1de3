static READY: onward::Snapshot = onward::snapshot!("ui/unrepeatable_history/moment");

fn main() {
    READY.open_in_memory().unwrap();
}
