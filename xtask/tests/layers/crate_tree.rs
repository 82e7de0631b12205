//! The modules of a crate, and where each import leads.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::Sources;
use crate::tokens::{Module, Path, Reference};

/// The modules of a crate, by their paths from its root.
pub(crate) struct CrateTree {
    modules: BTreeMap<Path, Module>,
    /// The file of each module.
    files: BTreeMap<Path, String>,
}

/// An import.
#[derive(Debug)]
pub(crate) struct Import<'a> {
    pub(crate) from: &'a [String],
    pub(crate) reference: &'a Reference,
    /// The path as written, from the root of the crate.
    pub(crate) written: Path,
    /// The module that defines the item, or the imported module itself.
    pub(crate) target: Path,
    pub(crate) is_module: bool,
}

impl CrateTree {
    /// Reads the modules of the crate whose root file is `root`.
    pub(crate) fn load(sources: &Sources, root: &str) -> Self {
        let mut tree = Self {
            modules: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        let (folder, _) = root.rsplit_once('/').expect("a file in src");
        let module = Module::parse(sources.text(root).expect("a root file"));
        tree.add(sources, Vec::new(), module, root, folder);
        tree
    }

    /// Adds a module in `file`, whose children have their files in `folder`.
    fn add(&mut self, sources: &Sources, path: Path, mut module: Module, file: &str, folder: &str) {
        for (name, inline) in std::mem::take(&mut module.inline) {
            let folder = format!("{folder}/{name}");
            self.add(sources, child(&path, &name), inline, file, &folder);
        }
        for name in &module.children {
            let folder = format!("{folder}/{name}");
            let files = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let found = files
                .iter()
                .find_map(|file| Some((file, sources.text(file)?)));
            let (file, text) = found.unwrap_or_else(|| panic!("{folder}: no such module"));
            let module = Module::parse(text);
            self.add(sources, child(&path, name), module, file, &folder);
        }
        self.files.insert(path.clone(), file.to_owned());
        self.modules.insert(path, module);
    }

    /// Returns the modules of the root, in their order.
    pub(crate) fn order(&self) -> &[String] {
        &self.modules[&[][..]].children
    }

    /// Returns the path of a module's file.
    pub(crate) fn file(&self, module: &[String]) -> &str {
        &self.files[module]
    }

    /// Whether the code of the module contains the name, outside its `use` items.
    pub(crate) fn uses_name(&self, module: &[String], name: &str) -> bool {
        self.modules[module].identifiers.contains(name)
    }

    /// Returns the imports from modules of this crate.
    pub(crate) fn imports(&self) -> impl Iterator<Item = Import<'_>> {
        let references = self
            .modules
            .iter()
            .flat_map(|(from, m)| m.references.iter().map(move |r| (from, r)));
        references.filter_map(|(from, reference)| {
            let written = self.absolute(from, &reference.path)?;
            let target = self.resolve(&written, &mut BTreeSet::new())?;
            let is_module = target == written;
            Some(Import {
                from,
                reference,
                is_module: is_module || self.is_alias(&written, &target),
                written,
                target,
            })
        })
    }

    /// Whether `written` is another name of the module `target`.
    fn is_alias(&self, written: &[String], target: &[String]) -> bool {
        let Some((name, parent)) = written.split_last() else {
            return false;
        };
        let binding = self.modules.get(parent).and_then(|m| m.bindings.get(name));
        let Some(path) = binding.and_then(|path| self.absolute(parent, path)) else {
            return false;
        };
        path == target || path != written && self.is_alias(&path, target)
    }

    /// Returns a path in `module` from the root of the crate; none if it leads to another crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match &first[..] {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                let (_, parent) = module.split_last()?;
                match rest.first() {
                    Some(name) if name == "super" => self.absolute(parent, rest),
                    _ => Some([parent, rest].concat()),
                }
            }
            _ => {
                // `use serde::serde` binds an item of the other crate.
                let binding = self.modules[module].bindings.get(first);
                let is_bound = binding.is_some_and(|path| path.first() != Some(first));
                let is_known = is_bound || self.modules.contains_key(&child(module, first));
                is_known.then(|| [module, path].concat())
            }
        }
    }

    /// Returns the module that defines the item of a path, re-exports followed. It is the module
    /// itself if the path leads to one, and none if it leads to another crate.
    fn resolve(&self, path: &[String], visited: &mut BTreeSet<Path>) -> Option<Path> {
        let depth = (0..=path.len()).take_while(|n| self.modules.contains_key(&path[..*n]));
        let depth = depth.last().unwrap_or_default();
        let (module, rest) = path.split_at(depth);
        let Some((name, inner)) = rest.split_first() else {
            return Some(module.to_vec());
        };
        if !visited.insert(path.to_vec()) {
            return None;
        }
        let contents = &self.modules[module];
        if contents.definitions.contains(name) {
            return Some(module.to_vec());
        }
        if let Some(binding) = contents.bindings.get(name) {
            let target = self.absolute(module, binding)?;
            return self.resolve(&[&target[..], inner].concat(), visited);
        }
        let globs = contents.globs.iter();
        let through_glob = globs
            .filter_map(|glob| self.absolute(module, glob))
            .filter_map(|glob| self.resolve(&[&glob[..], rest].concat(), visited))
            .find(|found| self.modules[found].definitions.contains(name));
        // A name without a definition is one that a macro defines.
        Some(through_glob.unwrap_or_else(|| module.to_vec()))
    }
}

fn child(path: &[String], name: &str) -> Path {
    let mut path = path.to_vec();
    path.push(name.to_owned());
    path
}
