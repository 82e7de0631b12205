//! `kuzu-schema.lock` beside the `Cargo.toml` of the package that is being compiled: what its structs said
//! when somebody last looked. Without the file nothing here costs anything.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use std::{env, fs, io};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::parse::Lock as Read;

/// As the runtime's `lock::FILE`.
pub(crate) const FILE: &str = "kuzu-schema.lock";

/// A lock file as it was read, or why it could not be.
type Outcome = Arc<Result<Read, String>>;

/// What this process knows of one file. A compiler sees one, an editor's server many.
struct Known {
    /// When it was changed last, and its size.
    stamp: (Option<SystemTime>, u64),
    outcome: Outcome,
    /// The struct that speaks for all: of a broken file one error is enough, and one mention makes cargo
    /// watch it.
    speaker: String,
}

static KNOWN: Mutex<BTreeMap<PathBuf, Known>> = Mutex::new(BTreeMap::new());

/// The lock as one struct sees it.
pub(super) struct Seen {
    path: PathBuf,
    pub(super) outcome: Outcome,
    pub(super) speaks: bool,
}

/// The lock file of the package, if it has one.
pub(super) fn see(ident: &Ident) -> Option<Seen> {
    let path = Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join(FILE);
    let stamp = match fs::metadata(&path) {
        Ok(meta) => (meta.modified().ok(), meta.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => (None, 0),
    };
    let struct_name = ident.to_string();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = known.get(&path).is_some_and(|known| known.stamp == stamp);
    if !fresh {
        let text = fs::read_to_string(&path).map_err(|error| error.to_string());
        let outcome = Arc::new(text.and_then(|text| Read::parse(&text)));
        let speaker = struct_name.clone();
        known.insert(
            path.clone(),
            Known {
                stamp,
                outcome,
                speaker,
            },
        );
    }
    let found = known.get(&path)?;
    Some(Seen {
        outcome: Arc::clone(&found.outcome),
        speaks: found.speaker == struct_name,
        path,
    })
}

impl Seen {
    /// Cargo compiles anew when a file that the source mentions has changed.
    pub(super) fn watch(&self) -> Option<TokenStream> {
        let path = self.path.to_str().filter(|_| self.speaks)?;
        Some(quote!(
            const _: &[u8] = __kuzu::include_bytes!(#path);
        ))
    }
}
