//! The same edits in documents of automerge and loro: a map of tables, a map of properties in each, and in each
//! of them its name, type, nullability, default and comment, since each changes on its own.

use automerge::{ActorId, AutoCommit, Change, ObjType, ROOT, ReadDoc, transaction::Transactable};
use loro::{ExportMode, LoroDoc, LoroMap};

use crate::history::Edit;

/// All edits of all writers, each a change of its own.
pub fn automerge(edits: &[Vec<Edit>]) -> AutoCommit {
    let mut base = AutoCommit::new().with_actor(ActorId::from([255_u8; 16]));
    base.put_object(ROOT, "tables", ObjType::Map).expect("put");
    base.commit();
    let mut all = base.fork().with_actor(ActorId::from([254_u8; 16]));
    for (writer, edits) in edits.iter().enumerate() {
        let mut doc = base.fork().with_actor(ActorId::from([writer as u8; 16]));
        let (_, tables) = doc.get(ROOT, "tables").expect("get").expect("tables");
        let mut known = std::collections::BTreeMap::new();
        let mut places = std::collections::BTreeMap::new();
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
                    places.insert((*t, *p), property);
                }
                Edit::Rename(t, p, to) => doc
                    .put(&places[&(*t, *p)], "name", to.as_str())
                    .expect("put"),
                Edit::Comment(t, p, text) => doc
                    .put(&places[&(*t, *p)], "comment", text.as_str())
                    .expect("put"),
                Edit::Default(t, p, n) => doc.put(&places[&(*t, *p)], "default", *n).expect("put"),
                Edit::Nullable(t, p, n) => {
                    doc.put(&places[&(*t, *p)], "nullable", *n).expect("put")
                }
            }
            doc.commit();
        }
        all.merge(&mut doc).expect("merge");
    }
    all
}

/// The bytes of each change.
pub fn automerge_changes(doc: &mut AutoCommit) -> Vec<Vec<u8>> {
    let changes = doc.get_changes(&[]);
    changes.iter().map(|c| c.raw_bytes().to_vec()).collect()
}

/// Takes in change after change.
pub fn follow_automerge(changes: &[Vec<u8>]) -> usize {
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

/// All edits of all writers, and the updates of each edit.
pub fn loro(edits: &[Vec<Edit>]) -> (LoroDoc, Vec<Vec<u8>>) {
    let (all, mut updates) = (LoroDoc::new(), Vec::new());
    for (writer, edits) in edits.iter().enumerate() {
        let doc = LoroDoc::new();
        doc.set_peer_id(writer as u64 + 1).expect("id");
        let tables = doc.get_map("tables");
        let mut known = std::collections::BTreeMap::new();
        let mut places = std::collections::BTreeMap::new();
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
                    places.insert((*t, *p), property);
                }
                Edit::Rename(t, p, to) => {
                    places[&(*t, *p)].insert("name", to.as_str()).expect("put")
                }
                Edit::Comment(t, p, text) => places[&(*t, *p)]
                    .insert("comment", text.as_str())
                    .expect("put"),
                Edit::Default(t, p, n) => places[&(*t, *p)].insert("default", *n).expect("put"),
                Edit::Nullable(t, p, n) => places[&(*t, *p)].insert("nullable", *n).expect("put"),
            }
            doc.commit();
            updates.push(doc.export(ExportMode::updates(&before)).expect("export"));
        }
        let bytes = doc.export(ExportMode::all_updates()).expect("export");
        all.import(&bytes).expect("import");
    }
    (all, updates)
}

/// Takes in the updates of edit after edit.
pub fn follow_loro(updates: &[Vec<u8>]) -> usize {
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
