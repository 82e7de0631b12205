use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(default = "", default_expr = "upper('a')")]
    email: String,
}

fn main() {}
