use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(type = "FLOAT[0]")]
    vector: Vec<f32>,
}

fn main() {}
