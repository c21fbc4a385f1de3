//! The SQL in the source of a program: what it gives to the calls of rusqlite and sqlx.

mod bound;
mod call;
mod found;
mod nesting;
mod text;

use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use anyhow::Context;
use syn::visit::Visit;
use walkdir::{DirEntry, WalkDir};

use crate::output;
use bound::Constants;
use call::Calls;
pub(crate) use found::{Source, Spot};

/// Reads every `.rs` file below a folder, but for tests, hidden folders and `target`.
///
/// # Errors
/// If the folder or a file in it cannot be read.
pub(super) fn read(root: &Path) -> anyhow::Result<Source> {
    // The parser calls itself for what is nested, and a debug build of it takes 15 KiB for each bracket.
    let reading = || thread::Builder::new().stack_size(128 << 20);
    thread::scope(|scope| match reading().spawn_scoped(scope, || read_here(root)) {
        Ok(read) => read.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(error) => Err(error).context("cannot begin to read the source"),
    })
}

/// Reads them, on a stack that is large enough for files nested as deep as [`nesting`] allows.
fn read_here(root: &Path) -> anyhow::Result<Source> {
    let is_source = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || entry.file_type().is_dir() && name == "target")
    };
    let mut source = Source::default();
    let mut parsed = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_source) {
        let entry = entry.with_context(|| format!("cannot read the source {}", output::path(root)))?;
        if !entry.file_type().is_file() || entry.path().extension().is_none_or(|extension| extension != "rs")
        {
            continue;
        }
        let shown = output::path(entry.path());
        let text = std::fs::read_to_string(entry.path()).with_context(|| format!("cannot read {shown}"))?;
        source.files += 1;
        if nesting::is_too_deep(&text) {
            source.broken.push((shown, "it is nested too deep".to_owned()));
            continue;
        }
        match syn::parse_file(&text) {
            Ok(file) => parsed.push((shown, file)),
            Err(error) => source.broken.push((shown, error.to_string())),
        }
    }
    let mut constants = Constants::default();
    parsed.iter().for_each(|(_, file)| constants.visit_file(file));
    for (path, file) in &parsed {
        Calls::new(path, &constants, &mut source).visit_file(file);
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Source {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(dir.path().join(path), text).unwrap();
        }
        read(dir.path()).unwrap()
    }

    fn texts(source: &str) -> Vec<String> {
        found(&[("a.rs", source)]).texts.into_iter().map(|(_, sql)| sql).collect()
    }

    #[test]
    fn texts_are_found_wherever_they_are_written() {
        for (code, expected) in [
            (r#"conn.execute("a", [])?;"#, vec!["a"]),
            (r##"conn.execute_batch(r#"a"#)?;"##, vec!["a"]),
            (r#"conn.execute(&format!("a"), params![])?;"#, vec!["a"]),
            (r#"conn.execute(concat!("a", " b"), [])?;"#, vec!["a b"]),
            (r#"let sql = "a"; conn.execute(sql, [])?;"#, vec!["a"]),
            (r#"for sql in ["a", "b"] { conn.execute(sql, [])?; }"#, vec!["a", "b"]),
            (r#"for (_, sql) in [("x", "a"), ("y", "b")] { conn.execute(sql, [])?; }"#, vec!["a", "b"]),
            (
                r#"const ALL: &[&str] = &["a", "b"]; for sql in ALL.iter() { let _ = conn.execute(sql, []); }"#,
                vec!["a", "b"],
            ),
            (r#"sqlx::query("a").execute(&pool).await?;"#, vec!["a"]),
            (r#"sqlx::query_as::<_, Job>("a").fetch_all(&pool).await?;"#, vec!["a"]),
            (r#"sqlx::query_as!(Job, "a", id);"#, vec!["a"]),
            (r#"Migrations::new(vec![M::up("a")]);"#, vec!["a"]),
            (r#"statement.execute(params![1])?; statement.query([])?;"#, vec![]),
        ] {
            assert_eq!(texts(&format!("fn f() {{ {code} }}")), expected, "{code}");
        }
    }

    #[test]
    fn a_constant_may_be_in_another_file_and_a_name_within_a_function_comes_first() {
        let source = found(&[
            ("a.rs", "fn f() { conn.execute(db::SQL, [])?; let SQL = \"own\"; conn.execute(SQL, [])?; }"),
            ("db.rs", "pub const SQL: &str = \"far\";"),
        ]);
        let texts: Vec<_> = source.texts.iter().map(|(_, sql)| sql.as_str()).collect();
        assert_eq!(texts, ["far", "own"]);
    }

    #[test]
    fn what_is_put_together_is_listed_and_tests_are_not_looked_at() {
        let source = found(&[(
            "a.rs",
            "fn f(t: &str) {\n    conn.execute(&format!(\"DROP TABLE {t}\"), [])?;\n}\n#[cfg(test)]\nmod tests { fn g() { conn.execute_batch(sql()); } }",
        )]);
        assert_eq!(source.texts, []);
        let spots: Vec<_> =
            source.unread.iter().map(|(spot, begins)| (spot.line, spot.column, begins.as_deref())).collect();
        assert_eq!(spots, [(2, 10, Some("DROP TABLE {t}"))]);
    }

    #[test]
    fn what_is_nested_too_deep_is_named_and_the_rest_is_read() {
        let nested = |before: &str, after: &str, count: usize| {
            format!("fn f() {{ let _ = {}1{}; }}", before.repeat(count), after.repeat(count))
        };
        let sound = "fn g() { conn.execute(\"a\", []); }";
        for (deep, is_read) in [
            (nested("(", ")", 200), true),
            (nested("!", "", 200), true),
            (nested("(", ")", 1_000), false),
            (nested("(", ")", 100_000), false),
            (nested("{[(", ")]}", 10_000), false),
            (nested("!", "", 100_000), false),
            (nested("", " + 1", 3_000), true),
            (nested("", ".a()", 2_000), true),
            (nested("", " + 1", 40_000), false),
            (nested("if a {} else ", "", 20_000), false),
            (nested("f(1, -2); if a {} ", "; *x = 1", 20_000), true),
        ] {
            let source = found(&[("a.rs", &deep), ("b.rs", sound)]);
            assert_eq!((source.files, source.texts.len()), (2, 1));
            assert_eq!(source.broken.is_empty(), is_read, "{}", &deep[..40]);
        }
    }

    #[test]
    fn a_method_of_that_name_may_have_nothing_to_do_with_sql() {
        for (code, unread) in [
            ("tool.execute(arguments, context);", 0),
            ("self.registry.execute(name(), &context);", 0),
            ("let sql = format!(\"ALTER TABLE t ADD COLUMN {}\", c); any.execute(&sql, []);", 1),
            ("self.conn.execute(sql(), []);", 1),
            ("pool.get().unwrap().execute(sql(), []);", 1),
        ] {
            assert_eq!(found(&[("a.rs", &format!("fn f() {{ {code} }}"))]).unread.len(), unread, "{code}");
        }
    }
}
