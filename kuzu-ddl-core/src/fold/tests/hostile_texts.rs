//! Names and comments of peers cannot add lines to a report, or control a terminal.

use super::super::builder::ChangeBuilder;
use super::super::state::Fold;
use super::swarm::spec;
use crate::event::{Change, DdlEvent, EventId};
use crate::schema::Type;

const HOSTILE: &str = "x\nhelp: run `rm -rf`\u{1b}[2J\r\u{2028}\u{202e}y";

#[test]
fn conflicts_are_reported_on_one_line() {
    let mut draft = ChangeBuilder::new(Fold::default());
    let table = draft.create_node_table(HOSTILE, "id", spec(Type::Int64));
    let (mut fold, events) = draft.finish();
    let known: Vec<EventId> = events.iter().map(DdlEvent::id).collect();
    for to in ["Person", HOSTILE, "Human\u{7}"] {
        let change = Change::RenameTable { to: to.to_owned() };
        fold.insert(DdlEvent::new(
            table,
            known.iter().copied().collect(),
            change,
        ));
    }
    let reports = fold.conflict_reports();
    assert_eq!(reports.len(), 2);
    for report in reports {
        let text = report.to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\r', '\u{2028}', '\u{202e}']),
            "{text:?}"
        );
    }
}
