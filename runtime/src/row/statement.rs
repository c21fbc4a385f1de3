//! The text of a struct's statements. It is written while the application compiles.

use super::fields::Target;

/// A text that is written while the application compiles; counts what does not fit.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    /// How many bytes there are.
    pub len: usize,
}

impl<const N: usize> Text<N> {
    const NEW: Text<N> = Text { bytes: [0; N], len: 0 };

    const fn byte(mut self, byte: u8) -> Text<N> {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
        self
    }

    const fn text(mut self, text: &str) -> Text<N> {
        let mut index = 0;
        while index < text.len() {
            self = self.byte(text.as_bytes()[index]);
            index += 1;
        }
        self
    }

    /// A name in quotes.
    const fn name(mut self, name: &str) -> Text<N> {
        self = self.byte(b'"');
        let mut index = 0;
        while index < name.len() {
            if name.as_bytes()[index] == b'"' {
                self = self.byte(b'"');
            }
            self = self.byte(name.as_bytes()[index]);
            index += 1;
        }
        self.byte(b'"')
    }

    /// A table, with its database where that has to be said.
    const fn table(mut self, target: &Target) -> Text<N> {
        if !target.database.is_empty() {
            self = self.name(target.database).text(".");
        }
        self.name(target.name)
    }

    /// The names one after the other, with something after each and something between them.
    const fn names(mut self, names: &[&str], after: &str, between: &str) -> Text<N> {
        let mut index = 0;
        while index < names.len() {
            if index > 0 {
                self = self.text(between);
            }
            self = self.name(names[index]).text(after);
            index += 1;
        }
        self
    }

    /// The text; it must be as long as was counted.
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// `SELECT "id", "state" FROM "jobs"`
pub const fn select<const N: usize>(target: &Target, columns: &[&str]) -> Text<N> {
    Text::NEW.text("SELECT ").names(columns, "", ", ").text(" FROM ").table(target)
}

/// `INSERT INTO "jobs"("id", "state") VALUES (?, ?)`
pub const fn insert<const N: usize>(target: &Target, columns: &[&str]) -> Text<N> {
    let mut text = Text::NEW.text("INSERT INTO ").table(target);
    if columns.is_empty() {
        return text.text(" DEFAULT VALUES");
    }
    text = text.text("(").names(columns, "", ", ").text(") VALUES (");
    let mut index = 0;
    while index < columns.len() {
        text = text.text(if index == 0 { "?" } else { ", ?" });
        index += 1;
    }
    text.text(")")
}

/// `INSERT INTO "jobs"("id", "state") VALUES (?, ?) ON CONFLICT("id") DO UPDATE SET "state" = excluded."state"`
pub const fn upsert<const N: usize>(target: &Target, columns: &[&str], set: &[&str]) -> Text<N> {
    let mut text =
        insert(target, columns).text(" ON CONFLICT(").names(target.conflict, "", ", ").text(") DO ");
    if set.is_empty() {
        return text.text("NOTHING");
    }
    text = text.text("UPDATE SET ");
    let mut index = 0;
    while index < set.len() {
        if index > 0 {
            text = text.text(", ");
        }
        text = text.name(set[index]).text(" = excluded.").name(set[index]);
        index += 1;
    }
    text
}

/// `UPDATE "jobs" SET "state" = ? WHERE "id" = ?`
pub const fn update<const N: usize>(target: &Target, columns: &[&str]) -> Text<N> {
    let text = Text::NEW.text("UPDATE ").table(target).text(" SET ").names(columns, " = ?", ", ");
    text.text(" WHERE ").names(target.key, " = ?", " AND ")
}
