//! What a result column's alias says beside its name, as users of sqlx write it: `AS "name!: Type"`.

use onward_core::token::{Kind, tokens};

use super::value::Null;

/// A result column's name, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) name: String,
    /// `!` and `?`: whether the author knows that it is never, or may be, NULL.
    pub(super) null: Option<Null>,
    /// The Rust type after a colon.
    pub(super) cast: Option<String>,
}

impl Label {
    /// A name that says nothing else.
    pub(super) fn plain(name: &str) -> Label {
        Label { name: name.to_owned(), null: None, cast: None }
    }

    pub(super) fn read(text: &str) -> Label {
        let (head, cast) = match text.split_once(':') {
            Some((head, cast)) if !cast.trim().is_empty() => (head, Some(cast.trim().to_owned())),
            _ => (text, None),
        };
        let head = head.trim_end();
        let (name, null) = match (head.strip_suffix('!'), head.strip_suffix('?')) {
            (Some(name), _) => (name, Some(Null::Never)),
            (_, Some(name)) => (name, Some(Null::Possible)),
            _ => (head, None),
        };
        let is_name = name.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        match is_name {
            true => Label { name: name.to_owned(), null, cast },
            // Whatever it is, such as the text of an expression: not one of ours.
            false => Label::plain(text),
        }
    }
}

/// The statement with the names alone, so that at run time the columns are called by them.
///
/// What stands in double quotes is a name wherever it stands, such as in ORDER BY. A string is one behind AS.
pub(super) fn without_labels(sql: &str, labels: &[(String, String)]) -> String {
    let mut after_as = false;
    let tokens = tokens(sql).map(|token| {
        let is_name = match token.kind {
            Kind::DoubleQuoted | Kind::Quoted => true,
            Kind::String => after_as,
            _ => false,
        };
        if token.is_significant() {
            after_as = token.is("AS");
        }
        let name = token.name().filter(|_| is_name);
        match name.and_then(|name| labels.iter().find(|(label, _)| *label == name)) {
            Some((_, plain)) => format!("\"{plain}\""),
            None => token.text.to_owned(),
        }
    });
    tokens.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let label = |name: &str, null, cast: Option<&str>| Label {
            name: name.to_owned(),
            null,
            cast: cast.map(str::to_owned),
        };
        assert_eq!(Label::read("id"), label("id", None, None));
        assert_eq!(Label::read("id!"), label("id", Some(Null::Never), None));
        assert_eq!(Label::read("id?: Job"), label("id", Some(Null::Possible), Some("Job")));
        assert_eq!(Label::read("at: time::Date"), label("at", None, Some("time::Date")));
        for other in ["count(*)", "a != b", "a ? b", ":id", "a:", "'x!'", "1!"] {
            assert_eq!(Label::read(other), label(other, None, None));
        }
        assert_eq!(
            without_labels(
                "SELECT id AS \"id!\", x [x?], 'id!' AS 'x?' FROM \"id!\" -- \"id!\"",
                &[("id!".into(), "id".into()), ("x?".into(), "x".into())]
            ),
            "SELECT id AS \"id\", x \"x\", 'id!' AS \"x\" FROM \"id\" -- \"id!\""
        );
    }
}
