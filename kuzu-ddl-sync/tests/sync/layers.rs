//! The direction of imports: `lib.rs` lists the modules in the order of the data flow, and no two
//! files import one another, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The source of each module without its tests, by path: `peer::state`.
fn modules(folder: &Path, parent: &[String], found: &mut BTreeMap<Vec<String>, String>) {
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let mut module = parent.to_vec();
        if path.is_dir() {
            module.push(name.into_owned());
            modules(&path, &module, found);
        } else if name != "tests" {
            if name != "mod" && name != "lib" {
                module.push(name.into_owned());
            }
            let text = fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]\nmod tests").next();
            found.insert(module, code.unwrap_or_default().to_owned());
        }
    }
}

/// The paths of the `use` items of a source, as written, up to the first brace.
fn uses(code: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = code.lines().map(str::trim_start);
    let items = lines.filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("use ")
    });
    items.map(|item| {
        let path = item.split(['{', ';', ' ']).next().unwrap_or_default();
        path.split("::").filter(|name| !name.is_empty()).collect()
    })
}

/// The modules of this crate that a module imports.
fn imports(
    module: &[String],
    code: &str,
    all: &BTreeMap<Vec<String>, String>,
) -> BTreeSet<Vec<String>> {
    let mut imported = BTreeSet::new();
    for path in uses(code) {
        let (base, rest): (&[String], &[&str]) = match path[0] {
            "crate" => (&[], &path[1..]),
            "super" => (&module[..module.len().saturating_sub(1)], &path[1..]),
            _ => (module, &path[..]),
        };
        let names = rest.iter().map(|name| (*name).to_owned());
        let mut target: Vec<String> = base.iter().cloned().chain(names).collect();
        let is_local = path[0] == "crate" || path[0] == "super";
        while target.len() > base.len() && !all.contains_key(&target) {
            target.pop();
        }
        // A path that names no module of the crate is one of another crate.
        if target != module && (is_local || target.len() > base.len()) {
            imported.insert(target);
        }
    }
    imported
}

#[test]
fn no_module_imports_a_later_one_and_no_files_import_one_another() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = BTreeMap::new();
    modules(&source, &[], &mut all);
    assert!(all.len() > 20);
    let root = all.remove(&[][..]).expect("lib.rs");
    let order: Vec<&str> = root
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            line.strip_prefix("mod ")?.strip_suffix(';')
        })
        .collect();
    let rank = |module: &[String]| order.iter().position(|name| *name == module[0]);
    let mut graph: BTreeMap<&[String], BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, code) in &all {
        let imported = imports(module, code, &all);
        for target in &imported {
            assert!(!target.is_empty(), "{module:?} imports from lib.rs");
            assert!(
                rank(target) <= rank(module),
                "{module:?} imports {target:?}, a later module"
            );
        }
        graph.insert(module, imported);
    }
    // Removes the files that import none of the remaining ones: what remains is a circle.
    while let Some(free) = graph
        .iter()
        .find(|(_, imported)| imported.iter().all(|m| !graph.contains_key(&m[..])))
        .map(|(module, _)| *module)
    {
        graph.remove(free);
    }
    assert!(
        graph.is_empty(),
        "files that import one another: {graph:#?}"
    );
}
