use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(on_fail = "null")]
    age: Option<i32>,
}

fn main() {}
