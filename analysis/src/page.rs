//! `docs/checks.md`: the code table as a page.

use std::fmt::Write;

use crate::checks::RULES;
use crate::diagnostic::rule::Rule;

const HEAD: &str = "\
# Checks

Every code that `migrations!` and `cargo onward check` report: what it asks for, what it does to the users of an
application, and what it looks like. This page is made from the code table by `cargo onward checks`.

A code that can be allowed is silenced for one statement by a comment above it, with a reason:
`-- onward: allow(drops_data) drafts are disposable`. Above the first statement of a file and set off by an empty line,
the comment holds for the file. A team sets the level of a code for the whole history in `onward.toml`, to `allow`,
`warn` or `deny`:

```toml
[levels]
drops_data = \"deny\"
```
";

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page += "\n| code | | can be allowed | asks for |\n|---|---|---|---|\n";
    for rule in RULES {
        let allowed = if rule.allowable { "yes" } else { "" };
        let (code, severity) = (rule.code, rule.severity.as_str());
        let _ = writeln!(page, "| [`{code}`](#{code}) | {severity} | {allowed} | {} |", rule.summary);
    }
    for rule in RULES {
        let _ = write!(page, "\n{}", section(rule));
    }
    page
}

/// The part of the page that is about one code, in Markdown.
///
/// ```
/// let rule = onward_analysis::checks::rule("drops_data").unwrap();
/// assert!(onward_analysis::section(rule).starts_with("## drops_data\n\nWarning: "));
/// ```
pub fn section(rule: &Rule) -> String {
    let mut section = format!("## {}\n\n", rule.code);
    let _ = writeln!(section, "{}: {}. {}", capital(rule.severity.as_str()), rule.summary, rule.effect);
    for (title, example) in [("Bad", rule.bad), ("Good", rule.good)] {
        if !example.is_empty() {
            let _ = write!(section, "\n{title}:\n\n```sql\n{example}\n```\n");
        }
    }
    section
}

/// Where the page is about a code, from the root of this repository.
pub fn link(rule: &Rule) -> String {
    format!("docs/checks.md#{}", rule.code)
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/checks.md");
        let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(written == super::page(), "write it again: cargo onward checks > docs/checks.md");
    }
}
