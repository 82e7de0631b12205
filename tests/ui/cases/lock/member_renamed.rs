use kuzu_ddl::{KuzuNode, KuzuType};

#[derive(KuzuType)]
struct Address {
    zip: i64,
    town: String,
}

#[derive(KuzuNode)]
struct LockedShop {
    #[kuzu(primary_key)]
    id: i64,
    address: Option<Address>,
}

fn main() {}
