use bytes::Bytes;
use dialect_api::{Body, Request, Secret};
use hmac::Mac as _;

use super::{
    Authorization, Canonical, HexDigits, Spelling, derive, mac, payload_hash, signing_key, verify,
};
use crate::error::Error;
use crate::request::Message;

const SIGNED: &str = "content-type;host";

fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let mut builder = http::Request::builder().method(method).uri(target);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let (head, ()) = builder
        .header("authorization", "present")
        .body(())
        .unwrap()
        .into_parts();
    Request::new(head, Body::Whole(Bytes::copy_from_slice(body.as_bytes())))
}

fn text(digits: &HexDigits) -> String {
    String::from_utf8(digits.to_vec()).unwrap()
}

/// What the vendor publishes of each step, and what ours gives.
struct Steps {
    payload_hash: String,
    canonical_hash: String,
    signature: String,
}

fn sign(
    request: &Request,
    secret: &str,
    scope: (&str, &str),
    timestamp: &str,
    host: &str,
) -> Steps {
    let message = Message::read(request).unwrap();
    let payload_hash = payload_hash(&message);
    let canonical_hash = Canonical {
        message: &message,
        signed_headers: SIGNED,
        host,
        spelling: Spelling::candidates(&message).next().unwrap(),
        payload_hash: &payload_hash,
    }
    .hash();
    let canonical_hash = text(&canonical_hash);
    let key = signing_key(&Secret::new(secret), scope.0, scope.1).unwrap();
    let signed = format!(
        "TC3-HMAC-SHA256\n{timestamp}\n{}/{}/tc3_request\n{canonical_hash}",
        scope.0, scope.1
    );
    let signature = mac(key.as_slice(), &[signed.as_bytes()]).unwrap();
    Steps {
        payload_hash: text(&payload_hash),
        canonical_hash,
        signature: base16ct::lower::encode_string(&signature.finalize().into_bytes()),
    }
}

#[test]
fn the_vendors_example_is_signed_step_by_step() {
    let body =
        r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    let content_type = ("content-type", "application/json; charset=utf-8");
    let request = request("POST", "/", &[content_type], body);
    let secret = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
    let host = "cvm.tencentcloudapi.com";
    let steps = sign(&request, secret, ("2019-02-25", "cvm"), "1551113065", host);
    assert_eq!(
        steps.payload_hash,
        "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    );
    assert_eq!(
        steps.canonical_hash,
        "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    );
    assert_eq!(
        steps.signature,
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    );
}

#[test]
fn the_vendors_keys_are_derived_step_by_step() {
    let day = derive(b"TC3Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "2019-02-25").unwrap();
    let service = derive(day.as_slice(), "cvm").unwrap();
    let secret = Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE");
    let last = signing_key(&secret, "2019-02-25", "cvm").unwrap();
    let found = [day, service, last].map(|key| base16ct::lower::encode_string(key.as_slice()));
    assert_eq!(
        found,
        [
            "d1308c81fe71cfd4e06437bbc067b2b8a3d2d8c0e375d547f15c41d5214b395a",
            "3c7cb7c7795393edc14fd2e0e6434a518564b4504b88e94f5d11bf59ba3e7050",
            "ac658d5dde49e9bfdd14e04e062f66b05d9f637d44b8a8d845327d4a77f666b1",
        ]
    );
}

/// Steps that the SDKs' own spellings lead to; the whole requests are golden files.
#[test]
fn the_sdks_spellings_are_signed_as_captured() {
    let secret = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
    let json = ("content-type", "application/json");
    let python = request(
        "POST",
        "/",
        &[json],
        r#"{"KeyName": "Tencent", "ProjectId": 0}"#,
    );
    let steps = |request: &Request, service: &str, host: &str| {
        let signed = sign(request, secret, ("2023-11-14", service), "1700000000", host);
        (signed.payload_hash, signed.canonical_hash, signed.signature)
    };
    let (payload, canonical, signature) = steps(&python, "cvm", "127.0.0.1:8080");
    assert_eq!(
        payload,
        "ba54750d9e5ba95955c666cda5c2e5a0c208d9995babc8937805dbf0d894c653"
    );
    assert_eq!(
        canonical,
        "40534021339aee38e8a9fdbeb4e28bfc9fd7d0e7f0ffa3d3f0e63f316a4e4641"
    );
    assert_eq!(
        signature,
        "e7a179b50d7eea23e8ba3fb5612a167debcf407a34b3a8e84111637146a87ed4"
    );
    let node = request(
        "POST",
        "/",
        &[json],
        r#"{"KeyName":"Tencent","ProjectId":0}"#,
    );
    assert_eq!(
        steps(&node, "127", "127.0.0.1").2,
        "00cc7560c271ae4895b6597a1ffb11ce0fe58c2c8e4e296e821de66494096298"
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    let target = "/?Filters.0.Name=key-name&Filters.0.Values.0=Tencent&Limit=20&Offset=0";
    let get = request("GET", target, &[form], "");
    let (_, canonical, signature) = steps(&get, "cvm", "127.0.0.1:8080");
    assert_eq!(
        canonical,
        "38dbaa9f5eec135aed86cf92fb34251db9367ea19003fa3750b02e1acd01ef3b"
    );
    assert_eq!(
        signature,
        "37b08430c4111b95ef2bec272c387a957258b796cfe457786bf47cc8f3d20172"
    );
    assert_eq!(
        steps(&python, "cvm", "http://127.0.0.1:8080").2,
        "45142e33c8e95a8ed8fd0eea33c8f3a46f7759a8712b9290b5925eb3be870846"
    );
}

const VALID: &str = "TC3-HMAC-SHA256 Credential=AKID/2023-11-14/cvm/tc3_request, \
    SignedHeaders=content-type;host, \
    Signature=e7a179b50d7eea23e8ba3fb5612a167debcf407a34b3a8e84111637146a87ed4";

#[test]
fn the_items_may_stand_in_any_order_and_the_service_may_hold_slashes() {
    let shuffled = "TC3-HMAC-SHA256 \
        Signature=e7a179b50d7eea23e8ba3fb5612a167debcf407a34b3a8e84111637146a87ed4,\
        SignedHeaders=content-type;host,Credential=AKID/2023-11-14/localhost:80/v2/index/tc3_request";
    let authorization = Authorization::parse(shuffled).unwrap();
    assert_eq!(authorization.service, "localhost:80/v2/index");
    assert_eq!(authorization.secret_id, "AKID");
}

#[test]
fn the_part_that_is_wrong_is_named() {
    let cases = [
        ("TC3-HMAC-SHA256", "SKIP", "Credential"),
        ("TC3-HMAC-SHA256 Cred", "Bearer Cred", "Credential"),
        ("Credential=", "Credentials=", "Credential"),
        ("/tc3_request", "/other_request", "Credential"),
        ("2023-11-14", "2023-11-1x", "Date"),
        ("2023-11-14", "20231114", "Date"),
        ("content-type;host", "host", "SignedHeaders"),
        ("content-type;host", "content-type", "SignedHeaders"),
        ("SignedHeaders=content-type;host, ", "", "SignedHeaders"),
        ("Signature=e7", "Signature=E7", "Signature"),
        ("Signature=e7a1", "Signature=", "Signature"),
        ("Signature=e7a1", "Signature=zzzz", "Signature"),
    ];
    for (from, to, part) in cases {
        let header = VALID.replace(from, to);
        match Authorization::parse(&header) {
            Err(Error::InvalidAuthorization(found)) => assert_eq!(found, part, "{header}"),
            other => panic!("{header}: {other:?}"),
        }
    }
    let nobody = VALID.replace("AKID", "");
    assert!(matches!(
        Authorization::parse(&nobody),
        Err(Error::MissingParameter(name)) if name == "SecretId"
    ));
}

/// The whole check, over spellings that only the candidates cover.
#[test]
fn every_spelling_of_a_candidate_is_accepted_and_no_other() {
    let secret = Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE");
    let spelled = |path: &str, query: &str, content_type: &str, host: &str| {
        let canonical = format!(
            "POST\n{path}\n{query}\ncontent-type:{content_type}\nhost:{host}\n\n{SIGNED}\n{}",
            base16ct::lower::encode_string(&<sha2::Sha256 as sha2::Digest>::digest(b"{}"))
        );
        let hash =
            base16ct::lower::encode_string(&<sha2::Sha256 as sha2::Digest>::digest(canonical));
        let text = format!("TC3-HMAC-SHA256\n1700000000\n2023-11-14/cvm/tc3_request\n{hash}");
        let key = signing_key(&secret, "2023-11-14", "cvm").unwrap();
        let signature = mac(key.as_slice(), &[text.as_bytes()]).unwrap();
        format!(
            "TC3-HMAC-SHA256 Credential=AKID/2023-11-14/cvm/tc3_request, \
             SignedHeaders={SIGNED}, Signature={}",
            base16ct::lower::encode_string(&signature.finalize().into_bytes())
        )
    };
    let json = ("content-type", "Application/JSON");
    let request = request("POST", "/v2/index.php?a=b", &[json], "{}");
    let message = Message::read(&request).unwrap();
    let accepts = |header: &str| {
        let authorization = Authorization::parse(header).unwrap();
        let hosts = ["h1", "h2"].into_iter().map(std::borrow::Cow::Borrowed);
        verify(&message, &authorization, "1700000000", hosts, &secret)
    };
    for path in ["/", "/v2/index.php"] {
        for query in ["", "a=b"] {
            for content_type in ["Application/JSON", "application/json"] {
                for host in ["h1", "h2"] {
                    assert!(accepts(&spelled(path, query, content_type, host)));
                }
            }
        }
    }
    assert!(!accepts(&spelled("/v2", "", "application/json", "h1")));
    assert!(!accepts(&spelled("/", "", "application/json", "h3")));
    assert!(!accepts(&spelled("/", "", "text/plain", "h1")));
    assert!(!accepts(&spelled("/", "b=a", "application/json", "h1")));
}

/// The request of `tests/golden/create_key_pair/tc3_post_python.http`.
#[test]
fn a_client_signs_as_the_python_sdk_does() {
    let authorization = super::sign(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        &Secret::new("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"),
        "1700000000",
        "127.0.0.1:8080",
        br#"{"KeyName": "Tencent", "ProjectId": 0}"#,
    );
    let expected = "TC3-HMAC-SHA256 \
        Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2023-11-14/cvm/tc3_request, \
        SignedHeaders=content-type;host, \
        Signature=e7a179b50d7eea23e8ba3fb5612a167debcf407a34b3a8e84111637146a87ed4";
    assert_eq!(authorization.as_deref(), Some(expected));
}
