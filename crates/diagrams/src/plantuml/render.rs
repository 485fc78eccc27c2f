use crate::Picture;
pub(crate) fn render(_p: &Picture) -> String {
    String::new()
}
