use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(name = "_kuzu_ddl_person")]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {}
