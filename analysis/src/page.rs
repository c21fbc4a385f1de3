//! `docs/checks.md`: the code table as a page.

use std::fmt::Write;

use crate::checks::RULES;
use crate::diagnostic::rule::Rule;

const HEAD: &str = "\
# Checks

Every code that `migrations!` and `cargo onward check` report: what it asks for, what it does to the users of an
application, and what it looks like. This page is made from the code table by `cargo onward checks`.

A code that can be allowed is silenced for one statement by a comment above it, with a reason:
`-- onward: allow(data_dropped) drafts are disposable`. Above the first statement of a file and set off by an empty line,
the comment holds for the file. A team sets the level of a code for the whole history in `onward.toml`, to `allow`,
`warn` or `deny`:

```toml
[levels]
data_dropped = \"deny\"
```

Those that are off need a line in `onward.toml`; [plans.md](plans.md) has what they are about:

```toml
[plans]
level = \"warn\"
```

Some codes had another name once. The old name works wherever the code does, and nobody has to change it.
";

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page += "\n| code | | can be allowed | asks for |\n|---|---|---|---|\n";
    for rule in RULES {
        let allowed = if rule.allowable { "yes" } else { "" };
        let off = if rule.of_plans { ", off" } else { "" };
        let (code, severity) = (rule.code, rule.severity.as_str());
        let _ = writeln!(page, "| [`{code}`](#{code}) | {severity}{off} | {allowed} | {} |", rule.summary);
    }
    for rule in RULES {
        page.push('\n');
        // Where links of older versions lead.
        for old in rule.old_codes() {
            let _ = writeln!(page, "<a id=\"{old}\"></a>\n");
        }
        page += &section(rule);
    }
    page
}

/// The part of the page that is about one code, in Markdown.
///
/// ```
/// let rule = onward_analysis::checks::rule("data_dropped").unwrap();
/// assert!(onward_analysis::section(rule).starts_with("## data_dropped\n\n- Rule: what is dropped is named.\n"));
/// ```
pub fn section(rule: &Rule) -> String {
    let mut section = format!("## {}\n\n", rule.code);
    let allowed = if rule.allowable { "can be allowed" } else { "cannot be allowed" };
    let _ = writeln!(section, "- Rule: {}.", rule.summary);
    let _ = writeln!(section, "- If it is broken: {}", uncapital(rule.effect));
    let off = if rule.of_plans { ", off until `[plans]` of onward.toml says `level = \"warn\"`" } else { "" };
    let _ = writeln!(section, "- Level: {}{off}; {allowed}.", rule.severity.as_str());
    for old in rule.old_codes() {
        let _ = writeln!(section, "- Old name: `{old}`, which still works.");
    }
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

/// A sentence behind a colon. A first word in capitals, such as INSERT, stays as it is.
fn uncapital(sentence: &str) -> String {
    let (first, rest) = sentence.split_at(sentence.len().min(1));
    match rest.starts_with(|next: char| next.is_ascii_uppercase()) {
        true => sentence.to_owned(),
        false => first.to_ascii_lowercase() + rest,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::rule;

    #[test]
    fn a_section_states_the_rule_and_accuses_nobody() {
        let section = super::section(rule("column_added_twice").unwrap());
        assert!(
            section.starts_with(
                "## column_added_twice\n\n\
                 - Rule: a column is added once.\n\
                 - If it is broken: no fresh database starts: SQLite refuses the second statement.\n\
                 - Level: error; cannot be allowed.\n"
            ),
            "{section}"
        );
    }

    #[test]
    fn the_page_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/checks.md");
        let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(written == super::page(), "write it again: cargo onward checks > docs/checks.md");
    }
}
