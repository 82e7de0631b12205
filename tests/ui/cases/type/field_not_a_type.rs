use kuzu_ddl::KuzuNode;

struct Address {
    street: String,
}

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    address: Address,
}

fn main() {}
