use kuzu_ddl::KuzuNode;

#[derive(KuzuNode)]
struct Person {
    #[kuzu(primary_key)]
    id: i64,
    #[kuzu(default = 170141183460469231731687303715884105728)]
    big: i128,
}

fn main() {}
