use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(name = "crm.person")]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {}
