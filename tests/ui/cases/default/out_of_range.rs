use kuzu_ddl::KuzuNode;

type Small = i8;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(default = 300)]
    score: Small,
}

fn main() {}
