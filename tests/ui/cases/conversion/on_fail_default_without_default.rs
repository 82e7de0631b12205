use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(cast = "CAST(old AS INT32)", on_fail = "default")]
    age: i32,
}

fn main() {}
