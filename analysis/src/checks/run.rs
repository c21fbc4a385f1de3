//! Which check is asked what, and in which order.

use super::table::RULES;
use onward_core::kind::Kind;

use super::down::{broken_down_migration, schema_not_restored};
use super::files::{
    ambiguous_version_order, bad_config_file, bad_file_name, duplicate_version, misplaced_config_file,
    mixed_layouts, no_migrations, unknown_directive, unreadable_file,
};
use super::name::{
    double_quoted_string, outer_column, unknown_column, unknown_function, unknown_table, unnamed_function,
};
use super::order::{
    broken_trigger, broken_view, column_added_twice, column_removed, foreign_key_mismatch,
    index_before_column, index_before_table, masked_create, name_taken, use_before_definition,
};
use super::plans::{missing_foreign_key_index, redundant_index};
use super::rebuild::{
    affinity_changed, autoincrement_lost, constraint_lost, foreign_key_lost, foreign_key_moved, index_lost,
    null_primary_key, trigger_lost, view_lost,
};
use super::release::{
    ledger_renamed, legacy_not_adopted, out_of_order_migration, released_migration_changed,
    released_migration_missing,
};
use super::rows::{
    dangling_foreign_key, data_dropped, failure_with_rows, failure_with_some_rows, key_without_numbers,
    rows_lost, values_changed,
};
use super::statement::{
    connection_dependent_value, engine_mismatch, newer_sqlite, node_dependent_value,
    non_transactional_statement, pragma_without_effect, redundant_transaction, replay_limit_reached,
    sqlite_error, syntax_error, transaction_control,
};
use crate::config::Level;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::file::FileId;
use crate::folder::fault::Fault;
use crate::folder::history::{At, History};
use crate::folder::lock::Entry;
use crate::plans::Scratch;
use crate::replay::{self, Loss, Part, Replay};

/// What every statement is asked before anything runs.
const STATEMENTS: &[fn(&History, At) -> Option<Diagnostic>] = &[
    redundant_transaction::check,
    transaction_control::check,
    non_transactional_statement::check,
    pragma_without_effect::check,
    engine_mismatch::check,
    connection_dependent_value::check,
    sqlite_error::trigger,
];

/// What every fault of the replay is asked; the first that knows it has it, and the last knows all.
const FAULTS: &[fn(&History, &replay::Fault) -> Option<Diagnostic>] = &[
    replay_limit_reached::explain,
    syntax_error::explain,
    unknown_function::explain,
    column_added_twice::explain,
    name_taken::explain,
    index_before_table::explain,
    index_before_column::explain,
    use_before_definition::explain,
    column_removed::explain,
    double_quoted_string::explain,
    unknown_table::explain,
    unknown_column::explain,
    sqlite_error::explain,
];

/// What everything that a migration takes away without naming it is asked.
const LOSSES: &[fn(&History, &Loss) -> Option<Diagnostic>] = &[
    index_lost::check,
    trigger_lost::check,
    view_lost::check,
    foreign_key_lost::check,
    autoincrement_lost::check,
    constraint_lost::check,
    null_primary_key::check,
    affinity_changed::check,
    foreign_key_moved::check,
    data_dropped::check,
];

type PlanCheck = fn(&History, &Replay, &Scratch) -> Vec<Diagnostic>;

/// What the database at the end is asked.
static PLANS: &[(&Rule, PlanCheck)] = &[
    (&missing_foreign_key_index::RULE, missing_foreign_key_index::check),
    (&redundant_index::RULE, redundant_index::check),
];

/// What is wrong with the folder, in words.
pub(crate) fn folder(history: &History, fault: &Fault) -> Option<Diagnostic> {
    let of_most = || history.layout.map(|layout| layout.to_string()).unwrap_or_default();
    Some(match fault {
        Fault::Folder { file, dir, error } => unreadable_file::folder(*file, dir, error),
        Fault::NoMigrations { file, dir } => no_migrations::diagnose(*file, dir),
        Fault::Unreadable { file, path, problem } => unreadable_file::file(*file, path, problem),
        Fault::NotUtf8 { place, path, bytes, valid } => {
            unreadable_file::not_utf8(place.clone(), path, bytes, *valid)
        }
        Fault::Nul { place, path } => unreadable_file::nul(place.clone(), path),
        Fault::BadName { file, paths, name } => bad_file_name::diagnose(*file, paths, name),
        Fault::NoNumber { file, path } => bad_file_name::no_number(*file, path),
        Fault::DownWithoutUp { file, path } => bad_file_name::down_without_up(*file, path),
        Fault::MixedLayouts { file, paths, layout } => {
            mixed_layouts::diagnose(*file, paths, *layout, &of_most())
        }
        Fault::DuplicateVersion { file, earlier } => {
            duplicate_version::diagnose(history, *file, &history.migrations[*earlier])
        }
        Fault::OtherOrder { versions, order } => {
            return ambiguous_version_order::check(history, versions, *order);
        }
        Fault::OtherTool { found } => unknown_directive::other_tool(&history.files, found),
        Fault::OtherDialect { place, tool, dialect } => {
            unreadable_file::other_dialect(place.clone(), *tool, dialect)
        }
        Fault::Journal { file, problem } => unreadable_file::journal(*file, problem),
        Fault::NotThere { file, paths } => bad_file_name::not_there(*file, paths),
        Fault::Unlisted { file, paths } => ambiguous_version_order::unlisted(*file, paths),
        Fault::Skipped { entry, tag, before } => ambiguous_version_order::skipped(entry, tag, before),
        Fault::Code { file, paths, tool } => bad_file_name::code(*file, paths, *tool),
        Fault::Outside { file, mark } => redundant_transaction::outside(history, *file, mark),
        Fault::Directive { place, problem } => unknown_directive::diagnose(place.clone(), problem, RULES),
        Fault::Misplaced { file, dir } => misplaced_config_file::diagnose(*file, dir),
        Fault::Config { place, problem } => bad_config_file::diagnose(place.clone(), problem),
    })
}

pub(crate) fn statements(history: &History, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(syntax_error::check(history));
    diagnostics.extend(newer_sqlite::check(history));
    diagnostics.extend(engine_mismatch::hooks(history));
    for at in history.statements() {
        diagnostics.extend(STATEMENTS.iter().filter_map(|check| check(history, at)));
        diagnostics.extend(node_dependent_value::check(history, at));
    }
}

pub(crate) fn replayed(history: &History, replay: &Replay, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(dangling_foreign_key::check(history, replay));
    diagnostics.extend(failure_with_rows::check(history, replay));
    diagnostics.extend(failure_with_some_rows::check(history, replay));
    diagnostics.extend(rows_lost::check(history, replay));
    diagnostics.extend(values_changed::check(history, replay));
    // An index that is not made because its name is taken is told as that.
    let is_masked = |loss: &&Loss| {
        match &loss.what {
        Part::Index { name, .. } => replay.masked.iter().any(|masked| {
            masked.at.migration == loss.at.migration
                && matches!(&history.statement(masked.at).kind, Kind::Create { name: taken, .. } if taken.is(name))
        }),
        _ => false,
    }
    };
    let losses = replay.losses.iter().filter(|loss| !is_masked(loss));
    diagnostics.extend(losses.filter_map(|loss| LOSSES.iter().find_map(|check| check(history, loss))));
    diagnostics.extend(foreign_key_mismatch::check(history, replay));
    diagnostics.extend(key_without_numbers::check(history, replay));
    diagnostics.extend(outer_column::check(history, replay));
    diagnostics.extend(node_dependent_value::views(history, replay));
    diagnostics.extend(double_quoted_string::check(history, replay));
    diagnostics.extend(broken_down_migration::check(history, replay));
    diagnostics.extend(schema_not_restored::check(history, replay));
    diagnostics.extend(masked_create::check(history, replay));
    diagnostics.extend(broken_view::check(history, replay));
    diagnostics.extend(broken_trigger::check(history, replay));
    diagnostics.extend(unnamed_function::check(history, replay));
    diagnostics.extend(legacy_not_adopted::check(history, replay));
    plans(history, replay, diagnostics);
    diagnostics.extend(
        replay.faults.iter().filter_map(|fault| FAULTS.iter().find_map(|explain| explain(history, fault))),
    );
}

/// What is asked of the schema at the end, where somebody wants to hear it.
fn plans(history: &History, replay: &Replay, diagnostics: &mut Vec<Diagnostic>) {
    let is_on = |rule: &Rule| history.config.level(rule) != Some(Level::Allow);
    for (rule, check) in PLANS.iter().filter(|(rule, _)| is_on(rule) && replay.faults.is_empty()) {
        let found = replay.with_scratch(&history.config, |scratch| check(history, replay, scratch));
        let found = found.unwrap_or_default();
        debug_assert!(found.iter().all(|found| found.rule.code == rule.code));
        diagnostics.extend(found);
    }
}

pub(crate) fn locked(history: &History, lock: FileId, entries: &[Entry], diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(released_migration_changed::check(history, lock, entries));
    diagnostics.extend(released_migration_missing::check(history, lock, entries));
    diagnostics.extend(out_of_order_migration::check(history, lock, entries));
    diagnostics.extend(ledger_renamed::check(history, lock, entries));
}
