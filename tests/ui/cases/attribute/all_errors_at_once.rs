use kuzu_ddl::{KuzuEdge, KuzuNode, schema};

#[derive(KuzuNode)]
#[kuzu(name = "", rename_all = "Camel", dropped)]
struct Person {
    #[kuzu(primary_key = true, typ = "INT64")]
    id: i64,
    #[kuzu(default = None, default_expr = "upper(", skip = 1)]
    name: Option<String>,
}

#[derive(KuzuEdge)]
#[kuzu(from = Person, to = Person)]
struct Knows;

fn main() {
    let _ = schema![Person, Knows];
}
