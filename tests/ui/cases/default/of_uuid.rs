use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "UUID", default = "not-a-uuid")]
    token: (),
}

fn main() {}
