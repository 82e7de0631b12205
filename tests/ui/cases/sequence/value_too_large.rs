kuzu_ddl::sequence!("order_no", max = 9223372036854775808);

fn main() {}
