use kuzu_ddl::KuzuNode;

fn tag(city: String) -> String {
    city
}

#[derive(KuzuNode)]
struct A {
    #[kuzu(primary_key)]
    id: i64,
    city: Option<String>,
    #[kuzu(fill_with = tag(city))]
    tag: String,
}

fn main() {}
