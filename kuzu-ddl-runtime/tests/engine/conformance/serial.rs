//! SERIAL properties.

use super::durability::{Case, check};
use super::*;

const SERIAL: &[&str] = &[
    "CREATE NODE TABLE T(id SERIAL PRIMARY KEY, n SERIAL, x INT64)",
    "CREATE (:T {x: 1})",
    "CREATE (:T {x: 2})",
];

/// A renamed SERIAL keeps counting, but see B7.
pub(crate) fn a_renamed_serial_continues(subject: &Subject) {
    check(
        subject,
        &Case {
            setup: SERIAL,
            reader: "MATCH (t:T) RETURN t.id, t.n, t.x ORDER BY t.x",
            change: &[
                "ALTER TABLE T RENAME n TO m",
                "ALTER TABLE T RENAME TO U",
                "CREATE (:U {x: 3})",
            ],
            query: "MATCH (u:U) RETURN u.id, u.m, u.x ORDER BY u.x",
            after: "0|0|1; 1|1|2; 2|2|3",
            more: &["CREATE (:U {x: 4})"],
            finally: "0|0|1; 1|1|2; 2|2|3; 3|3|4",
        },
    );
}

/// Rows may have explicit values, which the sequence does not count; a NULL stays.
pub(crate) fn explicit_values_are_kept_and_not_counted(subject: &Subject) {
    let db = subject.memory();
    let s = db.session().unwrap();
    run(&*s, SERIAL);
    run(
        &*s,
        &[
            "CREATE (:T {id: 40, n: 50, x: 3})",
            "CREATE (:T {n: NULL, x: 4})",
            "MATCH (t:T {x: 1}) SET t.n = 9",
            "CREATE (:T {x: 5})",
        ],
    );
    assert_eq!(
        rows(&*s, "MATCH (t:T) RETURN t.id, t.n, t.x ORDER BY t.x"),
        "0|9|1; 1|1|2; 40|50|3; 2|NULL|4; 3|2|5"
    );
}
