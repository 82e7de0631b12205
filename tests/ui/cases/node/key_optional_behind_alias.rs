use kuzu_ddl::KuzuNode;

type Id = Option<i64>;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: Id,
}

fn main() {}
