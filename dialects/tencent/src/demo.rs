//! What a newcomer is shown: one call that works as it stands.

use crate::config::{DEMO_SECRET_ID, DEMO_SECRET_KEY};

/// The demo account, and a `CreateKeyPair` that a shell with `openssl` and `curl` can sign.
pub(crate) fn call(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    format!(
        r#"SecretId {DEMO_SECRET_ID}, SecretKey {DEMO_SECRET_KEY}
now=$(date +%s)
query="Action=CreateKeyPair&KeyName=demo_$now&Nonce=1&ProjectId=0&Region=ap-guangzhou&SecretId={DEMO_SECRET_ID}&Timestamp=$now&Version=2017-03-12"
signature=$(printf %s "GET{host}/?$query" | openssl dgst -sha1 -hmac {DEMO_SECRET_KEY} -binary | base64)
curl -sG "{origin}/?$query" --data-urlencode "Signature=$signature""#
    )
}
