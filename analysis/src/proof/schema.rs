//! The schema, field by field.

use onward_schema::{
    Action, Affinity, Column, ForeignKey, Generated, Index, IndexColumn, Module, Origin, Schema, Table,
    Trigger, View,
};

use crate::record::record;

record!(Schema { tables, views, triggers });
record!(View { name, definition });
record!(Trigger { name, table, definition });
record!(Table {
    name,
    columns,
    strict,
    without_rowid,
    autoincrement,
    indexes,
    foreign_keys,
    checks,
    module,
    definition,
});
record!(Module { name, arguments });
record!(Column { name, declared_type, affinity, not_null, default, primary_key, generated, collation });
record!(Generated { stored, expression });
record!(enum Affinity { 0 => Text, 1 => Numeric, 2 => Integer, 3 => Real, 4 => Blob });
record!(ForeignKey { columns, parent, parent_columns, on_update, on_delete, deferred });
record!(enum Action { 0 => NoAction, 1 => Restrict, 2 => SetNull, 3 => SetDefault, 4 => Cascade });
record!(Index { name, origin, unique, columns, partial, definition });
record!(enum Origin { 0 => Created, 1 => UniqueConstraint, 2 => PrimaryKey });
record!(IndexColumn { name_or_expression, is_expression, descending, collation });
