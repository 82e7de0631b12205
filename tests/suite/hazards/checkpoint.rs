//! B33: constants that make every CHECKPOINT fail once a row has another value.

use kuzu_ddl::schema;
use kuzu_ddl_core::schema::{Expr, NameKey, Type};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(type = "UUID", default = "ffffffff-ffff-ffff-ffff-ffffffffffff")]
        token: (),
    }
}

mod filled {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(type = "UUID", default = "ffffffff-ffff-ffff-ffff-ffffffffffff")]
        token: (),
        #[kuzu(type = "UUID", fill = "uuid('00000000-0000-0000-0000-000000000000')")]
        other: (),
    }
}

const NIL: &str = "00000000-0000-0000-0000-000000000000";

fn with_default(ty: Type, default: Expr) -> Declaration {
    schema![v1::A].map(|mut declared| {
        let table = declared.schema.tables.get_mut(&NameKey::new("A"));
        let property = table.and_then(|t| t.properties.get_mut(&NameKey::new("token")));
        if let Some(property) = property {
            property.ty = ty;
            property.default = Some(default);
        }
        declared
    })
}

#[test]
fn nil_uuid_default_is_refused_b33() {
    let db = TestDatabase::new();
    let nil = || Expr::Text(NIL.to_owned());
    for (ty, default) in [
        (Type::Uuid, nil()),
        (Type::Uuid, Expr::Cast(Box::new(nil()), Type::Uuid)),
        (Type::List(Box::new(Type::Uuid)), Expr::List(vec![nil()])),
    ] {
        let e = db.assert_refused(with_default(ty, default)).to_string();
        assert!(
            e.contains("A.token: the default: Kùzu 0.11.3 cannot checkpoint")
                && e.contains("help: allow NULL in place of the nil UUID"),
            "{e}"
        );
    }
    let least = with_default(Type::Int128, Expr::Int(i128::MIN));
    let e = db.assert_refused(least).to_string();
    assert!(e.contains("the least INT128"), "{e}");
    let e = db.assert_refused(schema![filled::A]).to_string();
    assert!(e.contains("A.other: the fill expression: Kùzu"), "{e}");

    // The words of the error work.
    db.migrate_cleanly(schema![v1::A]);
    db.execute(&[
        "CREATE (:A {id: 1})",
        "CREATE (:A {id: 2, token: UUID('00000000-0000-0000-0000-000000000001')})",
        "CHECKPOINT",
    ]);
}

/// The engine's failure, so that a corrected engine is noticed.
#[test]
fn nil_uuid_next_to_another_fails_the_checkpoint_b33() {
    let db = TestDatabase::from_cypher(&[
        "CREATE NODE TABLE A(id INT64 PRIMARY KEY, u UUID)",
        &format!("CREATE (:A {{id: 1, u: UUID('{NIL}')}})"),
        "CHECKPOINT",
        "CREATE (:A {id: 2, u: UUID('00000000-0000-0000-0000-000000000001')})",
    ]);
    let failed = db.session().query("CHECKPOINT");
    assert!(
        failed.is_err_and(|e| e.to_string().contains("cannot negate INT128_MIN")),
        "B33 is corrected"
    );
}
