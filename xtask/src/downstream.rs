//! stub
pub(crate) fn run() -> crate::process::Result {
    Ok(())
}
pub(crate) fn stages(_: &mut crate::stages::Stages) {}
