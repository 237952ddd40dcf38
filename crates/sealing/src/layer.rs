//! One layer of authenticated encryption: a header in the clear, a nonce, the ciphertext, a tag.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use keypair_core::ports::SealError;
use zeroize::Zeroizing;

use crate::Damage;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Gives header, nonce, ciphertext and tag. The tag covers the header and the context as well.
/// All headers of one kind must be of one length: where it ends and the context begins is not
/// marked.
pub(crate) fn seal(
    key: &[u8; 32],
    header: &[u8],
    context: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    // 192 random bits do not repeat, however many keys are sealed.
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| SealError::Failed(Box::new(error)))?;

    // Of its final size from the start: growing would leave a copy of the content behind.
    let size = header.len() + NONCE_BYTES + plaintext.len() + TAG_BYTES;
    let mut sealed = Zeroizing::new(Vec::with_capacity(size));
    sealed.extend_from_slice(header);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plaintext);
    let (_, plaintext) = sealed
        .split_at_mut_checked(header.len() + NONCE_BYTES)
        .ok_or_else(too_long)?;
    let tag = XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(
            &XNonce::from(nonce),
            &[header, context].concat(),
            plaintext.into(),
        )
        .map_err(|_| too_long())?;
    sealed.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *sealed))
}

/// Gives the content of what [`seal`] made with the same key, header and context.
pub(crate) fn open(
    key: &[u8; 32],
    sealed: &[u8],
    header_bytes: usize,
    context: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Damage> {
    let (header, rest) = sealed
        .split_at_checked(header_bytes)
        .ok_or(Damage::TooShort)?;
    let (nonce, rest) = rest
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(Damage::TooShort)?;
    let (ciphertext, tag) = rest
        .split_last_chunk::<TAG_BYTES>()
        .ok_or(Damage::TooShort)?;
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    XChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            &[header, context].concat(),
            plaintext.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| Damage::NotAuthentic)?;
    Ok(plaintext)
}

fn too_long() -> SealError {
    SealError::Failed("the private key is too long to be sealed".into())
}
