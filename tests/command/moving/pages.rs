//! The pages on moving: their commands, and what these print.

use std::fs;

use onward::Tool;
use onward_tests::moving::{here, place};

/// The blocks of a page of docs in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(here("../../docs/moving").join(page)).unwrap();
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// Each command of the pages is run, and what they print is what is printed. Their programs are compiled and run by the package
/// `moving`.
#[test]
fn the_pages_on_moving_do_what_they_say() {
    for tool in [Tool::Sqlx, Tool::Refinery, Tool::Diesel, Tool::RusqliteMigration, Tool::Goose] {
        let own = tool != Tool::Goose;
        let page = if own { format!("{tool}.md") } else { "others.md".to_owned() };
        let place = place(tool);
        if tool == Tool::Refinery {
            // What comes next is to be seen in the schema.
            place.remove("migrations/V3__cents.sql");
        }
        let printed = blocks(&page, "text");
        for line in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
            if !own && line.contains("--at") {
                // The other way, on a database that was not taken over yet.
                let place = self::place(tool);
                let args: Vec<&str> = line.split(' ').skip(2).collect();
                place.onward(&args).exits(0);
                continue;
            }
            let args: Vec<&str> = line.strip_prefix("cargo onward ").expect(line).split(' ').collect();
            let ran = place.onward(&args).exits(0);
            if let Some(expected) = printed.last().filter(|_| args[0] == "rehearse") {
                assert!(ran.out.starts_with(expected), "{page}: {}", ran.out);
            }
        }
        if own {
            let code = fs::read_to_string(here(&format!("pages/{tool}.rs"))).unwrap();
            let code = code.replace(&format!("history/{tool}"), "migrations");
            assert!(blocks(&page, "rust").contains(&code), "{page} has not what is compiled:\n{code}");
        }
    }
}
