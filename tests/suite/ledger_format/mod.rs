//! The ledger's format: databases as version `4926982` left them are read, continued and rolled
//! back.
//!
//! A fixture in `4926982/` is a database as text: `.cypher` has the statements that create the
//! tables with their catalog ids and rows, `.ledger` the rows of the ledger as they were written,
//! and `.summary` what that version read from them. The files are never written again: a name
//! that changes in the code keeps the old spelling as an alias.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod declarations;
mod fixture;
mod odd_states;
mod variants;

use declarations::{Declaration, items1, items2, legacy, shop1, shop2, shop3, shop4};
use fixture::{Fixture, Restored, bytes, fixture, summary};
use kuzu_ddl::history::{History, Point};
use kuzu_ddl::peers::{DdlEvent, ReceivePolicy, sync_state};
use kuzu_ddl::{ChangePolicy, Error, Migrator, Report, StartupCheck, schema};

const SHOP: Fixture = fixture!("shop");
const BACKFILL: Fixture = fixture!("backfill");
const ADOPTED: Fixture = fixture!("adopted");
const PEERS: Fixture = fixture!("peers");
const BOOTSTRAPPED: Fixture = fixture!("bootstrapped");

/// An event on which one in the inbox of `peers` depends.
const MISSING: &str = include_str!("4926982/peers.missing");

fn migrator(database: &Restored, declared: Declaration) -> Migrator<'_> {
    Migrator::new(&database.db).declared(declared.unwrap())
}

#[track_caller]
fn migrate(database: &Restored, declared: Declaration) -> Report {
    let report = migrator(database, declared).migrate();
    report.unwrap_or_else(|e| panic!("{e}"))
}

/// The plan is empty, a start has nothing to do, and the database agrees with its ledger.
#[track_caller]
fn up_to_date(database: &Restored, declared: Declaration) {
    let plan = migrator(database, declared.clone()).plan();
    let plan = plan.unwrap_or_else(|e| panic!("{e}"));
    assert!(plan.is_empty(), "{plan}");
    for check in [StartupCheck::Auto, StartupCheck::FullCatalog] {
        let report = migrator(database, declared.clone())
            .startup_check(check)
            .migrate();
        let report = report.unwrap_or_else(|e| panic!("{e}"));
        assert!(report.is_up_to_date(), "{report}");
    }
    assert_eq!(database.drift(), "");
}

#[test]
fn every_row_is_read() {
    for fixture in [SHOP, BACKFILL, ADOPTED, PEERS, BOOTSTRAPPED] {
        let database = fixture.restore();
        assert_eq!(database.contents().corrupt, [], "{}", fixture.name);
        let read = summary(&database.db);
        assert_eq!(read, fixture.summary, "{}", fixture.name);
        assert_eq!(database.drift(), "", "{}", fixture.name);
    }
}

#[test]
fn a_start_has_nothing_to_do() {
    up_to_date(&SHOP.restore(), shop2());
    up_to_date(&BOOTSTRAPPED.restore(), schema![]);
}

#[test]
fn an_adopted_database_is_up_to_date() {
    let database = ADOPTED.restore();
    let report = migrate(&database, legacy());
    assert!(report.is_up_to_date(), "{report}");
    assert_eq!(database.drift(), "");
    assert_eq!(
        database.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.s, a.n, CAST(a.d AS STRING), r.w"),
        "1|one|-5|2020-01-01|3"
    );
    // What a repair removed is still there, as it was.
    let quarantined = "MATCH (l:_kuzu_ddl_ledger) WHERE ends_with(l.key, 'tag/broken') \
                       RETURN l.body = BLOB('\\\\x01garbage')";
    assert_eq!(database.rows(quarantined), "true");
}

const CUSTOMERS: &str = "MATCH (c:Customer) \
    RETURN c.id, c.full_name, c.age, c.city, c.rank, c.label ORDER BY c.id";

#[test]
fn a_rollback_to_a_tag_keeps_the_rows() {
    let database = SHOP.restore();
    let rows = "1|Ann Lee|41|Zug|3|1:Zug; 2|Bob|-1|nowhere|0|2:nowhere; 3|Cy|5|Ulm|1|own";
    assert_eq!(database.rows(CUSTOMERS), rows);
    let back = migrator(&database, shop2()).allow_partial_rollback();
    let back = back.rollback(Point::tag("before/casts"));
    back.unwrap_or_else(|e| panic!("{e}"));
    up_to_date(&database, shop1());
    assert_eq!(
        database.rows(
            "MATCH (p:Person) RETURN p.id, p.name, p.age, p.city, p.rank, p.fax ORDER BY p.id"
        ),
        "1|Ann Lee|41|Zug|3|11; 2|Bob|old|nowhere|x|NULL; 3|Cy|5|Ulm|1|NULL"
    );
    assert_eq!(
        database.rows("MATCH (:Person)-[k:Knows]->(:Person) RETURN k.weight"),
        "7"
    );
    assert_eq!(
        database.rows(
            "MATCH (e:Everything) RETURN e.id, e.t_int16, e.t_double, CAST(e.t_date AS STRING)"
        ),
        "0|16|2.5|2021-02-03"
    );
    // And forward again.
    let again = migrator(&database, shop2()).reapply_rolled_back().migrate();
    again.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(database.rows(CUSTOMERS), rows);
    up_to_date(&database, shop2());
}

#[test]
fn a_declaration_that_was_rolled_back_is_refused() {
    let database = SHOP.restore();
    for declared in [shop3(), shop4()] {
        let refused = migrator(&database, declared).migrate().unwrap_err();
        assert!(matches!(refused, Error::RolledBack { .. }), "{refused}");
    }
    let again = migrator(&database, shop3()).reapply_rolled_back().migrate();
    again.unwrap_or_else(|e| panic!("{e}"));
    up_to_date(&database, shop3());
    assert_eq!(database.rows("MATCH (n:Note) RETURN n.id, n.text"), "1|n");
}

#[test]
fn the_archives_are_listed_and_purged() {
    let database = SHOP.restore();
    let archives = kuzu_ddl::archive::list_archived(&database.db).unwrap();
    let names: Vec<&str> = archives.iter().map(|a| a.name.as_str()).collect();
    let note = *names
        .iter()
        .find(|name| name.starts_with("Note__a_"))
        .unwrap();
    let purge = migrator(&database, shop2()).purge(note);
    let report = purge.change_policy(ChangePolicy::Destructive).migrate();
    report.unwrap_or_else(|e| panic!("{e}"));
    let after = kuzu_ddl::archive::list_archived(&database.db).unwrap();
    assert_eq!(after.len() + 1, archives.len());
    up_to_date(&database, shop2());
}

#[test]
fn an_interrupted_backfill_is_completed_and_the_index_built() {
    let database = BACKFILL.restore();
    assert_eq!(
        database.rows("MATCH (i:Item) RETURN count(*), count(i.price), count(i.label)"),
        "40|15|0"
    );
    assert_eq!(database.rows("CALL show_indexes() RETURN index_name"), "");
    let plan = migrator(&database, items2()).plan().unwrap();
    assert_eq!(plan.steps.len(), 3, "{plan}");
    let report = migrate(&database, items2());
    assert_eq!(report.steps.len(), 3, "{report}");
    up_to_date(&database, items2());
    let lines = "MATCH (i:Item) WHERE i.id % 10 < 2 AND i.id > 15 \
                 RETURN i.id, i.price, i.label ORDER BY i.id";
    assert_eq!(
        database.rows(lines),
        "20|7|20:n; 21|2150|21:-; 30|7|30:n; 31|3150|31:-; 40|7|40:n"
    );
    assert_eq!(
        database.rows("CALL QUERY_FTS_INDEX('Doc', 'words', 'dog') RETURN count(*)"),
        "5"
    );
    assert!(database.contents().backfills.is_empty());
}

#[test]
fn a_rollback_ends_an_interrupted_backfill() {
    let database = BACKFILL.restore();
    let back = migrator(&database, items2()).allow_partial_rollback();
    let back = back.rollback(Point::Revision(1));
    back.unwrap_or_else(|e| panic!("{e}"));
    up_to_date(&database, items1());
    assert!(database.contents().backfills.is_empty());
    let prices = "MATCH (i:Item) WHERE i.id IN [1, 10, 39] \
                  RETURN i.price__a_c18d5e7b ORDER BY i.id";
    assert_eq!(database.rows(prices), "1.5; none; 39.5");
}

#[test]
fn events_of_peers_go_on_waiting() {
    let database = PEERS.restore();
    let state = sync_state(&database.db).unwrap();
    assert_eq!((state.pending.len(), state.fold.conflicts().len()), (3, 2));
    // One was left to the next start, one waits for an event, one for a newer version.
    let report = migrate(&database, schema![]);
    assert_eq!(database.rows("MATCH (p:Person) RETURN p.mail"), "NULL");
    assert_eq!(report.conflicts.len(), 2, "{report}");
    assert_eq!(sync_state(&database.db).unwrap().pending.len(), 2);
    let missing = MISSING
        .lines()
        .map(|digits| DdlEvent::decode(&bytes(digits)));
    let missing: Vec<DdlEvent> = missing.map(Result::unwrap).collect();
    let received = migrator(&database, schema![]).receive(missing).unwrap();
    assert_eq!(received.applied.len(), 2, "{received}");
    assert_eq!(received.pending.len(), 1, "{received}");
    assert_eq!(database.rows("MATCH (c:City) RETURN count(*)"), "0");
    assert_eq!(database.drift(), "");
}

#[test]
fn conflicts_are_resolved() {
    let database = PEERS.restore();
    for left in [1, 0] {
        let fold = sync_state(&database.db).unwrap().fold;
        let conflict = fold.conflicts().first().cloned().unwrap();
        let keep = fold.resolutions(&conflict).first().copied().unwrap();
        let migrator = migrator(&database, schema![]).receive_policy(ReceivePolicy::Apply);
        let received = migrator.resolve(&conflict, keep).unwrap();
        assert_eq!(received.conflicts.len(), left, "{received}");
    }
    assert_eq!(
        database.rows("MATCH (p:Person) RETURN p.id, p.age ORDER BY p.id"),
        "2|20"
    );
}

#[test]
fn a_history_from_a_checkpoint_goes_on() {
    let database = BOOTSTRAPPED.restore();
    let history = History::read(&database.db).unwrap();
    let start = history.schema_at(&Point::tag("start")).unwrap();
    assert_eq!(history.schema_at(&Point::Revision(1)).unwrap(), start);
    let back = migrator(&database, schema![]).rollback(Point::tag("start"));
    back.unwrap_or_else(|e| panic!("{e}"));
    up_to_date(&database, schema![]);
    assert_eq!(
        database.rows("MATCH (i:Item) RETURN i.id, i.price"),
        "1|1.5"
    );
}
