//! Diffs, folds and plans without a database.

use expect_test::{Expect, expect};

use super::diff;
use super::options::DiffOptions;
use crate::declared::Declared;
use crate::event::DdlEvent;
use crate::fold::Fold;
use crate::plan::{plan, plan_hints};
use crate::schema::Schema;
use crate::test_schema::{present, sketch};

/// Fixture: a database that exists only as its events.
#[derive(Default)]
struct Paper {
    events: Vec<DdlEvent>,
    ancestor: Option<Declared>,
}

impl Paper {
    fn fold(&self) -> Fold {
        Fold::from_events(&self.events)
    }

    /// Runs one start; returns the plan, or the incompatibilities.
    fn start(&mut self, text: &str) -> String {
        self.start_with(text, &DiffOptions::default())
    }

    fn start_with(&mut self, text: &str, options: &DiffOptions) -> String {
        let declared = sketch(text);
        let before = self.fold();
        let found = match diff(&declared, self.ancestor.as_ref(), before.clone(), options) {
            Ok(found) => found,
            Err(refusals) => return lines(&refusals),
        };
        let live: Schema = present(&before);
        let steps = plan(
            &before,
            &found.target,
            &live,
            &plan_hints(&declared),
            &Default::default(),
        );
        self.events.extend(found.events);
        assert_eq!(
            self.fold(),
            found.target,
            "the fold from nothing equals the one that grew"
        );
        self.ancestor = Some(declared);
        let steps = steps.map_or_else(
            |e| lines(&e),
            |steps| {
                lines(
                    &steps
                        .iter()
                        .map(|s| format!("{} {}", s.operation.symbol(), s.operation))
                        .collect::<Vec<_>>(),
                )
            },
        );
        let notes = lines(&found.notes);
        [steps, notes].concat()
    }
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(|item| item.to_string() + "\n").collect()
}

/// Runs several starts on one database.
fn check(starts: &[&str], expected: Expect) {
    let mut paper = Paper::default();
    let lines: Vec<String> = starts.iter().map(|text| paper.start(text)).collect();
    expected.assert_eq(&lines.join("--\n"));
}

const PERSON: &str = "node Person: id INT64, mail STRING";

#[test]
fn creates_then_nothing() {
    let all = "node B: id INT64\nnode A: k STRING, b BOOL, a INT8 = 3 # first\nedge R A>B A>A MANY_ONE: w DOUBLE";
    check(
        &[all, all],
        expect![[r#"
        + create node table A
        + create node table B
        + create rel table R
        --
    "#]],
    );
}

#[test]
fn renames() {
    check(
        &[PERSON, "node Human<Person: id INT64, email<mail STRING"],
        expect![[r#"
        + create node table Person
        --
        ~ rename table Person to Human
        ~ rename property Human.mail to email
    "#]],
    );
}

#[test]
fn swaps_chains_and_case() {
    check(
        &[
            "node A: id INT64, x INT64, y INT64, z INT64\nnode B: id INT64",
            "node B<A: ID INT64, y<x INT64, x<y INT64, w<z INT64\nnode A<B: id INT64",
            "node B<A: ID INT64, y<x INT64, x<y INT64, w<z INT64\nnode A<B: id INT64",
        ],
        expect![[r#"
            + create node table A
            + create node table B
            --
            ~ rename table A to B__t_0 temporarily
            ~ rename table B to A
            ~ rename table B__t_0 to B
            ~ rename property B.id to ID__t_0 temporarily
            ~ rename property B.ID__t_0 to ID
            ~ rename property B.x to y__t_0 temporarily
            ~ rename property B.y to x
            ~ rename property B.y__t_0 to y
            ~ rename property B.z to w
            --
        "#]],
    );
}

/// The key has the name that the key had before, and is another property.
#[test]
fn a_key_that_takes_the_name_of_the_former_key() {
    let old = "node A: id INT64, n INT64";
    let new = "node A: id<n INT64, n<id INT64";
    check(
        &[old, new, new],
        expect![[r#"
            + create node table A
            --
            ~ rename property A.id to n__t_0 temporarily
            ~ rename property A.n to id
            ~ rename property A.n__t_0 to n
            + create node table A__r_99e8e2cb
            ~ copy the nodes of A to A__r_99e8e2cb
            ~ drop replaced table A
            ~ swap in rebuilt table A__r_99e8e2cb as A
            ~ allow NULL in A.n
            --
        "#]],
    );
    // The same property under another name is the same key.
    check(
        &[old, "node A: n<id INT64, id<n INT64"],
        expect![[r#"
            + create node table A
            --
            ~ rename property A.id to n__t_0 temporarily
            ~ rename property A.n to id
            ~ rename property A.n__t_0 to n
        "#]],
    );
}

/// The new key takes the name of the former one, which is dropped in the same version.
#[test]
fn a_key_that_takes_the_place_of_the_former_key() {
    let new = "node A: id<n STRING, -id";
    let mut paper = Paper::default();
    paper.start("node A: id INT64, n STRING");
    let steps = paper.start(new);
    assert!(steps.contains("copy the nodes of A"), "{steps}");
    assert_eq!(paper.fold().rejected_events().len(), 0);
    assert_eq!(paper.start(new), "");
}

/// Both in one version; whatever ids the events have, the drop comes after the change of key.
#[test]
fn the_former_key_is_dropped() {
    for n in 0..20 {
        let mut paper = Paper::default();
        paper.start(&format!("node A{n}: id INT64, n INT64"));
        let new = format!("node A{n}: n INT64, -id");
        paper.start(&new);
        assert_eq!(paper.fold().rejected_events().len(), 0);
        assert_eq!(paper.start(&new), "");
    }
}

/// Concurrently, one peer drops a property and another makes it the key: the use wins, in either
/// order.
#[test]
fn a_new_key_wins_over_its_drop() {
    for n in 0..20 {
        let mut paper = Paper::default();
        paper.start(&format!("node A{n}: id INT64, n INT64"));
        let before = paper.events.clone();
        let mut other = Paper {
            events: before,
            ancestor: paper.ancestor.clone(),
        };
        paper.start(&format!("node A{n}: n INT64, id INT64"));
        other.start(&format!("node A{n}: id INT64, -n"));
        let both = Fold::from_events(paper.events.iter().chain(&other.events));
        let table = both
            .objects()
            .find(|o| o.kind().is_table())
            .expect("a table");
        let schema = both.table(table).expect("a table");
        assert_eq!(schema.property("n").map(|p| p.name.as_str()), Some("n"));
        assert_eq!(
            both.primary_key_of(table.id),
            both.find(Some(table.id), &"n".into()).map(|o| o.id)
        );
    }
}

#[test]
fn absent_is_kept() {
    check(
        &[
            "node A: id INT64, x INT64\nnode B: id INT64",
            "node A: id INT64",
        ],
        expect![[r#"
            + create node table A
            + create node table B
            --
            B is not declared and is kept
            help: to drop it, declare `dropped_table!("B")`
            A.x is not declared and is kept
            help: to drop it, declare `#[kuzu(dropped("x"))]` on its struct
        "#]],
    );
}

#[test]
fn tombstones_archive_and_may_stay() {
    check(
        &[
            "node A: id INT64, x INT64\nnode B: id INT64\nedge R A>B",
            "node A: id INT64, -x\n-B\n-R",
            "node A: id INT64, -x\n-B\n-R",
        ],
        expect![[r#"
            + create node table A
            + create node table B
            + create rel table R
            --
            - archive table B as B__a_e87dc72c
            - archive table R as R__a_9dc25d6a
            - archive property A.x as x__a_cbf7ce4b
            --
        "#]],
    );
}

#[test]
fn a_dropped_node_table_takes_its_pairs_along() {
    check(
        &[
            "node A: id INT64\nnode B: id INT64\nedge R A>B",
            "node A: id INT64\nedge R A>A\n-B",
        ],
        expect![[r#"
            + create node table A
            + create node table B
            + create rel table R
            --
            - archive table B as B__a_1f292784
            + add pair R(A -> A)
            - archive the rels of R(A -> B) as r__a_f9c4104f
            - drop pair R(A -> B)
        "#]],
    );
}

#[test]
fn a_node_table_of_an_undeclared_rel_table_is_not_dropped() {
    check(
        &[
            "node A: id INT64\nnode B: id INT64\nedge R A>B",
            "node A: id INT64\n-B",
        ],
        expect![[r#"
            + create node table A
            + create node table B
            + create rel table R
            --
            B: has a tombstone, but the rel table `R` still uses it
            help: drop `R` as well: `dropped_table!("R")`
            help: or declare `R` without this pair
        "#]],
    );
}

#[test]
fn older_binaries_get_an_error() {
    // Created by the newer binary; the older one never ran here.
    check(
        &[
            "node Person<Human: id INT64, email<mail STRING, -fax",
            "node Person: id INT64, mail STRING",
        ],
        expect![[r#"
            + create node table Person
            --
            Person.mail: was renamed to `email`; this binary is older than the database
            help: deploy the newer binary
            help: or declare `email` with `#[kuzu(renamed_from = "mail")]`
        "#]],
    );
    check(
        &[
            "node Person<Human: id INT64, email<mail STRING, -fax",
            "node Person: id INT64, email STRING, fax STRING",
        ],
        expect![[r#"
            + create node table Person
            --
            Person.fax: is declared, but was dropped; this binary is older than the database
            help: deploy the newer binary
            help: or restore it with its rows: `.restore("Person.fax")` on the Migrator
            help: or create a new, empty one: `.recreate("Person.fax")` on the Migrator
        "#]],
    );
    check(
        &["node Person<Human: id INT64", "node Human: id INT64"],
        expect![[r#"
            + create node table Person
            --
            Human: was renamed to `Person`; this binary is older than the database
            help: deploy the newer binary
            help: or declare `Person` with `#[kuzu(renamed_from = "Human")]`
        "#]],
    );
}

#[test]
fn a_name_may_be_used_again() {
    check(
        &[
            PERSON,
            "node Person: id INT64, email<mail STRING, mail INT64",
        ],
        expect![[r#"
            + create node table Person
            --
            ~ rename property Person.mail to email
            + add property Person.mail INT64
        "#]],
    );
}

#[test]
fn other_changes_are_refused_for_now() {
    check(
        &[
            "node A: id INT64, x INT64 = 1\nedge R A>A",
            "node A: x INT64 = 2, id STRING\nedge R A>A ONE_ONE",
        ],
        expect![[r#"
            + create node table A
            + create rel table R
            --
            A.id: changing the type from INT64 to STRING needs a declared cast
            help: add `#[kuzu(cast = "CAST(old AS STRING)")]`
            help: or name a function with `#[kuzu(cast_with = path::to::function)]`
        "#]],
    );
}

#[test]
fn dropped_things_come_back() {
    let mut paper = Paper::default();
    let first = "node A: id INT64, x INT64";
    paper.start(first);
    paper.start("node A: id INT64, -x");
    expect![[r#"
        A.x: is declared, but was dropped; this binary is older than the database
        help: deploy the newer binary
        help: or restore it with its rows: `.restore("A.x")` on the Migrator
        help: or create a new, empty one: `.recreate("A.x")` on the Migrator
    "#]]
    .assert_eq(&paper.start(first));
    let restore = DiffOptions {
        restore: ["A.x".to_owned()].into(),
        ..DiffOptions::default()
    };
    expect![[r#"
        + restore property A.x from x__a_cbf7ce4b
    "#]]
    .assert_eq(&paper.start_with(first, &restore));
}

/// Whether a peer went through an intermediate version makes no difference to the events.
#[test]
fn one_way_or_another() {
    let v1 = "node A: id INT64";
    let v2 = "node A: id INT64, b STRING\nnode X: id INT64";
    let v3 = "node A: id INT64, b STRING, c BOOL # done\nnode X: id INT64\nedge R A>X";
    let (mut short, mut long) = (Paper::default(), Paper::default());
    for text in [v1, v3] {
        short.start(text);
    }
    for text in [v1, v2, v3] {
        long.start(text);
    }
    assert_eq!(short.fold(), long.fold());
}

#[test]
fn create_drop_create_is_three_events() {
    let mut paper = Paper::default();
    paper.start("node A: id INT64");
    paper.start("node B: id INT64\n-A");
    let recreate = DiffOptions {
        recreate: ["A".to_owned()].into(),
        ..DiffOptions::default()
    };
    paper.start_with("node B: id INT64\nnode A: id INT64", &recreate);
    let about_a = paper
        .events
        .iter()
        .filter(|e| e.change().as_str() != "comment")
        .count();
    assert_eq!(about_a, 4);
    let tables: Vec<_> = paper
        .fold()
        .objects()
        .filter(|o| o.kind().is_table())
        .map(|o| o.is_live())
        .collect();
    assert_eq!(tables.len(), 3);
    assert_eq!(tables.iter().filter(|live| **live).count(), 2);
}
