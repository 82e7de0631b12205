//! Ledgers of `4926982` in unusual states: damaged rows, rows of two versions together.

use kuzu_ddl::{DriftPolicy, Error, schema};
use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::engine::Engine;
use kuzu_ddl_runtime::ledger::{self, RowMap};

use super::declarations::{items2, legacy, shop2};
use super::fixture::Restored;
use super::{ADOPTED, BACKFILL, PEERS, SHOP, migrate, migrator, up_to_date};

/// Keys of the rows whose kind has another name now, and of quarantined rows.
fn keys(database: &Restored) -> Vec<String> {
    let session = database.db.session().unwrap();
    let rows = session
        .query("MATCH (l:_kuzu_ddl_ledger) RETURN l.key ORDER BY l.key")
        .unwrap();
    let keys = rows.iter().filter_map(|row| row[0].text());
    let kinds = [
        "making",
        "backfill",
        "places",
        "catalog-ids",
        "aside",
        "quarantine",
    ];
    keys.filter(|key| kinds.contains(&key.split('/').next().unwrap()))
        .map(str::to_owned)
        .collect()
}

fn body(database: &Restored, key: &str) -> Vec<u8> {
    let session = database.db.session().unwrap();
    let query = "MATCH (l:_kuzu_ddl_ledger) WHERE l.key = $key RETURN l.body";
    let rows = session
        .query_with(query, &[("key", Value::from(key))])
        .unwrap();
    rows[0][0].bytes().unwrap().to_vec()
}

fn put(database: &Restored, key: &str, body: &[u8]) {
    let session = database.db.session().unwrap();
    ledger::delete_rows(&*session, &[key.to_owned()]).unwrap();
    let row = RowMap::from([(key.to_owned(), body.to_vec())]);
    ledger::insert_rows(&*session, row).unwrap();
}

#[derive(kuzu_ddl::KuzuNode)]
#[kuzu(skip_registration)]
struct Extra {
    #[kuzu(primary_key)]
    id: i64,
}

#[test]
fn rows_get_their_current_keys_when_they_are_written() {
    let database = BACKFILL.restore();
    migrate(&database, items2());
    // No table was changed, so the catalog ids were not written.
    assert_eq!(keys(&database), ["places"]);
    migrate(&database, schema![Extra]);
    assert_eq!(keys(&database), ["catalog-ids"]);
    up_to_date(&database, schema![Extra]);
}

#[test]
fn a_row_with_the_current_key_is_newer() {
    let database = BACKFILL.restore();
    let former = ["making/", "places"];
    for key in keys(&database) {
        let current = key
            .replace("making/", "backfill/")
            .replace("places", "catalog-ids");
        put(&database, &current, &body(&database, &key));
    }
    let backfills = database.contents().backfills;
    for key in keys(&database) {
        if key.starts_with(former[0]) {
            // Under its former key the row names a function that does not exist.
            let text = String::from_utf8(body(&database, &key)).unwrap();
            put(
                &database,
                &key,
                text.replace("declarations::", "x::").as_bytes(),
            );
        }
    }
    put(&database, former[1], &[0, 0]);
    assert_eq!(database.contents().corrupt, []);
    assert_eq!(database.contents().backfills, backfills);
    assert_eq!(database.drift(), "");
    migrate(&database, items2());
    assert_eq!(keys(&database), ["catalog-ids", "places"]);
    migrate(&database, schema![Extra]);
    assert_eq!(keys(&database), ["catalog-ids"]);
    up_to_date(&database, schema![Extra]);
}

/// The ledger alone knows which rows have no value yet, so a repair reports the loss.
#[test]
fn a_repair_reports_a_damaged_backfill() {
    let database = BACKFILL.restore();
    let damaged = keys(&database);
    let damaged: Vec<&String> = damaged
        .iter()
        .filter(|k| k.starts_with("making/"))
        .collect();
    assert_eq!(damaged.len(), 2);
    for key in &damaged {
        put(&database, key, b"{");
    }
    let refused = migrator(&database, items2()).migrate().unwrap_err();
    assert!(matches!(refused, Error::CorruptLedger(_)), "{refused}");
    let loss = "the backfill ends, and the rows that it has not reached stay without a value";
    assert!(refused.help()[1].ends_with(loss), "{refused}");
    let repair = migrator(&database, items2()).drift_policy(DriftPolicy::Repair);
    let report = repair.migrate().unwrap_or_else(|e| panic!("{e}"));
    let notes = report.notes.iter().filter(|note| note.ends_with(loss));
    assert_eq!(notes.count(), 2, "{report}");
    for key in damaged {
        assert_eq!(body(&database, &format!("quarantine/{key}")), b"{");
    }
    migrate(&database, items2());
    up_to_date(&database, items2());
    let rows = "MATCH (i:Item) RETURN count(*), count(i.price), count(i.label)";
    assert_eq!(database.rows(rows), "40|15|0");
}

#[test]
fn damaged_catalog_ids_are_recorded_again() {
    let database = SHOP.restore();
    put(&database, "places", b"\xff\xff");
    let refused = migrator(&database, shop2()).migrate().unwrap_err();
    assert!(refused.to_string().contains("places"), "{refused}");
    let repair = migrator(&database, shop2()).drift_policy(DriftPolicy::Repair);
    repair.migrate().unwrap_or_else(|e| panic!("{e}"));
    up_to_date(&database, shop2());
    assert!(!database.contents().catalog_ids.tables.is_empty());
}

#[test]
fn a_second_repair_keeps_what_the_first_quarantined() {
    let database = ADOPTED.restore();
    assert_eq!(keys(&database), ["aside/tag/broken", "places"]);
    for damage in [&b"\x02second"[..], b"\x03third"] {
        put(&database, "tag/broken", damage);
        let repair = migrator(&database, legacy()).drift_policy(DriftPolicy::Repair);
        repair.migrate().unwrap_or_else(|e| panic!("{e}"));
    }
    for (key, damaged) in [
        ("aside/tag/broken", &b"\x01garbage"[..]),
        ("quarantine/tag/broken/2", b"\x02second"),
        ("quarantine/tag/broken/3", b"\x03third"),
    ] {
        assert_eq!(body(&database, key), damaged, "{key}");
    }
    up_to_date(&database, legacy());
}

/// An older version that repairs a ledger of this version moves the rows that it cannot read.
#[test]
fn a_ledger_that_an_older_version_repaired_is_read() {
    let database = SHOP.restore();
    migrate(&database, shop2());
    for key in ["ancestor", "state"] {
        let moved = format!("aside/{key}");
        put(&database, &moved, &body(&database, key));
    }
    put(&database, "aside/catalog-ids", &body(&database, "places"));
    assert_eq!(database.contents().corrupt, []);
    up_to_date(&database, shop2());
}

#[test]
fn a_ledger_without_a_state_is_repaired() {
    for fixture in [SHOP, BACKFILL, PEERS] {
        let database = fixture.restore();
        let session = database.db.session().unwrap();
        ledger::delete_rows(&*session, &["state".to_owned()]).unwrap();
        drop(session);
        let declared = || match fixture.name {
            "shop" => shop2(),
            "backfill" => items2(),
            _ => schema![],
        };
        let refused = migrator(&database, declared()).migrate().unwrap_err();
        assert!(refused.to_string().contains("state"), "{refused}");
        let repair = migrator(&database, declared()).drift_policy(DriftPolicy::Repair);
        repair.migrate().unwrap_or_else(|e| panic!("{e}"));
        migrate(&database, declared());
        up_to_date(&database, declared());
    }
}
