//! A name that lost a rename conflict still identifies its property.

use kuzu_ddl::schema;
use kuzu_ddl_core::fold::Fold;

use crate::fixture::Declaration;
use crate::fixture::peer::{TestPeer, exchange_all, id};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }
}

/// A version that renames `mail`, and one that renames it again.
macro_rules! versions {
    ($module:ident, $name:ident, $text:literal) => {
        mod $module {
            use kuzu_ddl::KuzuNode;

            #[derive(KuzuNode)]
            pub(super) struct Person {
                #[kuzu(primary_key)]
                id: i64,
                #[kuzu(renamed_from = "mail")]
                $name: Option<String>,
            }

            pub(super) mod next {
                use kuzu_ddl::KuzuNode;

                #[derive(KuzuNode)]
                pub(crate) struct Person {
                    #[kuzu(primary_key)]
                    id: i64,
                    #[kuzu(renamed_from = "mail", renamed_from = $text)]
                    reach: Option<String>,
                }
            }
        }
    };
}

versions!(email, email, "email");
versions!(contact, contact, "contact");

struct Side {
    name: &'static str,
    peer: TestPeer,
    declaration: Declaration,
    next: Declaration,
}

fn sides() -> [Side; 2] {
    let side = |name, declaration: Declaration, next| {
        let peer = TestPeer::with(schema![v1::Person]);
        let row = format!("CREATE (:Person {{id: 1, mail: '{name}'}})");
        peer.db.execute(&[&row]);
        peer.db.migrate_cleanly(declaration.clone());
        Side {
            name,
            peer,
            declaration,
            next,
        }
    };
    [
        side(
            "email",
            schema![email::Person],
            schema![email::next::Person],
        ),
        side(
            "contact",
            schema![contact::Person],
            schema![contact::next::Person],
        ),
    ]
}

fn name(fold: &Fold) -> String {
    let table = id(fold, None, "Person");
    let mut names = fold.children(table).map(|o| o.name.value.clone());
    names.find(|name| name != "id").unwrap()
}

#[test]
fn property_is_found_by_a_name_that_lost_a_conflict_s18() {
    let [one, other] = sides();
    exchange_all(&[&one.peer, &other.peer]);
    let won = name(&one.peer.sync_state().fold);
    let (lost, won) = if one.name == won {
        (other, one)
    } else {
        (one, other)
    };
    assert_eq!(lost.peer.conflicts().len(), 1);
    // A declaration with the lost name is refused, and the error names the other.
    let e = lost
        .peer
        .db
        .assert_refused(lost.declaration.clone())
        .to_string();
    assert!(e.contains(&format!("was renamed to `{}`", won.name)), "{e}");
    // The next version finds the property by its lost name, with the rows.
    let report = lost.peer.db.migrate_cleanly(lost.next.clone());
    let text = report.to_string();
    assert!(
        text.contains(&format!("rename property Person.{} to reach", won.name)),
        "{text}"
    );
    assert_eq!(
        lost.peer.db.rows("MATCH (p:Person) RETURN p.*"),
        format!("1|{}", lost.name)
    );
    exchange_all(&[&lost.peer, &won.peer]);
    assert_eq!(won.peer.conflicts(), []);
    assert_eq!(
        won.peer.db.rows("MATCH (p:Person) RETURN p.id, p.reach"),
        format!("1|{}", won.name)
    );
}

/// Only a lost rename creates an alias, not every former name.
#[test]
fn only_a_lost_rename_is_an_alias_s18() {
    let [one, other] = sides();
    exchange_all(&[&one.peer, &other.peer]);
    let fold = one.peer.sync_state().fold;
    let table = id(&fold, None, "Person");
    let lost = if name(&fold) == "email" {
        "contact"
    } else {
        "email"
    };
    assert!(fold.find(Some(table), &lost.into()).is_none());
    assert!(
        fold.find_by_lost_rename(Some(table), &lost.into())
            .is_some()
    );
    assert!(
        fold.find_by_lost_rename(Some(table), &"mail".into())
            .is_none()
    );
    assert!(fold.find_by_lost_rename(None, &lost.into()).is_none());
}
