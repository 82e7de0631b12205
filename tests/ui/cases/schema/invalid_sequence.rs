fn main() {
    let _ = kuzu_ddl::schema![; sequences ("order_no", increment = 0)];
}
