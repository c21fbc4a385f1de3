//! What of a schema later statements can reach.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use onward_core::ledger::is_ledger;

use super::entry::Entry;
use super::later::{Later, Use, Words, has_rollback, is_catalogue};

/// What of a schema has to stay in sight.
pub(super) struct Reach {
    /// Tables, views and triggers, by their names in lower case.
    kept: HashSet<String>,
    kept_triggers: HashSet<String>,
}

/// Why something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// It has to be there, and stays as it is.
    Present,
    /// It may get another column, or sample rows.
    Grows,
    /// Anything may happen to it.
    Changes,
}

/// A table, view or trigger. All names are in lower case.
struct Object<'e> {
    entry: &'e Entry,
    name: String,
    words: Arc<Words>,
    /// The objects that its text names, but for itself.
    names: Vec<usize>,
    level: Option<Level>,
}

impl Object<'_> {
    fn is(&self, kind: &str) -> bool {
        self.entry.kind == kind
    }
}

impl Reach {
    /// What of these entries migrations after one can reach; `None` if nobody can be sure.
    pub(super) fn find(
        entries: &[Entry],
        later: &Later,
        migration: usize,
        kept: &BTreeSet<String>,
        gets_rows: impl Fn(&str) -> bool,
    ) -> Option<Reach> {
        let mut graph = Graph::read(entries, later)?;
        graph.roots(entries, later, migration, kept);
        graph.follow(gets_rows);
        let kept = |is_trigger: bool| {
            let objects = graph.objects.iter().filter(|object| object.level.is_some());
            objects
                .filter(|object| object.is("trigger") == is_trigger)
                .map(|object| object.name.clone())
                .collect()
        };
        Some(Reach { kept: kept(false), kept_triggers: kept(true) })
    }

    /// Whether an entry stays: an index does with its table.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        match entry.kind.as_str() {
            "trigger" => self.kept_triggers.contains(&entry.name.to_ascii_lowercase()),
            "index" => self.kept.contains(&entry.table.to_ascii_lowercase()),
            _ => self.kept.contains(&entry.name.to_ascii_lowercase()),
        }
    }
}

struct Graph<'e> {
    objects: Vec<Object<'e>>,
    open: Vec<usize>,
    /// The objects that name each.
    named_by: Vec<Vec<usize>>,
    /// The triggers of each table or view.
    triggers: Vec<Vec<usize>>,
    /// The tables that refer to each.
    children: Vec<Vec<usize>>,
    /// Tables and views, by name.
    places: HashMap<String, usize>,
}

impl<'e> Graph<'e> {
    /// `None` if an object may look at what it does not name.
    fn read(entries: &'e [Entry], later: &Later) -> Option<Graph<'e>> {
        let counts = |entry: &&Entry| matches!(entry.kind.as_str(), "table" | "view" | "trigger");
        let mut objects: Vec<Object<'e>> = Vec::new();
        for entry in entries.iter().filter(counts) {
            let name = entry.name.to_ascii_lowercase();
            let words = later.words(entry.sql.as_deref().unwrap_or_default());
            if words.has_catalogue && !is_catalogue(&name) {
                return None;
            }
            objects.push(Object { entry, name, words, names: Vec::new(), level: None });
        }
        let mut places = HashMap::new();
        for (at, object) in objects.iter().enumerate().filter(|(_, object)| !object.is("trigger")) {
            places.insert(object.name.clone(), at);
        }
        let none = || vec![Vec::new(); objects.len()];
        let (mut named_by, mut triggers, mut children) = (none(), none(), none());
        for (at, object) in objects.iter_mut().enumerate() {
            let named = object.words.names.iter().filter_map(|name| places.get(name).copied());
            let mut names: BTreeSet<usize> = named.filter(|&other| other != at).collect();
            let parents = object.words.parents.iter().filter_map(|name| places.get(name));
            parents.for_each(|&parent| children[parent].push(at));
            if let Some(&table) = places.get(&object.entry.table.to_ascii_lowercase())
                && object.is("trigger")
            {
                triggers[table].push(at);
                names.insert(table);
            }
            names.iter().for_each(|&other| named_by[other].push(at));
            object.names = names.into_iter().collect();
        }
        Some(Graph { objects, open: Vec::new(), named_by, triggers, children, places })
    }

    fn raise(&mut self, at: usize, level: Level) {
        let known = &mut self.objects[at].level;
        if *known < Some(level) {
            *known = Some(level);
            self.open.push(at);
        }
    }

    /// What later statements name, and what is never put aside.
    fn roots(&mut self, entries: &[Entry], later: &Later, migration: usize, kept: &BTreeSet<String>) {
        let level = |does: Use| if does == Use::Touched { Level::Changes } else { Level::Grows };
        let virtuals: Vec<String> = self
            .objects
            .iter()
            .filter(|object| is_virtual(object))
            .map(|object| format!("{}_", object.name))
            .collect();
        for at in 0..self.objects.len() {
            let object = &self.objects[at];
            let text = object.entry.sql.as_deref().unwrap_or_default();
            // Some questions are asked of all that there is (`offender::gives_up`).
            let is_special = object.words.has_rollback
                || object.name.starts_with("sqlite_")
                || is_ledger(&object.name, text)
                || is_virtual(object)
                // What lies behind a virtual table is its module's to know.
                || virtuals.iter().any(|start| object.name.starts_with(start.as_str()));
            let does = later.does(&object.name, migration).map(level);
            let does = does.max(kept.contains(&object.name).then_some(Level::Changes));
            // A parent that is not there may come.
            let waits =
                object.words.parents.iter().any(|parent| {
                    !self.places.contains_key(parent) && later.does(parent, migration).is_some()
                });
            let of_trigger = self
                .places
                .get(&object.entry.table.to_ascii_lowercase())
                .copied()
                .filter(|_| object.is("trigger"));
            if let Some(level) =
                does.max(waits.then_some(Level::Changes)).max(is_special.then_some(Level::Present))
            {
                self.raise(at, level);
                // To drop a trigger names no table.
                of_trigger
                    .filter(|_| does.is_some())
                    .into_iter()
                    .for_each(|table| self.raise(table, Level::Changes));
            }
        }
        for index in entries.iter().filter(|entry| entry.kind == "index") {
            let does = later.does(&index.name.to_ascii_lowercase(), migration);
            let is_special = index.sql.as_deref().is_some_and(has_rollback);
            let table = self.places.get(&index.table.to_ascii_lowercase()).copied();
            if let Some(table) = table.filter(|_| does.is_some() || is_special) {
                self.raise(table, Level::Changes);
            }
        }
    }

    /// Goes on from what is reached to what that can change, and to what it needs.
    fn follow(&mut self, gets_rows: impl Fn(&str) -> bool) {
        while let Some(at) = self.open.pop() {
            let Some(level) = self.objects[at].level else { continue };
            match self.objects[at].entry.kind.as_str() {
                "table" => self.table(at, level, &gets_rows),
                "view" => self.view(at, level),
                _ => self.trigger(at, level),
            }
        }
    }

    fn table(&mut self, at: usize, level: Level, gets_rows: &impl Fn(&str) -> bool) {
        if is_virtual(&self.objects[at]) {
            self.raise_all(self.objects[at].names.clone(), Level::Present);
        }
        if level == Level::Present {
            if gets_rows(&self.objects[at].name) {
                self.raise(at, Level::Grows);
            }
            return;
        }
        let parents =
            self.objects[at].words.parents.iter().filter_map(|parent| self.places.get(parent).copied());
        self.raise_all(parents.collect(), Level::Present);
        self.raise_all(self.triggers[at].clone(), Level::Changes);
        self.raise_all(self.readers(at), Level::Grows);
        if level == Level::Changes {
            self.raise_all(self.children[at].clone(), Level::Changes);
        }
    }

    fn view(&mut self, at: usize, level: Level) {
        let names = self.objects[at].names.clone();
        match level {
            Level::Changes => self.raise_all(names, Level::Changes),
            _ => self.raise_all(names, Level::Present),
        }
        if level > Level::Present {
            self.raise_all(self.readers(at), Level::Grows);
            self.raise_all(self.triggers[at].clone(), Level::Changes);
        }
    }

    /// One that may fire does what its text says.
    fn trigger(&mut self, at: usize, level: Level) {
        let names = self.objects[at].names.clone();
        match level {
            Level::Changes => self.raise_all(names, Level::Changes),
            _ => self.raise_all(names, Level::Present),
        }
    }

    /// The views and triggers that name something: whether they still work may depend on it.
    fn readers(&self, at: usize) -> Vec<usize> {
        let named_by = self.named_by[at].iter().copied();
        named_by.filter(|&other| !self.objects[other].is("table")).collect()
    }

    fn raise_all(&mut self, objects: Vec<usize>, level: Level) {
        objects.into_iter().for_each(|at| self.raise(at, level));
    }
}

fn is_virtual(object: &Object<'_>) -> bool {
    object.is("table") && object.entry.root.unwrap_or(0) == 0
}
