//! Every layout embeds the same two migrations.

use onward::rusqlite::Connection;
use onward::{Migrations, migrations};

static ALL: [Migrations; 6] = [
    migrations!("ui/sound/plain"),
    migrations!("ui/sound/timestamps"),
    migrations!("ui/sound/prefixed"),
    migrations!("ui/sound/up_down"),
    migrations!("ui/sound/folders"),
    migrations!("ui/sound/folders_migration"),
];

fn main() {
    let labels = ["0001", "20260105093000", "1", "0001", "2026-01-05-093000", "20260105093000"];
    for (migrations, label) in ALL.iter().zip(labels) {
        let [first, second] = migrations.list().iter().collect::<Vec<_>>()[..] else { panic!("two migrations") };
        assert_eq!((first.label(), first.name(), second.name()), (label, "notes", "folders"));
        assert_eq!(first.checksum(), ALL[0].list().get(0).unwrap().checksum());
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(migrations.apply(&mut conn).unwrap().applied.len(), 2);
    }
}
