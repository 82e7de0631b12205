kuzu_ddl::sequence!(order_no);

fn main() {}
