//! The rules; each function returns a line per violation.

use std::collections::{BTreeMap, BTreeSet};

use crate::crate_tree::{CrateTree, Import};
use crate::sources::Sources;
use crate::tokens::Kind;

/// The largest number of lines of a source file.
pub(crate) const MAX_LINES: usize = 500;

/// The largest number of source files in a folder, those of its subfolders not counted.
pub(crate) const MAX_FILES: usize = 20;

/// Finds modules that import a module which the root lists below them, or an item of the root.
pub(crate) fn later_imports(tree: &CrateTree) -> Vec<String> {
    let position = |name: &str| tree.order().iter().position(|module| module == name);
    let mut violations = BTreeSet::new();
    for import in tree.imports() {
        let Some(own) = import.from.first().and_then(|name| position(name)) else {
            continue;
        };
        let written = import.written.first().and_then(|name| position(name));
        let target = import.target.first().and_then(|name| position(name));
        if target.is_none_or(|target| target > own) || written.is_some_and(|module| module > own) {
            violations.insert(format!(
                "{} imports {}, which is not above it",
                tree.file(import.from),
                import.reference.path.join("::"),
            ));
        }
    }
    violations.into_iter().collect()
}

/// The files that a file imports, each with a path that leads there.
type Graph<'a> = BTreeMap<&'a str, BTreeMap<&'a str, String>>;

/// Finds files that import one another, directly or through others.
pub(crate) fn circles(tree: &CrateTree) -> Vec<String> {
    let imports: Vec<Import<'_>> = tree.imports().collect();
    let mut graph = Graph::new();
    for import in &imports {
        let (from, to) = (tree.file(import.from), tree.file(&import.target));
        if from != to && is_dependency(tree, import) {
            let path = import.reference.path.join("::");
            graph.entry(from).or_default().insert(to, path);
        }
    }
    let mut found = Vec::new();
    while let Some(circle) = next_circle(&mut graph) {
        let mut lines = vec!["a circle:".to_owned()];
        let following = circle.iter().cycle().skip(1);
        for (file, next) in circle.iter().zip(following) {
            // Without these imports, another circle of the same files can be found.
            let path = graph
                .get_mut(file)
                .and_then(|imported| imported.remove(next));
            let path = path.unwrap_or_default();
            lines.push(format!("  {file} imports {path} ({next})"));
        }
        found.push(lines.join("\n"));
    }
    found
}

/// Whether an import makes its file depend on the file of the item.
fn is_dependency(tree: &CrateTree, import: &Import<'_>) -> bool {
    // The paths that go through the imported module count, each for its own file.
    if import.is_module {
        return false;
    }
    let name = import.reference.path.last().map_or("", |name| name);
    match import.reference.kind {
        Kind::Import | Kind::Inline => true,
        // A module that only presents the items of its children does not depend on them.
        Kind::Reexport => {
            !import.target.starts_with(import.from) || tree.uses_name(import.from, name)
        }
    }
}

/// Removes files that are in no circle; returns the files of a circle among the remaining ones.
fn next_circle<'a>(graph: &mut Graph<'a>) -> Option<Vec<&'a str>> {
    loop {
        let files: BTreeSet<&str> = graph.keys().copied().collect();
        for imported in graph.values_mut() {
            imported.retain(|file, _| files.contains(file));
        }
        let before = graph.len();
        graph.retain(|_, imported| !imported.is_empty());
        if graph.len() == before {
            break;
        }
    }
    let mut path = vec![*graph.keys().next()?];
    loop {
        let next = *graph[path.last()?].keys().next()?;
        if let Some(start) = path.iter().position(|file| *file == next) {
            return Some(path.split_off(start));
        }
        path.push(next);
    }
}

/// Finds files with too many lines and folders with too many files.
pub(crate) fn oversized(sources: &Sources) -> Vec<String> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut violations = Vec::new();
    for (path, text) in sources.iter() {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        *folders.entry(folder).or_default() += 1;
        let lines = text.lines().count();
        if lines > MAX_LINES {
            violations.push(format!("{path} has {lines} lines"));
        }
    }
    let large = folders.iter().filter(|(_, files)| **files > MAX_FILES);
    violations.extend(large.map(|(folder, files)| format!("{folder} contains {files} files")));
    violations
}
