//! The example `cluster`: three nodes, three programs at once, a leader that is killed.

use onward_tests::cluster;
use onward_tests::command::run;

#[test]
fn three_programs_and_a_killed_leader_leave_the_same_on_all_nodes() {
    if std::env::var_os("ONWARD_RQLITED").is_none() {
        println!("ONWARD_RQLITED is not set (`cargo xtask ci drivers` does it): the example was not run");
        return;
    }
    let ran = run(&mut cluster()).exits(0);
    for said in [" is killed\n", "applied 3 migrations", "the same 3 rows on all three nodes: SELECT version"]
    {
        assert!(ran.out.contains(said), "{}", ran.out);
    }
    assert!(ran.out.contains("the same 3 rows on all three nodes: SELECT id"), "{}", ran.out);
}
