//! `kuzu-schema.lock` next to the `Cargo.toml` of the package that is being compiled: the schema of
//! its structs when the file was last written. A package without the file pays nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use std::{env, fs, io};

use proc_macro2::Ident;

use super::parse::Lock;

/// The name of the file, as the `lock::LOCK_FILE_NAME` of kuzu-ddl-core.
pub(crate) const FILE: &str = "kuzu-schema.lock";

/// The content of a lock file, or why it cannot be read.
type Content = Arc<Result<Lock, String>>;

/// The cached content of one file. A compiler process reads one file, the server of an editor many.
struct CachedFile {
    /// The modification time, and the size.
    stamp: (Option<SystemTime>, u64),
    content: Content,
    /// The struct that represents the file: one error is enough for a broken file, and one mention
    /// lets cargo track it.
    representative: String,
}

static CACHE: Mutex<BTreeMap<PathBuf, CachedFile>> = Mutex::new(BTreeMap::new());

/// The lock file as the derive of one struct sees it.
pub(crate) struct LockFile {
    path: PathBuf,
    pub(super) content: Content,
    pub(super) is_representative: bool,
}

/// Returns the lock file of the package, if there is one. `ident` is the struct that is being
/// derived.
pub(crate) fn load_lock_file(ident: &Ident) -> Option<LockFile> {
    let path = Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join(FILE);
    let stamp = match fs::metadata(&path) {
        Ok(meta) => (meta.modified().ok(), meta.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => (None, 0),
    };
    let struct_name = ident.to_string();
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_fresh = cache.get(&path).is_some_and(|cached| cached.stamp == stamp);
    if !is_fresh {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string());
        let content = Arc::new(text.and_then(|text| Lock::parse(&text)));
        let representative = struct_name.clone();
        cache.insert(
            path.clone(),
            CachedFile {
                stamp,
                content,
                representative,
            },
        );
    }
    let cached = cache.get(&path)?;
    Some(LockFile {
        content: Arc::clone(&cached.content),
        is_representative: cached.representative == struct_name,
        path,
    })
}

impl LockFile {
    /// Returns the path that the expansion mentions, so that cargo compiles the package again when
    /// the file has changed.
    pub(crate) fn tracked_path(&self) -> Option<&str> {
        self.path.to_str().filter(|_| self.is_representative)
    }
}
