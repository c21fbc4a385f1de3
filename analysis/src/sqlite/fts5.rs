//! What came with a newer SQLite in tables of `fts5`: options, and commands that are rows.

use onward_core::token::{Kind, Token};

use super::feature;
use super::text::Text;
use super::used::Use;

impl Text<'_> {
    /// The options in the brackets behind `fts5`.
    pub(super) fn fts5(&self, open: usize) -> Vec<Use> {
        self.arguments(open).iter().filter_map(|argument| option(argument)).collect()
    }

    /// The commands of `INTO f(f, rank) VALUES ('secure-delete', 1)`, from the table's name on. The column of the table's own name
    /// says that it is one of `fts5`.
    pub(super) fn fts5_commands(&self, mut table: usize) -> Vec<Use> {
        if self.is(table + 1, ".") {
            table += 2;
        }
        let close = |open: usize| self.closes.get(open).copied().flatten();
        // Most tables have other columns than these two, and are seen to have them at once.
        let end = table + 5;
        if close(table + 1) != Some(end) || !self.is(table + 3, ",") || !self.is(end + 1, "VALUES") {
            return Vec::new();
        }
        let columns = [&self.tokens[table + 2], &self.tokens[table + 4]];
        let at = |name: &str| columns.iter().position(|column| column.is_name(name));
        let name = self.tokens[table].name().unwrap_or_default();
        let (Some(command), Some(_)) = (at(&name), at("rank")) else { return Vec::new() };
        let mut found = Vec::new();
        let mut row = Some(end + 2);
        while let Some(end) = row.and_then(close) {
            let values = self.arguments(row.unwrap_or(end));
            found.extend(values.get(command).and_then(|value| setting(value)));
            row = self.is(end + 1, ",").then_some(end + 2);
        }
        found
    }
}

fn option(argument: &[Token<'_>]) -> Option<Use> {
    let [option, equals, value @ ..] = argument else { return None };
    if !equals.is("=") {
        return None;
    }
    if option.is("tokenize") && value.first().and_then(Token::name).is_some_and(|text| is_trigram(&text)) {
        return Some(Use::of(value, &feature::TRIGRAM_DIACRITICS));
    }
    let (since, name) = feature::FTS5.iter().find(|(_, name)| option.is(name))?;
    Some(Use::named(&argument[..1], format!("the option `{name}` of fts5"), *since))
}

/// Whether the text names the tokenizer `trigram` and gives it the option. Others have had it for longer.
fn is_trigram(text: &str) -> bool {
    // Each word may stand in quotes of its own.
    let mut words = text.split_ascii_whitespace().map(|word| word.trim_matches('\''));
    let is_trigram = words.next().is_some_and(|name| name.eq_ignore_ascii_case("trigram"));
    is_trigram && words.step_by(2).any(|option| option.eq_ignore_ascii_case("remove_diacritics"))
}

fn setting(value: &[Token<'_>]) -> Option<Use> {
    let [command] = value else { return None };
    let written = command.name().filter(|_| command.kind == Kind::String)?;
    let (since, name) = feature::FTS5_COMMANDS.iter().find(|(_, name)| written.eq_ignore_ascii_case(name))?;
    Some(Use::named(value, format!("the command '{name}' of fts5"), *since))
}

#[cfg(test)]
mod tests {
    use crate::sqlite::newer;

    #[test]
    fn options_and_commands_have_their_place() {
        for (sql, expected) in [
            ("CREATE VIRTUAL TABLE f USING fts5(a, contentless_delete = 1)", "contentless_delete 3.43"),
            ("CREATE VIRTUAL TABLE f USING FTS5(a, TokenData=1)", "TokenData 3.45"),
            (
                "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='Trigram case_sensitive 0 remove_diacritics 1')",
                "'Trigram case_sensitive 0 remove_diacritics 1' 3.45",
            ),
            (
                "CREATE VIRTUAL TABLE f USING fts5(a, tokenize=\"trigram 'remove_diacritics' '1'\")",
                "\"trigram 'remove_diacritics' '1'\" 3.45",
            ),
            ("INSERT INTO f(f,rank) VALUES('secure-delete',1)", "'secure-delete' 3.42"),
            (
                "REPLACE INTO main.f(rank, \"F\") VALUES (1, 'x'), (0, 'Secure-Delete');",
                "'Secure-Delete' 3.42",
            ),
            (
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO f(f, rank) VALUES ('deletemerge', 9); END",
                "'deletemerge' 3.43",
            ),
            ("INSERT INTO f(f, rank) VALUES ('insttoken', 1)", "'insttoken' 3.48"),
        ] {
            let found = newer::uses(sql);
            let found = found.iter().map(|found| format!("{} {}", &sql[found.range.clone()], found.since));
            assert_eq!(found.collect::<Vec<_>>(), [expected], "{sql}");
        }
    }

    #[test]
    fn what_is_old_or_of_another_table() {
        for sql in [
            "CREATE VIRTUAL TABLE f USING fts5(tokendata, locale, prefix='2 3')",
            "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='unicode61 remove_diacritics 2')",
            "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='trigram case_sensitive 1')",
            "CREATE VIRTUAL TABLE f USING fts5(a, tokenize='trigram case_sensitive remove_diacritics')",
            "CREATE VIRTUAL TABLE f USING fts4(a, tokendata=1)",
            "INSERT INTO f(f, rank) VALUES ('automerge', 8), ('crisismerge', 16)",
            "INSERT INTO f(f) VALUES ('secure-delete')",
            "INSERT INTO f(name, rank) VALUES ('secure-delete', 1)",
            "INSERT INTO f(f, rank, b) VALUES ('secure-delete', 1, 2)",
            "INSERT INTO f(f, rank) VALUES ('secure-' || 'delete', 1)",
            "INSERT INTO f(f, rank) SELECT a, 1 FROM t",
            "INSERT INTO",
            "INSERT INTO f(",
            "INSERT INTO f(f, rank) VALUES (",
        ] {
            assert_eq!(newer::uses(sql), [], "{sql}");
        }
    }
}
