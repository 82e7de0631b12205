use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "UUID", default = "00000000-0000-0000-0000-000000000000")]
    token: (),
}

fn main() {}
