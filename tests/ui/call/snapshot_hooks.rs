static READY: onward::Snapshot = onward::snapshot!("ui/call/snapshot_hooks", after = { 1 => |_| Ok::<_, onward::Error>(()) });

fn main() {
    READY.open_in_memory().unwrap();
}
