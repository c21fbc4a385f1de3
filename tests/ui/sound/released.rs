//! What looks like the cases of `release_broken`, and breaks nothing.
#![deny(warnings)]

use onward::{Migrations, migrations};

static ALL: [Migrations; 17] = [
    migrations!("ui/sound/released/table_renamed"),
    migrations!("ui/sound/released/view_without_a_trigger"),
    migrations!("ui/sound/released/column_dropped"),
    migrations!("ui/sound/released/column_ambiguous"),
    migrations!("ui/sound/released/columns_in_another_order"),
    migrations!("ui/sound/released/required_column"),
    migrations!("ui/sound/released/insert_without_names"),
    migrations!("ui/sound/released/values_in_another_column"),
    migrations!("ui/sound/released/null_refused"),
    migrations!("ui/sound/released/unique_is_new"),
    migrations!("ui/sound/released/check_is_new"),
    migrations!("ui/sound/released/foreign_key_is_new"),
    migrations!("ui/sound/released/null_read"),
    migrations!("ui/sound/released/another_type"),
    migrations!("ui/sound/released/rows_left_out"),
    migrations!("ui/sound/released/name_of_another"),
    migrations!("ui/sound/released/unique_is_gone"),
];

fn main() -> onward::Result<()> {
    ALL.iter().try_for_each(|migrations| migrations.open(":memory:").map(drop))
}
