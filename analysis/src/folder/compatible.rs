//! Which recorded release a program is, and which work on its schema.

use onward_core::checksum::Checksum;
use onward_core::release;
use sha2::{Digest, Sha256};

use super::recorded::{Release, Statement, line};

/// What a program knows of recorded releases, its own among them, each as [`release::text`] has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compatible {
    /// The newest that ends where the history does; empty if none does.
    pub own: String,
    /// Those of which nothing is said on the schema in the end, neither an error nor a warning nor what is allowed.
    pub works_with: Vec<String>,
}

/// The text that stands for a release, the last migration of which has this chain; `None` if nothing is recorded of what it runs.
///
/// Where in its source a statement stands makes no difference.
pub fn text(release: &Release, chain: Checksum) -> Option<String> {
    let mut lines: Vec<String> = release
        .statements
        .iter()
        .map(|found| line(&Statement { at: String::new(), ..found.clone() }))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let mut sum = Sha256::new();
    sum.update(chain.0);
    for line in &lines {
        sum.update((line.len() as u64).to_le_bytes());
        sum.update(line);
    }
    let digits: String = sum.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    (!lines.is_empty()).then(|| release::text(&digits, &release.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::recorded::parse;

    #[test]
    fn a_release_is_what_it_runs_and_on_which_schema() {
        let of = |name: &str, statements: &str, sql: &str| {
            let file =
                format!("format = 1\n[[release]]\nname = '{name}'\nafter = 1\nstatements = [{statements}]");
            text(&parse(&file).unwrap()[0], Checksum::of(sql))
        };
        let (one, two) = ("{ sql = 'SELECT 1', at = 'a.rs:1' },", "{ sql = 'SELECT 2', at = 'a.rs:2' },");
        let first = of("1.4", &format!("{one}{two}"), "a").unwrap();
        assert!(first.ends_with(" 1.4") && first.len() == 36, "{first}");
        let moved = "{ sql = 'SELECT 1', at = 'b.rs:9' },";
        assert!(release::is_same(&first, &of("1.4.1", &format!("{two}{moved}{one}"), "a").unwrap()));
        assert!(!release::is_same(&first, &of("1.4", one, "a").unwrap()));
        assert!(!release::is_same(&first, &of("1.4", &format!("{one}{two}"), "b").unwrap()));
        let by = "{ sql = 'SELECT 1', at = 'a.rs:1', by = 'name' },";
        assert!(!release::is_same(&first, &of("1.4", &format!("{by}{two}"), "a").unwrap()));
        assert_eq!(of("1.4", "", "a"), None);
    }
}
