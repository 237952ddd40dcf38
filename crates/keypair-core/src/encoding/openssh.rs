//! The OpenSSH private key file (OpenSSH `PROTOCOL.key`), never encrypted.

use ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::RsaPublicKey;
use ssh_key::{LineEnding, Mpint, PrivateKey as OpensshKey};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::material::rsa_key::{Numbers, RsaKey};
use crate::material::{MaterialError, PrivateKey, Secret};

/// Writes the file. Its check number is derived from the public key, so the same key and comment
/// always give the same bytes.
pub(super) fn write(key: &PrivateKey, comment: &str) -> Result<Zeroizing<String>, MaterialError> {
    let data = match &key.0 {
        Secret::Rsa(key) => KeypairData::Rsa(rsa_pair(key).map_err(|_| MaterialError::Invalid)?),
        Secret::Ed25519(seed) => KeypairData::Ed25519(Ed25519Keypair::from_seed(seed)),
    };
    OpensshKey::new(data, comment)
        .and_then(|file| file.to_openssh(LineEnding::LF))
        .map_err(|_| MaterialError::Invalid)
}

fn rsa_pair(key: &RsaKey) -> Result<RsaKeypair, MaterialError> {
    let numbers = key.numbers()?;
    let number = |value: pkcs1::UintRef<'_>| Mpint::from_positive_bytes(value.as_bytes());
    let public = RsaPublicKey::new(number(numbers.public_exponent), number(numbers.modulus));
    let private = RsaPrivateKey::new(
        number(numbers.private_exponent),
        number(numbers.coefficient),
        number(numbers.prime1),
        number(numbers.prime2),
    );
    public
        .and_then(|public| RsaKeypair::new(public, private?))
        .map_err(|_| MaterialError::Invalid)
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<PrivateKey, MaterialError> {
    let file = OpensshKey::from_openssh(text).map_err(|_| MaterialError::Invalid)?;
    let data = file.key_data();
    if let Some(pair) = data.ed25519() {
        let seed = Zeroizing::new(pair.private.to_bytes());
        return Ok(PrivateKey::from_ed25519_seed(seed));
    }
    // Refused: encrypted files, and the algorithms whose keys are imported but never generated.
    data.rsa().ok_or(MaterialError::Invalid).and_then(read_rsa)
}

fn read_rsa(pair: &RsaKeypair) -> Result<PrivateKey, MaterialError> {
    let (public, private) = (pair.public(), pair.private());
    let key = RsaKey::from_numbers(&Numbers {
        n: number(public.n())?,
        e: number(public.e())?,
        d: number(private.d())?,
        p: number(private.p())?,
        q: number(private.q())?,
    })?;
    let given = number(private.iqmp())?;
    if !bool::from(key.numbers()?.coefficient.as_bytes().ct_eq(given)) {
        return Err(MaterialError::Invalid);
    }
    Ok(PrivateKey(Secret::Rsa(key)))
}

fn number(value: &Mpint) -> Result<&[u8], MaterialError> {
    value.as_positive_bytes().ok_or(MaterialError::Invalid)
}
