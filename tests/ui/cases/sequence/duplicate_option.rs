kuzu_ddl::sequence!("order_no", max = 5, max = 6);

fn main() {}
