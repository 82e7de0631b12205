use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Locked {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill = "0")]
    size: f64,
    age: i32,
}

fn main() {}
