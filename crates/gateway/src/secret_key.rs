//! The server's own 32-byte keys: read from settings, or drawn.

use base64ct::{Base64, Encoding};

/// Fresh random bytes from the operating system.
///
/// The process ends if the operating system has none: no id or key may be made without.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the operating system gives no randomness");
        std::process::abort();
    }
    bytes
}

/// Draws a key.
pub(crate) fn draw() -> [u8; 32] {
    random()
}

/// Reads a key from hex (64 digits) or base64 (44 characters).
///
/// # Errors
/// What the text must be.
pub(crate) fn parse(text: &str) -> Result<[u8; 32], &'static str> {
    const FORM: &str = "must be 32 bytes, as 64 hex digits or as base64";
    let text = text.trim();
    let mut key = [0; 32];
    if text.len() == 64 {
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| FORM)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| FORM)?;
        }
        return Ok(key);
    }
    match Base64::decode(text, &mut key) {
        Ok(decoded) if decoded.len() == 32 => Ok(key),
        Ok(_) | Err(_) => Err(FORM),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn keys_are_read_from_hex_and_base64() {
        assert_eq!(parse(&"07".repeat(32)), Ok([7; 32]));
        assert_eq!(
            parse("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
            Ok([7; 32])
        );
        assert!(parse("short").is_err());
        assert!(parse(&"zz".repeat(32)).is_err());
        assert!(parse(&"é".repeat(32)).is_err());
    }
}
