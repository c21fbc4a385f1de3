static READY: onward::Snapshot = onward::snapshot!("ui/snapshots/hooks", after = { 1 => |_| Ok::<_, onward::Error>(()) });

fn main() {
    READY.open_in_memory().unwrap();
}
