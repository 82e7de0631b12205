use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "DECIMAL(40, 2)")]
    balance: i64,
}

fn main() {}
