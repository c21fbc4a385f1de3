#[onward::at(2)]
#[path = "frozen_file/backfill.rs"]
mod backfill;

fn main() {
    onward::at!(2);
}
