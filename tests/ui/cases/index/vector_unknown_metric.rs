use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(vector_index(metric = "cosin"))]
    vector: [f32; 3],
}

fn main() {}
