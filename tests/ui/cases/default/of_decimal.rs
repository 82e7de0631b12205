use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(default = 123456)]
    balance: kuzu_ddl::types::Decimal<6, 2>,
}

fn main() {}
