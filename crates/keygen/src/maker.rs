//! Where keys come from.

use std::fmt::Debug;

use getrandom::SysRng;
use keypair_core::material::MaterialError;
use keypair_core::ports::GenerateError;
use keypair_core::{KeySpec, PrivateKey};
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

/// Makes a key on the calling thread, however long it takes.
pub(crate) trait Maker<K>: Debug + Send + Sync + 'static {
    fn make(&self, spec: KeySpec) -> Result<K, GenerateError>;
}

/// Makes every key anew from the operating system's randomness.
#[derive(Debug)]
pub(crate) struct FreshKeys;

impl Maker<PrivateKey> for FreshKeys {
    fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        match spec {
            KeySpec::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                getrandom::fill(seed.as_mut_slice())
                    .map_err(|error| GenerateError::Failed(Box::new(error)))?;
                Ok(PrivateKey::from_ed25519_seed(seed))
            }
            // Without randomness this panics, on a thread where only this one key is lost by it.
            KeySpec::Rsa { .. } => {
                PrivateKey::generate(spec, &mut UnwrapErr(SysRng)).map_err(|error| match error {
                    MaterialError::UnsupportedSize { .. } => GenerateError::Unsupported,
                    MaterialError::Invalid
                    | MaterialError::Generation
                    | MaterialError::NoSuchEncoding => GenerateError::Failed(Box::new(error)),
                })
            }
        }
    }
}
