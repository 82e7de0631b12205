use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person<T> {
    #[kuzu(primary_key)]
    id: T,
}

fn main() {}
