//! The same edits in documents of automerge and loro: a map of tables, a map of properties in each, and in each
//! of them its name, type, nullability, default and comment, since each changes on its own.

use automerge::{ActorId, AutoCommit, ObjType, ROOT, ReadDoc, transaction::Transactable};
use loro::{ExportMode, LoroDoc, LoroMap};

use crate::history::Edit;

pub fn automerge(edits: &[Vec<Edit>]) -> Vec<u8> {
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
    all.save()
}

pub fn load_automerge(bytes: &[u8]) -> usize {
    let doc = AutoCommit::load(bytes).expect("load");
    let (_, tables) = doc.get(ROOT, "tables").expect("get").expect("tables");
    doc.length(&tables)
}

pub fn loro(edits: &[Vec<Edit>]) -> LoroDoc {
    let all = LoroDoc::new();
    for (writer, edits) in edits.iter().enumerate() {
        let doc = LoroDoc::new();
        doc.set_peer_id(writer as u64 + 1).expect("id");
        let tables = doc.get_map("tables");
        let mut known = std::collections::BTreeMap::new();
        let mut places = std::collections::BTreeMap::new();
        for edit in edits {
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
        }
        let bytes = doc.export(ExportMode::all_updates()).expect("export");
        all.import(&bytes).expect("import");
    }
    all
}

pub fn load_loro(bytes: &[u8]) -> usize {
    let doc = LoroDoc::new();
    doc.import(bytes).expect("import");
    doc.get_map("tables").len()
}
