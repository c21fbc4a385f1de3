//! The name that an application's Cargo.toml gives to the dependency `onward`.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::regular;

/// What a package calls its dependency `onward`, if that is another name: `migrate = { package = "onward", … }`, there or in the
/// Cargo.toml of its workspace.
pub fn renamed(package: &Path) -> Option<String> {
    // What is wrong with the file is cargo's to say.
    let text = manifest(package)?;
    let written = DeTable::parse(&text).ok()?.into_inner();
    let targets = table(&written, "target").into_iter().flat_map(DeTable::values);
    let tables = targets.filter_map(|target| target.get_ref().as_table()).chain([&written]);
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let found: Vec<(&str, &DeValue<'_>)> = tables
        .flat_map(|table| sections.iter().filter_map(|section| self::table(table, section)))
        .flat_map(|section| section.iter().map(|(name, entry)| (&**name.get_ref(), entry.get_ref())))
        .collect();
    if found.iter().any(|(name, _)| *name == ONWARD) {
        return None;
    }
    if let Some((name, _)) = found.iter().find(|(_, entry)| is_onward(entry)) {
        return Some((*name).to_owned());
    }
    let is_inherited = |entry: &DeValue<'_>| {
        entry.get("workspace").is_some_and(|inherited| inherited.get_ref().as_bool() == Some(true))
    };
    let mut inherited = found.iter().filter(|(_, entry)| is_inherited(entry)).peekable();
    inherited.peek()?;
    let root = package.ancestors().filter_map(manifest).find(|text| text.contains("[workspace"))?;
    let root = DeTable::parse(&root).ok()?.into_inner();
    let shared = table(table(&root, "workspace")?, "dependencies")?;
    let (name, _) =
        inherited.find(|(name, _)| shared.get(*name).is_some_and(|entry| is_onward(entry.get_ref())))?;
    Some((*name).to_owned())
}

const ONWARD: &str = "onward";

fn table<'t, 'd>(of: &'t DeTable<'d>, name: &str) -> Option<&'t DeTable<'d>> {
    of.get(name)?.get_ref().as_table()
}

fn is_onward(entry: &DeValue<'_>) -> bool {
    entry.get("package").is_some_and(|package| package.get_ref().as_str() == Some(ONWARD))
}

fn manifest(folder: &Path) -> Option<String> {
    String::from_utf8(regular::read(&folder.join("Cargo.toml")).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_wherever_it_is_given() {
        let root = tempfile::tempdir().unwrap();
        let workspace = "[workspace]\n[workspace.dependencies]\nshared = { package = \"onward\", version = \"1\" }\nother = \"1\"\n";
        std::fs::write(root.path().join("Cargo.toml"), workspace).unwrap();
        let package = root.path().join("member");
        std::fs::create_dir(&package).unwrap();
        for (dependencies, name) in [
            ("[dependencies]\nmigrate = { package = \"onward\", version = \"1\" }", Some("migrate")),
            ("[target.'cfg(unix)'.dependencies]\nmigrate = { package = \"onward\" }", Some("migrate")),
            ("[dev-dependencies.for-tests]\npackage = \"onward\"", Some("for-tests")),
            (
                "[dependencies]\nother.workspace = true\nshared = { workspace = true, features = [] }",
                Some("shared"),
            ),
            ("[dependencies]\nshared = \"1\"", None),
            ("[dependencies]\nonward = \"1\"\n[dev-dependencies]\nagain = { package = \"onward\" }", None),
            ("[dependencies]\nonward.workspace = true", None),
            ("[dependencies", None),
            ("", None),
        ] {
            let text = format!("[package]\nname = \"member\"\n{dependencies}\n");
            std::fs::write(package.join("Cargo.toml"), text).unwrap();
            assert_eq!(renamed(&package).as_deref(), name, "{dependencies}");
        }
        assert_eq!(renamed(&root.path().join("missing")), None);
    }
}
