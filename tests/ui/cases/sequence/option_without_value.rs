kuzu_ddl::sequence!("order_no", start);

fn main() {}
