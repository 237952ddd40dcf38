//! Signature version 1: HMAC-SHA1 or HMAC-SHA256 over method, host, path and the sorted, decoded
//! parameters.
//!
//! Source: the vendor's pages on signature version 1, and its SDKs where they differ.

use std::borrow::Cow;

use base64ct::{Base64, Encoding as _};
use dialect_api::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::request::{Common, Message};

/// The hash that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    /// Exactly `HmacSHA256` selects SHA-256; absent or any other text means SHA-1, without error.
    fn of(message: &Message<'_>) -> Self {
        match message.common(Common::SignatureMethod) {
            Some("HmacSHA256") => Self::Sha256,
            Some(_) | None => Self::Sha1,
        }
    }
}

/// Whether the request's signature fits it, for any of the hosts, the real path or `/`, and names
/// as they are or with dots for underscores.
pub(super) fn verify<'h>(
    message: &Message<'_>,
    hosts: impl Iterator<Item = Cow<'h, str>>,
    secret: &Secret,
) -> bool {
    let Some((signature_name, signature)) = message.parameters.entry(Common::Signature.name())
    else {
        return false;
    };
    let Ok(signature) = Base64::decode_vec(signature) else {
        return false;
    };
    let parameters = || {
        let all = message.parameters.iter();
        all.filter(|(name, _)| *name != signature_name)
    };
    let canonical = canonical_parameters(parameters());
    let dotted = with_dots(parameters());
    let path = message.head.uri.path();
    // Clients that put a path into the endpoint host sign that and then the root.
    let paths = [Some(path), (path != "/").then_some("/")];
    let method = message.head.method.as_str();
    let algorithm = Algorithm::of(message);
    let candidate = |host: &str, path: &str, parameters: &str| {
        let parts = [method, host, path, "?", parameters];
        is_signed(algorithm, secret, &parts, &signature)
    };
    hosts.into_iter().any(|host| {
        paths.into_iter().flatten().any(|path| {
            candidate(&host, path, &canonical)
                || dotted
                    .as_deref()
                    .is_some_and(|dotted| candidate(&host, path, dotted))
        })
    })
}

/// `k1=v1&k2=v2`, decoded.
fn canonical_parameters<'p>(parameters: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    let mut canonical = String::with_capacity(256);
    for (name, value) in parameters {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        canonical.extend([name, "=", value]);
    }
    canonical
}

/// The same with dots for underscores in names, if a name has one: an old rule that the Python SDK
/// still follows.
fn with_dots<'p>(parameters: impl Iterator<Item = (&'p str, &'p str)>) -> Option<String> {
    let parameters: Vec<_> = parameters.collect();
    if !parameters.iter().any(|(name, _)| name.contains('_')) {
        return None;
    }
    let mut renamed: Vec<_> = parameters
        .into_iter()
        .map(|(name, value)| (name.replace('_', "."), value))
        .collect();
    renamed.sort();
    let renamed = renamed.iter().map(|(name, value)| (name.as_str(), *value));
    Some(canonical_parameters(renamed))
}

/// Whether a signature is that of the parts one after the other.
fn is_signed(algorithm: Algorithm, secret: &Secret, parts: &[&str], signature: &[u8]) -> bool {
    let key = secret.expose().as_bytes();
    match algorithm {
        Algorithm::Sha1 => fits::<Hmac<Sha1>>(key, parts, signature),
        Algorithm::Sha256 => fits::<Hmac<Sha256>>(key, parts, signature),
    }
}

/// Takes the same time wherever the two signatures differ. HMAC takes keys of any length.
fn fits<M: Mac + KeyInit>(key: &[u8], parts: &[&str], signature: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return false;
    };
    for part in parts {
        mac.update(part.as_bytes());
    }
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding as _};
    use dialect_api::Secret;

    use super::{Algorithm, canonical_parameters, is_signed, with_dots};
    use crate::request::form::Parameters;

    /// The vendor's worked examples and their published sample keys: key, hash, the text up to the
    /// question mark, the parameters in another order than the signed one, the signature.
    const VECTORS: [(&str, Algorithm, &str, &str, &str); 3] = [
        (
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            Algorithm::Sha1,
            "GETcvm.tencentcloudapi.com/?",
            "Version=2017-03-12&Timestamp=1465185768&SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE\
             &Region=ap-guangzhou&Offset=0&Nonce=11886&Limit=20&InstanceIds.0=ins-09dx96dg\
             &Action=DescribeInstances",
            "EliP9YW3pW28FpsEdkXt/+WcGeI=",
        ),
        (
            "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA",
            Algorithm::Sha256,
            "GETcvm.api.qcloud.com/v2/index.php?",
            "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Nonce=11886&Region=ap-guangzhou\
             &SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA&SignatureMethod=HmacSHA256\
             &Timestamp=1465185768",
            "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s=",
        ),
        (
            "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA",
            Algorithm::Sha1,
            "GETcvm.api.qcloud.com/v2/index.php?",
            "instanceIds.0=ins-09dx96dg&limit=20&offset=0&Action=DescribeInstances&Nonce=11886\
             &Region=gz&SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA&Timestamp=1465185768",
            "NSI3UqqD99b/UJb4tbG/xZpRW64=",
        ),
    ];

    #[test]
    fn the_vendors_examples_are_signed_as_the_vendor_says() {
        for (key, algorithm, target, query, signature) in VECTORS {
            let mut parameters = Parameters::new(false);
            parameters.extend(query.as_bytes()).unwrap();
            let canonical = canonical_parameters(parameters.iter());
            let signature = Base64::decode_vec(signature).unwrap();
            let secret = Secret::new(key);
            let parts = [target, canonical.as_str()];
            assert!(is_signed(algorithm, &secret, &parts, &signature));
            let other = Secret::new("another key");
            assert!(!is_signed(algorithm, &other, &parts, &signature));
        }
    }

    #[test]
    fn names_sort_by_bytes() {
        let mut parameters = Parameters::new(false);
        parameters
            .extend(b"a=1&Z=2&KeyIds.2=b&KeyIds.10=a")
            .unwrap();
        assert_eq!(
            canonical_parameters(parameters.iter()),
            "KeyIds.10=a&KeyIds.2=b&Z=2&a=1"
        );
    }

    #[test]
    fn dots_for_underscores_are_sorted_anew() {
        let given = [("A.b", "1"), ("A_a", "2")];
        assert_eq!(with_dots(given.into_iter()).as_deref(), Some("A.a=2&A.b=1"));
        assert_eq!(with_dots([("A", "1")].into_iter()), None);
    }
}
