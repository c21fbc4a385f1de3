//! The trigger behind an error, as far as the words of SQLite tell.

use onward_core::kind::{Kind, ObjectKind};
use onward_core::token::{Kind as TokenKind, Token, significant};

use crate::folder::history::{At, History};
use crate::sqlite::message::Refusal;

/// The CREATE TRIGGER whose trigger has refused a statement: it raises this message, or writes to the table whose
/// constraint failed, which the statement itself does not name.
pub(crate) fn behind(history: &History, at: At, refusal: &Refusal) -> Option<At> {
    let message = refusal.message.as_str();
    let failed = message.split_once(" constraint failed: ").map(|(_, rest)| rest);
    let table = failed.and_then(|rest| rest.split_once('.')).map(|(table, _)| table);
    let raises = |token: &Token<'_>| {
        token.kind == TokenKind::String && token.name().is_some_and(|text| text == message)
    };
    let writes = |sql: &str| {
        table.is_some_and(|table| {
            let is_it = |token: Token<'_>| token.is_name(table);
            history.named(at, table).is_empty() && significant(sql).any(is_it)
        })
    };
    let is_behind = |earlier: &At| {
        let Kind::Create { object: ObjectKind::Trigger, on: Some(on), .. } =
            &history.statement(*earlier).kind
        else {
            return false;
        };
        let sql = history.sql(*earlier);
        !history.named(at, &on.text).is_empty()
            && (writes(sql) || significant(sql).any(|token| raises(&token)))
    };
    history.statements().take_while(|earlier| *earlier < at).filter(is_behind).last()
}
