//! No two modules of a crate import each other in a circle.
//!
//! A module is a file. It imports another one if its code names an item of that file: by a path that begins with `crate`,
//! `self` or `super`, with a module below it, or with a module that it has imported. A path is followed through `use` to the
//! file that defines the item. A module and the one around it count like any two, with one exception: what a module
//! declares (`mod x;`) and shows of the modules below it (`pub use x::Y`) is its table of contents, and imports nothing.
//!
//! Tests (`#[cfg(test)]`) do not count, nor do links in comments. Methods are not seen: a call names no file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The circles that are still to be cut, one a line: crate and modules. A line that is no longer true has to go.
const ALLOWED: &str = include_str!("circles.txt");

#[test]
fn no_two_modules_import_each_other() {
    let allowed: BTreeSet<String> = ALLOWED.lines().map(str::to_owned).collect();
    let (mut found, mut edges) = (BTreeSet::new(), String::new());
    for (name, root) in crates() {
        let house = House::read(&root);
        for circle in circles(&house.edges()) {
            let line = format!("{name}: {}", circle.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
            if !allowed.contains(&line) {
                let inside =
                    house.imports.iter().filter(|(from, to, _)| circle.contains(from) && circle.contains(to));
                inside.for_each(|(from, to, path)| edges += &format!("  {from} imports {to}: {path}\n"));
            }
            found.insert(line);
        }
    }
    let new: Vec<&String> = found.difference(&allowed).collect();
    let gone: Vec<&String> = allowed.difference(&found).collect();
    assert!(new.is_empty(), "modules that import each other:\n{new:#?}\nby these imports:\n{edges}");
    assert!(gone.is_empty(), "no longer there, so take them out of circles.txt: {gone:#?}");
}

/// The rooms of a crate, its folders and the files beside them, use each other in one direction as well.
#[test]
fn no_two_rooms_import_each_other() {
    let room = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    for (name, root) in crates() {
        if ALLOWED.lines().any(|line| line.starts_with(&format!("{name}: "))) {
            continue;
        }
        let mut edges = Edges::new();
        for (from, to, _) in House::read(&root).imports {
            edges.entry(room(&from)).or_default().insert(room(&to));
        }
        assert_eq!(circles(&edges), [], "{name}");
    }
}

#[test]
fn a_circle_is_found_however_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let house = |files: &[(&str, &str)]| {
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let edges = House::read(&folder.path().join("lib.rs")).edges();
        circles(&edges).into_iter().map(|circle| Vec::from_iter(circle).join(" ")).collect::<Vec<_>>()
    };
    let root = ("lib.rs", "mod a; mod b; pub use b::B;");
    for (a, b, circle) in [
        ("use crate::b::B;", "pub struct B;", None),
        ("use crate::b::B;", "pub struct B; use super::a;", Some("a b")),
        // By way of what the crate shows, in a group, in a macro, in a type.
        ("use crate::{B as C};", "pub struct B; fn f() { vec![crate::a::x()]; }", Some("a b")),
        ("fn f(_: super::b::B) {}", "pub struct B; use crate::{a::{X, Y}};", Some("a b")),
        ("use crate::b; fn f() { b::g() }", "pub struct B; fn f() { crate::a::x() }", Some("a b")),
        // In a comment, in a string, of another crate, in a test.
        ("use crate::B;", "/// [`X`](crate::a::X)\npub struct B; const S: &str = \"crate::a\";", None),
        ("use crate::B;", "pub struct B; use std::a::X; use ::a::Y;", None),
        ("use crate::B;", "pub struct B; #[cfg(test)] mod tests { use crate::a::X; }", None),
    ] {
        let found = house(&[root, ("a.rs", a), ("b.rs", b)]);
        assert_eq!(found, circle.into_iter().collect::<Vec<_>>(), "{a} / {b}");
    }
    // What a module shows of those below it is no import; what its own code names is.
    let root = ("lib.rs", "mod room;");
    let child = ("room/child.rs", "use super::Other; pub struct Child;");
    let shows = ("room/mod.rs", "mod child; mod other; pub use child::Child; pub use other::Other;");
    let names = ("room/mod.rs", "mod child; pub struct Other; fn f() { child::g() }");
    assert_eq!(house(&[root, child, shows, ("room/other.rs", "pub struct Other;")]), [""; 0]);
    assert_eq!(house(&[root, child, names]), ["room room::child"]);
}

/// Every crate with its first file, those with a workspace of their own as well, but for the examples and contenders.
fn crates() -> Vec<(String, PathBuf)> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = fs::read_to_string(repository.join("Cargo.toml")).unwrap();
    let listed = |key: &str| manifest.lines().find(|line| line.starts_with(key)).unwrap().split('"');
    let members = listed("members = ").chain(listed("exclude = ")).flat_map(|member| match member {
        "drivers" => folders(&repository.join(member)),
        member => vec![member.to_owned()],
    });
    let root = |member: String| {
        let mut roots =
            ["lib.rs", "main.rs"].map(|file| repository.join(&member).join("src").join(file)).into_iter();
        roots.find(|root| root.is_file()).map(|root| (member, root))
    };
    let crates: Vec<(String, PathBuf)> = members.filter_map(root).collect();
    assert!(crates.iter().any(|(name, _)| name == "drivers/onward-sqlx"), "{crates:?}");
    assert!(crates.len() >= 12, "{crates:?}");
    crates
}

/// The folders in this one, each with its own name before.
fn folders(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|entry| format!("{name}/{}", entry.to_str().unwrap())).collect()
}

type Edges = BTreeMap<String, BTreeSet<String>>;

/// The files of a crate and what each names. A module is called by its path, and the first file by nothing.
#[derive(Default)]
struct House {
    modules: BTreeSet<String>,
    /// What a name in a module stands for, by `use`.
    names: BTreeMap<(String, String), Vec<String>>,
    /// Paths in the code of a module, and whether they are its table of contents.
    paths: Vec<(String, Vec<String>, bool)>,
    /// Module, module, and the path by which it is named.
    imports: BTreeSet<(String, String, String)>,
}

impl House {
    fn read(root: &Path) -> House {
        let mut house = House::default();
        house.file("", root, root.parent().unwrap());
        for (from, path, is_contents) in &house.paths {
            let Some(to) = house.resolve(from, path, 0) else { continue };
            let is_below = *from != to && (from.is_empty() || to.starts_with(&format!("{from}::")));
            if *from != to && !(*is_contents && is_below) {
                house.imports.insert((from.clone(), to, path.join("::")));
            }
        }
        house
    }

    /// Reads a module, and those that it declares, which lie in this folder.
    fn file(&mut self, module: &str, file: &Path, folder: &Path) {
        self.modules.insert(module.to_owned());
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens: Vec<TokenTree> = text.parse::<TokenStream>().unwrap().into_iter().collect();
        let mut children = Vec::new();
        self.tokens(module, &without_tests(tokens), &mut children);
        for child in children {
            let (flat, deep) = (folder.join(format!("{child}.rs")), folder.join(&child).join("mod.rs"));
            let below = join(module, &child);
            // With a `#[path]`, it is a file of another package, which knows nothing of this one.
            if !flat.is_file() && !deep.is_file() {
                self.modules.insert(below);
                continue;
            }
            self.file(&below, if flat.is_file() { &flat } else { &deep }, &folder.join(&child));
        }
    }

    fn tokens(&mut self, module: &str, tokens: &[TokenTree], children: &mut Vec<String>) {
        let mut at = 0;
        while at < tokens.len() {
            let before = at.checked_sub(1).map(|before| tokens[before].to_string()).unwrap_or_default();
            match &tokens[at] {
                TokenTree::Group(group) => {
                    self.tokens(module, &without_tests(group.stream().into_iter().collect()), children);
                    at += 1;
                }
                TokenTree::Ident(word) if word == "use" => {
                    let end =
                        (at..tokens.len()).find(|&end| is(tokens.get(end), ";")).unwrap_or(tokens.len());
                    let is_shown =
                        before == "pub" || before.starts_with('(') && at > 1 && is(tokens.get(at - 2), "pub");
                    let mut found = Vec::new();
                    tree(&tokens[at + 1..end], &[], &mut found);
                    for (path, name) in found {
                        self.paths.push((module.to_owned(), path.clone(), is_shown));
                        self.names.insert((module.to_owned(), name), path);
                    }
                    at = end;
                }
                TokenTree::Ident(word) if word == "mod" && is(tokens.get(at + 2), ";") => {
                    children.push(tokens[at + 1].to_string());
                    at += 2;
                }
                TokenTree::Ident(_) => {
                    let (path, end) = path(tokens, at);
                    // Behind a dot it is a field or a method, and behind `::` of another crate.
                    let is_foreign = before == ":" && at > 1 && is(tokens.get(at - 2), ":");
                    if path.len() > 1 && before != "." && !is_foreign {
                        self.paths.push((module.to_owned(), path, false));
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
    }

    /// The module that defines what a path names, if it is one of this crate.
    fn resolve(&self, from: &str, path: &[String], depth: usize) -> Option<String> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => String::new(),
            "self" => from.to_owned(),
            "super" => parent(from),
            name => self.look(from, name, depth)?.ok()?,
        };
        while let Some((name, further)) = rest.split_first() {
            module = match name.as_str() {
                "super" => parent(&module),
                "self" => module,
                name => match self.look(&module, name, depth) {
                    Some(Ok(module)) => module,
                    Some(Err(defined)) => return Some(defined),
                    None => return Some(module),
                },
            };
            rest = further;
        }
        Some(module)
    }

    /// What a name in a module stands for: a module, or an item of another module.
    fn look(&self, module: &str, name: &str, depth: usize) -> Option<Result<String, String>> {
        let child = join(module, name);
        if self.modules.contains(&child) {
            return Some(Ok(child));
        }
        if depth > 50 {
            // Two scopes of one file may have the same name.
            return Some(Err(module.to_owned()));
        }
        let path = self.names.get(&(module.to_owned(), name.to_owned()))?;
        // An import may have the name of the crate that it imports from.
        if path.first().is_some_and(|first| first == name) {
            return None;
        }
        let found = self.resolve(module, path, depth + 1)?;
        let is_module = path.last().is_some_and(|last| last == "self" || found.ends_with(last.as_str()));
        Some(if is_module && self.modules.contains(&found) { Ok(found) } else { Err(found) })
    }

    fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (from, to, _) in &self.imports {
            edges.entry(from.clone()).or_default().insert(to.clone());
        }
        edges
    }
}

fn join(module: &str, child: &str) -> String {
    if module.is_empty() { child.to_owned() } else { format!("{module}::{child}") }
}

fn parent(module: &str) -> String {
    module.rsplit_once("::").map_or_else(String::new, |(parent, _)| parent.to_owned())
}

fn is(token: Option<&TokenTree>, text: &str) -> bool {
    token.is_some_and(|token| token.to_string() == text)
}

/// Without what is compiled for tests alone.
fn without_tests(tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_test = is(tokens.get(at), "#")
            && tokens.get(at + 1).is_some_and(|token| {
                let attribute = token.to_string().replace(' ', "");
                attribute == "[cfg(test)]" || attribute.starts_with("[cfg(all(test,")
            });
        if is_test {
            let is_end = |token: &TokenTree| match token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                token => is(Some(token), ";"),
            };
            at = (at + 2..tokens.len()).find(|&end| is_end(&tokens[end])).map_or(tokens.len(), |end| end + 1);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The path that begins here, and where it ends.
fn path(tokens: &[TokenTree], start: usize) -> (Vec<String>, usize) {
    let (mut path, mut at) = (vec![tokens[start].to_string()], start + 1);
    while is(tokens.get(at), ":") && is(tokens.get(at + 1), ":") {
        let Some(TokenTree::Ident(word)) = tokens.get(at + 2) else { break };
        path.push(word.to_string());
        at += 3;
    }
    (path, at)
}

/// The paths that a `use` imports, each with the name that it gets.
fn tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    for tokens in tokens.split(|token| is(Some(token), ",")) {
        let Some(TokenTree::Ident(_)) = tokens.first() else { continue };
        let (path, end) = path(tokens, 0);
        let path = [before, &path].concat();
        match tokens.get(end + 2) {
            Some(TokenTree::Group(group)) => {
                tree(&group.stream().into_iter().collect::<Vec<_>>(), &path, found);
            }
            _ => {
                let renamed = is(tokens.get(end), "as").then(|| tokens[end + 1].to_string());
                let last = path.iter().rfind(|name| *name != "self").cloned();
                found.push((path, renamed.or(last).unwrap_or_default()));
            }
        }
    }
}

/// The sets of nodes that all reach each other.
fn circles(edges: &Edges) -> Vec<BTreeSet<String>> {
    let reach = |from: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(node) = next.pop() {
            for to in edges.get(node).into_iter().flatten().filter(|to| *to != node) {
                if seen.insert(to.clone()) {
                    next.push(to);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|node| (node, reach(node))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (node, to) in &reached {
        if to.contains(*node) && !circles.iter().any(|circle| circle.contains(*node)) {
            circles.push(
                to.iter()
                    .filter(|to| reached.get(to).is_some_and(|back| back.contains(*node)))
                    .cloned()
                    .collect(),
            );
        }
    }
    circles
}
