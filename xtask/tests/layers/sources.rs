//! The source files of the workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The text of each file, by its path from the root of the workspace.
pub(crate) struct Sources(BTreeMap<String, String>);

impl Sources {
    pub(crate) fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files);
        Self(files)
    }

    pub(crate) fn from_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter();
        Self(files.map(|(p, t)| (p.to_owned(), t.to_owned())).collect())
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Returns paths and texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (&path[..], &text[..]))
    }

    /// Returns the `src/lib.rs` or `src/main.rs` of each crate.
    pub(crate) fn crate_roots(&self) -> Vec<String> {
        let is_root = |path: &&str| {
            ["src/lib.rs", "src/main.rs"].iter().any(|root| {
                let folder = path.strip_suffix(root);
                folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
            })
        };
        self.0
            .keys()
            .map(String::as_str)
            .filter(is_root)
            .map(str::to_owned)
            .collect()
    }
}

/// Reads the Rust files below `folder`, whose path from the root is `prefix`.
fn read_folder(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type().expect("a file type").is_dir() {
            if !name.starts_with('.') && name != "target" {
                read_folder(&entry.path(), &format!("{path}/"), files);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("a readable source file");
            files.insert(path, text);
        }
    }
}
