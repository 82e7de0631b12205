//! The edits as automerge and loro documents: a map of tables, each with a map of properties, each
//! with entries for name, type, nullability, default and comment, since these change independently.

use automerge::{ActorId, AutoCommit, Change, ObjType, ROOT, ReadDoc, transaction::Transactable};
use loro::{ExportMode, LoroDoc, LoroMap};

use crate::history::Edit;

/// Builds the document of all edits by all writers, one change per edit.
pub fn automerge(edits: &[Vec<Edit>]) -> AutoCommit {
    let mut base = AutoCommit::new().with_actor(ActorId::from([255_u8; 16]));
    base.put_object(ROOT, "tables", ObjType::Map).expect("put");
    base.commit();
    let mut all = base.fork().with_actor(ActorId::from([254_u8; 16]));
    for (writer, edits) in edits.iter().enumerate() {
        let mut doc = base.fork().with_actor(ActorId::from([writer as u8; 16]));
        let (_, tables) = doc.get(ROOT, "tables").expect("get").expect("tables");
        let mut known = std::collections::BTreeMap::new();
        let mut properties = std::collections::BTreeMap::new();
        for edit in edits {
            match edit {
                Edit::Table(t, name) => {
                    let table = doc
                        .put_object(&tables, t.to_string(), ObjType::Map)
                        .expect("put");
                    doc.put(&table, "name", name.as_str()).expect("put");
                    known.insert(*t, table);
                }
                Edit::Property(t, p, name, ty) => {
                    let property = doc
                        .put_object(&known[t], p.to_string(), ObjType::Map)
                        .expect("put");
                    doc.put(&property, "name", name.as_str()).expect("put");
                    doc.put(&property, "type", ty.to_string()).expect("put");
                    doc.put(&property, "nullable", true).expect("put");
                    properties.insert((*t, *p), property);
                }
                Edit::Rename(t, p, to) => doc
                    .put(&properties[&(*t, *p)], "name", to.as_str())
                    .expect("put"),
                Edit::Comment(t, p, text) => doc
                    .put(&properties[&(*t, *p)], "comment", text.as_str())
                    .expect("put"),
                Edit::Default(t, p, n) => {
                    doc.put(&properties[&(*t, *p)], "default", *n).expect("put")
                }
                Edit::Nullable(t, p, n) => doc
                    .put(&properties[&(*t, *p)], "nullable", *n)
                    .expect("put"),
            }
            doc.commit();
        }
        all.merge(&mut doc).expect("merge");
    }
    all
}

/// Returns the bytes of each change.
pub fn automerge_changes(doc: &mut AutoCommit) -> Vec<Vec<u8>> {
    let changes = doc.get_changes(&[]);
    changes.iter().map(|c| c.raw_bytes().to_vec()).collect()
}

/// Applies the changes one at a time.
pub fn apply_automerge(changes: &[Vec<u8>]) -> usize {
    let mut doc = AutoCommit::new();
    for change in changes {
        let change = Change::try_from(change.as_slice()).expect("a change");
        doc.apply_changes([change]).expect("apply");
    }
    let (_, tables) = doc.get(ROOT, "tables").expect("get").expect("tables");
    doc.length(&tables)
}

pub fn load_automerge(bytes: &[u8]) -> usize {
    let doc = AutoCommit::load(bytes).expect("load");
    let (_, tables) = doc.get(ROOT, "tables").expect("get").expect("tables");
    doc.length(&tables)
}

/// Builds the document of all edits by all writers, and returns the updates of each edit.
pub fn loro(edits: &[Vec<Edit>]) -> (LoroDoc, Vec<Vec<u8>>) {
    let (all, mut updates) = (LoroDoc::new(), Vec::new());
    for (writer, edits) in edits.iter().enumerate() {
        let doc = LoroDoc::new();
        doc.set_peer_id(writer as u64 + 1).expect("id");
        let tables = doc.get_map("tables");
        let mut known = std::collections::BTreeMap::new();
        let mut properties = std::collections::BTreeMap::new();
        for edit in edits {
            let before = doc.oplog_vv();
            match edit {
                Edit::Table(t, name) => {
                    let table = tables
                        .insert_container(&t.to_string(), LoroMap::new())
                        .expect("put");
                    table.insert("name", name.as_str()).expect("put");
                    known.insert(*t, table);
                }
                Edit::Property(t, p, name, ty) => {
                    let property = known[t]
                        .insert_container(&p.to_string(), LoroMap::new())
                        .expect("put");
                    property.insert("name", name.as_str()).expect("put");
                    property.insert("type", ty.to_string()).expect("put");
                    property.insert("nullable", true).expect("put");
                    properties.insert((*t, *p), property);
                }
                Edit::Rename(t, p, to) => properties[&(*t, *p)]
                    .insert("name", to.as_str())
                    .expect("put"),
                Edit::Comment(t, p, text) => properties[&(*t, *p)]
                    .insert("comment", text.as_str())
                    .expect("put"),
                Edit::Default(t, p, n) => properties[&(*t, *p)].insert("default", *n).expect("put"),
                Edit::Nullable(t, p, n) => {
                    properties[&(*t, *p)].insert("nullable", *n).expect("put")
                }
            }
            doc.commit();
            updates.push(doc.export(ExportMode::updates(&before)).expect("export"));
        }
        let bytes = doc.export(ExportMode::all_updates()).expect("export");
        all.import(&bytes).expect("import");
    }
    (all, updates)
}

/// Imports the updates one at a time.
pub fn apply_loro(updates: &[Vec<u8>]) -> usize {
    let doc = LoroDoc::new();
    for update in updates {
        doc.import(update).expect("import");
    }
    doc.get_map("tables").len()
}

pub fn load_loro(bytes: &[u8]) -> usize {
    let doc = LoroDoc::new();
    doc.import(bytes).expect("import");
    doc.get_map("tables").len()
}
