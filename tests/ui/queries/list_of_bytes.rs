use onward::query;

fn main() {
    let digests = vec![vec![1_u8]];
    let _ = query!("DELETE FROM jobs WHERE digest IN (:digests...)");
    let _ = query!("DELETE FROM jobs WHERE digest IN (?...)", [b"a"]);
    // Numbers, each in a byte.
    let _ = query!("DELETE FROM jobs WHERE id IN (?...)", vec![1_u8]);
}
