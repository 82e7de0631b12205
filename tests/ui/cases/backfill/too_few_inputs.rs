use kuzu_ddl::KuzuNode;

fn tag(id: i64, city: String) -> String {
    format!("{city} {id}")
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(fill_with = tag(id))]
    tag: String,
}

fn main() {}
