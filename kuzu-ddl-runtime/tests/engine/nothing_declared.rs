//! A program into which no declarations are linked, as this one.

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_runtime::error::ErrorKind;
use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
use kuzu_ddl_runtime::migrate::Migrator;

#[test]
fn program_that_declares_nothing_is_refused() {
    let config = SystemConfig::default()
        .max_db_size(1 << 30)
        .buffer_pool_size(64 << 20);
    let db = Database::in_memory(config).unwrap();
    let refused = [
        Migrator::new(&db).migrate().err(),
        Migrator::new(&db).plan().err(),
    ];
    for e in refused {
        let text = e.as_ref().map(ToString::to_string).unwrap_or_default();
        assert_eq!(e.map(|e| e.kind()), Some(ErrorKind::NothingDeclared));
        for help in [
            "use shop_model as _;",
            ".allow_empty()",
            "kuzu_ddl::declared()",
        ] {
            assert!(text.contains(help), "{text}");
        }
    }
    assert!(
        Migrator::new(&db)
            .allow_empty()
            .migrate()
            .unwrap()
            .is_up_to_date()
    );
    let explicit = Migrator::new(&db)
        .declared(Declared::default())
        .migrate()
        .unwrap();
    assert!(explicit.is_up_to_date());
}
