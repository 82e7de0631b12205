use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "DECIMAL(4, 6)")]
    balance: i64,
}

fn main() {}
