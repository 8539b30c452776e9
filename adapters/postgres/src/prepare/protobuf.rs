//! The little of protobuf that originals are put together from.

/// Appends a field of bytes: tag, length, content (protobuf.dev, "Encoding").
pub(super) fn push_field(out: &mut Vec<u8>, number: u8, content: &[u8]) {
    out.push(number << 3 | 2);
    let mut length = content.len();
    while length >= 0x80 {
        out.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    out.push(length.to_le_bytes()[0]);
    out.extend_from_slice(content);
}
