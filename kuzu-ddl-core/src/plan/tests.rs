//! Plans for fictitious engines, each with one capability that differs from Kùzu's.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::{Expect, expect};

use super::hints::plan_hints;
use super::live_catalog::LiveCatalog;
use super::model::Step;
use super::planner::plan;
use crate::capabilities::{Capabilities, KUZU, LADYBUG};
use crate::declared::Declared;
use crate::diff::{DiffOptions, diff};
use crate::fold::Fold;
use crate::schema::{Index, IndexKind, NameKey};
use crate::test_schema::{present, sketch};

/// Scenario: declarations applied in sequence, and the plan of the last with its statements, for
/// Kùzu and for `engine`.
struct Migration {
    pub(super) declared: Vec<Declared>,
    pub(super) options: DiffOptions,
    /// Existing SERIAL sequences.
    pub(super) counters: Option<BTreeSet<NameKey>>,
}

impl Migration {
    fn new(texts: &[&str]) -> Self {
        Self {
            declared: texts.iter().map(|text| sketch(text)).collect(),
            options: DiffOptions::default(),
            counters: None,
        }
    }

    /// Plans the steps of the last declaration.
    fn steps(&self, can: &Capabilities) -> Vec<Step> {
        let (last, earlier) = self.declared.split_last().expect("a declaration");
        let (mut events, mut known) = (Vec::new(), None);
        for declared in earlier {
            let found = diff(
                declared,
                known,
                Fold::from_events(&events),
                &DiffOptions::default(),
            );
            events.extend(found.expect("a diff").events);
            known = Some(declared);
        }
        let before = Fold::from_events(&events);
        let found = diff(last, known, before.clone(), &self.options).expect("a diff");
        let schema = present(&before);
        let ids: BTreeMap<NameKey, u64> = schema.tables.keys().cloned().zip(7..).collect();
        let live = LiveCatalog {
            capabilities: can,
            table_ids: &ids,
            serial_sequences: self.counters.as_ref(),
            ..LiveCatalog::from(&schema)
        };
        let steps = plan(
            &before,
            &found.target,
            live,
            &plan_hints(last),
            &Default::default(),
        );
        steps.expect("a plan")
    }

    fn plan(&self, can: &Capabilities) -> String {
        let steps = self.steps(can);
        steps.iter().map(|step| format!("{step}\n")).collect()
    }

    /// Verifies the plan for an engine that is Kùzu except for what `change` sets.
    #[track_caller]
    fn check(&self, change: impl FnOnce(&mut Capabilities), expected: &Expect) {
        let mut can = KUZU.clone();
        change(&mut can);
        assert_ne!(can, KUZU, "it must be another engine");
        let plan = self.plan(&can);
        assert_ne!(
            plan,
            self.plan(&KUZU),
            "what the engine can do is not asked"
        );
        expected.assert_eq(&plan);
    }
}

fn indexed(declared: &mut Declared, table: &str, name: &str, property: &str) {
    let index = Index {
        name: name.to_owned(),
        kind: IndexKind::FullText,
        properties: vec![NameKey::new(property)],
        options: BTreeMap::new(),
    };
    let table = declared
        .schema
        .tables
        .get_mut(&NameKey::new(table))
        .expect("a table");
    table.indexes.insert(NameKey::new(name), index);
}

const PERSON: &str =
    "node Person: id INT64, mail STRING, age INT32\nedge Knows Person>Person: w INT32";

#[test]
fn alter_type() {
    Migration::new(&[
        PERSON,
        "node Person: id INT64, mail STRING, age INT64\nedge Knows Person>Person: w INT64",
    ])
    .check(
        |can| can.alter_type = true,
        &expect![[r#"
            ~ alter type of Knows.w to INT64
                ! breaks older apps: Knows.w
                ALTER TABLE `Knows` ALTER `w` TYPE INT64;
            ~ alter type of Person.age to INT64
                ! breaks older apps: Person.age
                ALTER TABLE `Person` ALTER `age` TYPE INT64;
        "#]],
    );
    // A key as well, and the rels stay in place.
    Migration::new(&[
        "node A: id INT32\nedge R A>A: w INT32",
        "node A: id INT64\nedge R A>A: w INT32",
    ])
    .check(
        |can| can.alter_type = true,
        &expect![[r#"
            ~ alter type of A.id to INT64
                ! breaks older apps: A.id
                ALTER TABLE `A` ALTER `id` TYPE INT64;
        "#]],
    );
}

#[test]
fn drop_property() {
    let mut migration = Migration::new(&[
        PERSON,
        "node Person: id INT64, -mail, age INT32\nedge Knows Person>Person: -w",
        "node Person: id INT64, age INT32\nedge Knows Person>Person:",
    ]);
    migration.options.purge = ["Person.mail", "Knows.w"].map(str::to_owned).into();
    migration.check(
        |can| can.drop_property = true,
        &expect![[r#"
        - drop property Knows.w__a_2c473f14 and all its values
            ! deletes data: Knows.w
            ! irreversible: Knows.w
            ALTER TABLE `Knows` DROP `w__a_2c473f14`;
        - drop property Person.mail__a_9c76ea7e and all its values
            ! deletes data: Person.mail
            ! irreversible: Person.mail
            ALTER TABLE `Person` DROP `mail__a_9c76ea7e`;
    "#]],
    );
    assert_eq!(
        migration.plan(&LADYBUG),
        migration.plan(&Capabilities {
            drop_property: true,
            ..KUZU
        })
    );
}

#[test]
fn rename_case() {
    Migration::new(&[
        PERSON,
        "node PERSON: id INT64, Mail STRING, age INT32\nedge Knows Person>Person: w INT32",
    ])
    .check(
        |can| can.case_only_rename = true,
        &expect![[r#"
        ~ rename table Person to PERSON
            ! breaks older apps: Person
            ALTER TABLE `Person` RENAME TO `PERSON`;
        ~ rename property PERSON.mail to Mail
            ! breaks older apps: PERSON.mail
            ALTER TABLE `PERSON` RENAME `mail` TO `Mail`;
    "#]],
    );
}

#[test]
fn rename_serial() {
    Migration::new(&["node A: id INT64, n INT64", "node A: id SERIAL, n SERIAL"])
        .check(|can| can.rename_serial = true, &expect![[r#"
            + create node table _kuzu_ddl_r_99e8e2cb
                CREATE NODE TABLE `_kuzu_ddl_r_99e8e2cb`(`id` SERIAL, `n` SERIAL, `id__a_be88970e` INT64, `n__a_39337218` INT64, PRIMARY KEY(`id`));
            ~ copy the nodes of A to _kuzu_ddl_r_99e8e2cb
                ! rewrites data: A
                ! breaks older apps: A
                ! may fail: A
                MATCH (x:`A`) CREATE (:`_kuzu_ddl_r_99e8e2cb` {`id`: CAST(x.`id` AS SERIAL), `n`: CAST(x.`n` AS SERIAL), `id__a_be88970e`: x.`id`, `n__a_39337218`: x.`n`});
            ~ continue SERIAL numbering of _kuzu_ddl_r_99e8e2cb.id, _kuzu_ddl_r_99e8e2cb.n
                ALTER TABLE `_kuzu_ddl_r_99e8e2cb` RENAME TO `_kuzu_ddl_r_99e8e2cb_`;
                CREATE NODE TABLE `_kuzu_ddl_r_99e8e2cb`(`k` INT64 PRIMARY KEY);
                ALTER TABLE `_kuzu_ddl_r_99e8e2cb` ADD `id` SERIAL;
                ALTER TABLE `_kuzu_ddl_r_99e8e2cb` ADD `n` SERIAL;
                DROP TABLE `_kuzu_ddl_r_99e8e2cb`;
                CREATE SEQUENCE `_kuzu_ddl_r_99e8e2cb_id_serial` START $next INCREMENT 1 MINVALUE 0 MAXVALUE 9223372036854775807 NO CYCLE;
                CREATE SEQUENCE `_kuzu_ddl_r_99e8e2cb_n_serial` START $next INCREMENT 1 MINVALUE 0 MAXVALUE 9223372036854775807 NO CYCLE;
                ALTER TABLE `_kuzu_ddl_r_99e8e2cb_` RENAME TO `_kuzu_ddl_r_99e8e2cb`;
            ~ drop replaced table A
                DROP TABLE `A`;
            ~ swap in rebuilt table _kuzu_ddl_r_99e8e2cb as A
                ALTER TABLE `_kuzu_ddl_r_99e8e2cb` RENAME TO `A`;
        "#]]);
}

/// On Kùzu, with a table that was rebuilt before, takes its numbers from a kuzu-ddl sequence, and
/// was renamed since: that sequence is dropped, and the one is created that DROP TABLE looks for.
#[test]
fn drop_serial_numbering() {
    let mut migration =
        Migration::new(&["node A: id INT64, n SERIAL", "node A: id INT64, n INT64"]);
    migration.counters = Some(["_kuzu_ddl_s_99e8e2cb_n_serial"].map(NameKey::new).into());
    expect![[r#"
        + create node table A__r_99e8e2cb
            CREATE NODE TABLE `A__r_99e8e2cb`(`id` INT64, `n` INT64, `n__a_7fbe5260` INT64, PRIMARY KEY(`id`));
        ~ copy the nodes of A to A__r_99e8e2cb
            ! rewrites data: A
            ! breaks older apps: A
            MATCH (x:`A`) CREATE (:`A__r_99e8e2cb` {`id`: x.`id`, `n`: CAST(x.`n` AS INT64), `n__a_7fbe5260`: x.`n`});
        ~ create SERIAL sequences for A.n
            ALTER TABLE `A` RENAME TO `_kuzu_ddl_aside`;
            CREATE NODE TABLE `A`(`k` INT64 PRIMARY KEY, `n` SERIAL);
            ALTER TABLE `A` DROP `n`;
            DROP TABLE `A`;
            ALTER TABLE `_kuzu_ddl_aside` RENAME TO `A`;
        ~ drop replaced table A
            DROP TABLE `A`;
        - drop sequence _kuzu_ddl_s_99e8e2cb_n_serial
            DROP SEQUENCE `_kuzu_ddl_s_99e8e2cb_n_serial`;
        ~ swap in rebuilt table A__r_99e8e2cb as A
            ALTER TABLE `A__r_99e8e2cb` RENAME TO `A`;
    "#]]
    .assert_eq(&migration.plan(&KUZU));
}

#[test]
fn add_serial() {
    Migration::new(&["node A: id INT64", "node A: id INT64, n SERIAL"]).check(
        |can| can.add_serial = true,
        &expect![[r#"
            + add property A.n SERIAL
                ALTER TABLE `A` ADD `n` SERIAL;
        "#]],
    );
}

#[test]
fn add_by_row() {
    Migration::new(&[
        "node A: id INT64",
        "node A: id INT64, u UUID = gen_random_uuid()",
    ])
    .check(
        |can| can.add_default_per_row = true,
        &expect![[r#"
        + add property A.u UUID
            ALTER TABLE `A` ADD `u` UUID DEFAULT CAST(gen_random_uuid() AS UUID);
            MATCH (x:`A`) SET x.`u` = CAST(gen_random_uuid() AS UUID);
    "#]],
    );
}

#[test]
fn add_to_rels() {
    Migration::new(&[
        "node A: id INT64\nedge R A>A:",
        "node A: id INT64\nedge R A>A: u UUID = gen_random_uuid()",
    ])
    .check(
        |can| (can.add_volatile_default_to_rels, can.set_rels_linear) = (true, true),
        &expect![[r#"
        + add property R.u UUID
            ALTER TABLE `R` ADD `u` UUID DEFAULT CAST(gen_random_uuid() AS UUID);
            MATCH ()-[x:`R`]->() SET x.`u` = CAST(gen_random_uuid() AS UUID);
    "#]],
    );
}

#[test]
fn set_rels() {
    let mut migration = Migration::new(&[
        "node A: id INT64\nedge R A>A:",
        "node A: id INT64\nedge R A>A: w INT64",
    ]);
    let hints = migration.declared[1]
        .tables
        .get_mut(&NameKey::new("R"))
        .expect("R");
    hints.fills.insert(NameKey::new("w"), "7".to_owned());
    migration.check(
        |can| can.set_rels_linear = true,
        &expect![[r#"
        + add property R.w INT64
            ALTER TABLE `R` ADD `w` INT64;
            MATCH ()-[x:`R`]->() SET x.`w` = CAST(7 AS INT64);
    "#]],
    );
}

#[test]
fn set_indexed() {
    let mut migration = Migration::new(&[
        "node Person: id INT64, mail STRING",
        "node Person: id INT64, mail STRING",
    ]);
    for declared in &mut migration.declared {
        indexed(declared, "Person", "by_mail", "mail");
    }
    let person = NameKey::new("Person");
    let table = migration.declared[1]
        .schema
        .tables
        .get_mut(&person)
        .expect("it");
    let mail = table.properties.get_mut(&NameKey::new("mail")).expect("it");
    mail.nullable = false;
    let hints = migration.declared[1].tables.get_mut(&person).expect("it");
    hints
        .fills
        .insert(NameKey::new("mail"), "'unknown'".to_owned());
    migration.check(
        |can| can.set_indexed_property = true,
        &expect![[r#"
        ~ require a value of Person.mail
            ! rewrites data: Person.mail
            MATCH (x:`Person`) WHERE x.`mail` IS NULL SET x.`mail` = CAST('unknown' AS STRING);
    "#]],
    );
}

#[test]
fn index_in_transaction() {
    let mut migration = Migration::new(&[PERSON, PERSON]);
    indexed(&mut migration.declared[1], "Person", "by_mail", "mail");
    let can = Capabilities {
        transactional_index: true,
        ..KUZU
    };
    let deferred = |can| {
        let steps = migration.steps(can);
        steps
            .iter()
            .filter_map(|step| step.operation.deferred_task())
            .count()
    };
    assert_eq!((deferred(&KUZU), deferred(&can)), (1, 0));
}

#[test]
fn drop_index() {
    let mut migration = Migration::new(&[PERSON, PERSON]);
    indexed(&mut migration.declared[0], "Person", "by_mail", "mail");
    migration.check(
        |can| can.drop_index = true,
        &expect![[r#"
        - drop full-text index Person[by_mail]
            CALL DROP_FTS_INDEX('Person', 'by_mail');
    "#]],
    );
}

#[test]
fn replay_evaluates_defaults() {
    Migration::new(&[
        "node A: id INT64",
        "node A: id INT64, at TIMESTAMP = current_timestamp()",
    ])
    .check(
        |can| can.replay_evaluates_defaults = false,
        &expect![[r#"
        + add property A.at TIMESTAMP
            ALTER TABLE `A` ADD `at` TIMESTAMP DEFAULT CAST(current_timestamp() AS TIMESTAMP);
    "#]],
    );
}
