static READY: onward::Snapshot = onward::snapshot!("ui/not_repeatable/moment");

fn main() {
    READY.open_in_memory().unwrap();
}
