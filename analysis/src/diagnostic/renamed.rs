//! The codes that once had another name. Whoever writes the old one means the new one.

use super::rule::Rule;

/// Each old name, and the code of today. A line stays for ever: old names stand in SQL, in settings and in scripts.
pub static RENAMED: &[(&str, &str)] = &[
    ("already_exists", "name_taken"),
    ("before_locked", "out_of_order_migration"),
    ("depends_on_connection", "connection_dependent_value"),
    ("down_differs", "schema_not_restored"),
    ("down_fails", "broken_down_migration"),
    ("drops_data", "data_dropped"),
    ("fails_with_rows", "failure_with_rows"),
    ("field_null", "field_null_mismatch"),
    ("field_type", "field_type_mismatch"),
    ("locked_changed", "released_migration_changed"),
    ("locked_missing", "released_migration_missing"),
    ("may_fail_with_rows", "failure_with_some_rows"),
    ("not_in_transaction", "non_transactional_statement"),
    ("not_repeatable", "unrepeatable_history"),
    ("orphans", "dangling_foreign_key"),
    ("references_moved", "foreign_key_moved"),
    ("replay_limit", "replay_limit_reached"),
    ("unreadable", "unreadable_file"),
    ("used_before_added", "use_before_definition"),
    ("version_order", "ambiguous_version_order"),
];

/// The code that is meant by a name, of today or of once.
pub(crate) fn current(name: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

/// Which of these rules is meant by a name, of today or of once.
pub(crate) fn named(rules: &[&'static Rule], name: &str) -> Option<&'static Rule> {
    rules.iter().copied().find(|rule| rule.code == current(name))
}

impl Rule {
    /// The names that its code had before. They are accepted wherever the code is.
    ///
    /// ```
    /// let rule = onward_analysis::checks::rule("drops_data").unwrap();
    /// assert_eq!(rule.code, "data_dropped");
    /// assert_eq!(rule.old_codes().collect::<Vec<_>>(), ["drops_data"]);
    /// ```
    pub fn old_codes(&self) -> impl Iterator<Item = &'static str> + use<> {
        let code = self.code;
        RENAMED.iter().filter(move |(_, new)| *new == code).map(|(old, _)| *old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{RULES, rule, testing};
    use crate::config::Config;
    use crate::file::{File, FileId, Files};
    use crate::folder::directive::{self, Problem, attach};
    use crate::folder::statement::{Allow, statements};

    /// What the directives of a text allow for its first statement, and what is wrong with them.
    fn attached(text: &str) -> (Option<Allow>, Vec<Problem>) {
        let file = Files::default().add(File::new("1_a.sql".into(), text));
        let (mut found, mut problems) = (statements(text), Vec::new());
        attach(file, text, &mut found, RULES, &mut problems);
        let allow = found.into_iter().next().and_then(|first| first.allows.into_iter().next());
        (allow, problems.into_iter().map(|(_, problem)| problem).collect())
    }

    #[test]
    fn a_directive_means_the_same_by_an_old_name() {
        for (old, new) in RENAMED {
            let meant = rule(new).unwrap();
            let (allow, problems) = attached(&format!("-- onward: allow({old}) x\nSELECT 1;"));
            let (unreasoned, no_reason) = attached(&format!("-- onward: allow( {old} )\nSELECT 1;"));
            assert_eq!(unreasoned, None);
            match meant.allowable {
                true => {
                    let allow = allow.unwrap();
                    assert_eq!((allow.code.as_str(), allow.written.as_str()), (*new, *old));
                    assert_eq!(problems, []);
                    assert_eq!(no_reason, [Problem::Reason(old.to_string(), meant)]);
                }
                false => {
                    assert_eq!(allow, None);
                    assert_eq!(problems, [Problem::NotAllowable(old.to_string(), meant)]);
                    assert_eq!(no_reason, problems);
                }
            }
        }
    }

    /// On the very example that its page has.
    #[test]
    fn an_old_name_silences_what_the_new_one_does() {
        let mut count = 0;
        for (old, new) in RENAMED {
            let meant = rule(new).unwrap();
            if !meant.allowable || meant.bad.is_empty() {
                continue;
            }
            let found = |name: &str| {
                let mut files = testing::example(meant.bad);
                let sql = files.iter_mut().filter(|(path, _)| path.ends_with(".sql"));
                sql.for_each(|(_, text)| text.insert_str(0, &format!("-- onward: allow({name}) x\n\n")));
                let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &text[..])).collect();
                testing::codes(&files)
            };
            assert!(!found(new).iter().any(|line| line.starts_with(new)), "{new}");
            assert_eq!(found(old), found(new), "{old}");
            count += 1;
        }
        assert!(count > 5, "{count}");
    }

    #[test]
    fn a_level_means_the_same_by_an_old_name() {
        let parse = |code: &str, level: &str| {
            let (config, problems) =
                Config::parse(FileId::default(), &format!("[levels]\n{code} = '{level}'"), RULES);
            (config, problems.into_iter().map(|(_, problem)| problem).collect::<Vec<_>>())
        };
        for (old, new) in RENAMED {
            for level in ["allow", "warn", "deny", "forbid"] {
                assert_eq!(parse(old, level), parse(new, level), "{old} {level}");
            }
        }
    }

    #[test]
    fn a_level_under_both_names_is_refused() {
        for text in
            ["data_dropped = 'allow'\ndrops_data = 'deny'", "drops_data = 'deny'\ndata_dropped = 'deny'"]
        {
            let (_, problems) = Config::parse(FileId::default(), &format!("[levels]\n{text}"), RULES);
            let problems: Vec<_> = problems.into_iter().map(|(_, problem)| problem).collect();
            assert_eq!(
                problems,
                ["`data_dropped` has two levels here, one of them under an old name: keep one line"]
            );
        }
    }

    #[test]
    fn what_is_said_of_an_old_name() {
        let said = |text: &str| {
            let found = testing::folder(&[("1_a.sql", text)]).diagnostics;
            let [found] = &found[..] else { panic!("{found:?}") };
            [&found.message, &found.label, &found.help].map(String::clone)
        };
        assert_eq!(
            said("-- onward: allow(drops_data) a draft\nCREATE TABLE t(a);"),
            ["`allow(drops_data)` allows nothing", "no `data_dropped` is found here", "remove the directive"]
        );
        assert_eq!(
            said("-- onward: allow(drops_data)\nCREATE TABLE t(a);"),
            [
                "`allow(drops_data)` has no reason",
                "in this directive",
                "say why, for the next reader: `-- onward: allow(data_dropped) because …`"
            ]
        );
    }

    /// `empty_migration` has never been another; what it is asked by goes by the table all the same.
    #[test]
    fn one_that_is_no_old_name_is_itself() {
        assert_eq!(current("empty_migration"), "empty_migration");
        assert!(directive::allows_empty("-- onward: allow(empty_migration) later"));
        assert_eq!(rule("orphan"), None);
        assert_eq!(rule("empty_migration").unwrap().old_codes().count(), 0);
    }
}
