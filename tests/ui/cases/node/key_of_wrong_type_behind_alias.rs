use kuzu_ddl::KuzuNode;

type Id = bool;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: Id,
}

fn main() {}
