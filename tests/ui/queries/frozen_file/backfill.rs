fn statement() {
    let _ = onward::query!("SELECT worker FROM jobs");
}
