use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
#[kuzu(from = Person)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
}

fn main() {}
