//! A name that lost against a peer's: the property is found by it.

use kuzu_ddl::fold::Fold;
use kuzu_ddl::schema;

use crate::fixture::Said;
use crate::fixture::peer::{Member, id, meet};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        mail: Option<String>,
    }
}

/// A version that calls `mail` otherwise, and one that renames it once more.
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
    member: Member,
    said: Said,
    next: Said,
}

fn sides() -> [Side; 2] {
    let side = |name, said: Said, next| {
        let member = Member::with(schema![v1::Person]);
        let row = format!("CREATE (:Person {{id: 1, mail: '{name}'}})");
        member.bed.run(&[&row]);
        member.bed.up(said.clone());
        Side {
            name,
            member,
            said,
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
fn s18_renamed_again_by_the_name_that_lost() {
    let [one, other] = sides();
    meet(&[&one.member, &other.member]);
    let won = name(&one.member.agreed().fold);
    let (lost, won) = if one.name == won {
        (other, one)
    } else {
        (one, other)
    };
    assert_eq!(lost.member.conflicts().len(), 1);
    // Who declares the name that lost is told the other.
    let e = lost.member.bed.refused(lost.said.clone()).to_string();
    assert!(
        e.contains(&format!("it is called `{}` now", won.name)),
        "{e}"
    );
    // Its next version finds the property by it, with the rows.
    let report = lost.member.bed.up(lost.next.clone());
    let text = report.to_string();
    assert!(
        text.contains(&format!("rename property Person.{} to reach", won.name)),
        "{text}"
    );
    assert_eq!(
        lost.member.bed.rows("MATCH (p:Person) RETURN p.*"),
        format!("1|{}", lost.name)
    );
    meet(&[&lost.member, &won.member]);
    assert_eq!(won.member.conflicts(), []);
    assert_eq!(
        won.member.bed.rows("MATCH (p:Person) RETURN p.id, p.reach"),
        format!("1|{}", won.name)
    );
}

/// Only a rename that lost makes an alias, not every name of before.
#[test]
fn s18_what_is_an_alias() {
    let [one, other] = sides();
    meet(&[&one.member, &other.member]);
    let fold = one.member.agreed().fold;
    let table = id(&fold, None, "Person");
    let lost = if name(&fold) == "email" {
        "contact"
    } else {
        "email"
    };
    assert!(fold.find(Some(table), &lost.into()).is_none());
    assert!(fold.alias(Some(table), &lost.into()).is_some());
    assert!(fold.alias(Some(table), &"mail".into()).is_none());
    assert!(fold.alias(None, &lost.into()).is_none());
}
