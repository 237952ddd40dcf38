//! A client of this API, which tries a running gateway out.

use base64ct::{Base64, Encoding as _};
use dialect_api::selftest::{
    Abilities, Answer, Call, Client, Created, Failure, Wire, choose, text_at,
};
use dialect_api::{ConfigProblem, Secret, Selftest};
use http::Method;
use keypair_core::{BoxFuture, PublicKey, encoding};
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::auth::Access;
use crate::config::Config;

/// The key store that the key pair lies in. It stays, as this API deletes nothing.
const KEY_STORE: &str = "keyglot-selftest";

/// The envelope's status for a name that is taken.
const KEY_PAIR_EXISTS: &str = "key-pair-exists";
/// The envelope's status for a key pair that is not there.
const NO_SUCH_KEY_PAIR: &str = "invalid-key-pair-id";

/// The client for a section.
///
/// # Errors
/// The section cannot be, or has no such token.
pub(crate) fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
    let (dialect, accounts) = config.into_dialect()?;
    let token = match dialect.access {
        Access::Open { .. } => None,
        Access::Token => {
            let chosen = choose(&accounts.tokens, |token| &token.name, account, "tokens")?;
            Some(chosen.token.clone())
        }
    };
    Ok(Selftest::Client(Box::new(Caller {
        keys: format!("{}/v1/keys", dialect.prefix),
        token,
    })))
}

/// Somebody who calls.
struct Caller {
    /// The path of the endpoint.
    keys: String,
    token: Option<Secret>,
}

impl Caller {
    fn call(&self, method: Method, query: &str) -> Call {
        let call = Call::new(method, format!("{}{query}", self.keys));
        match &self.token {
            Some(token) => call.header("authorization", format!("Bearer {}", token.expose())),
            None => call,
        }
    }
}

/// The answer's JSON, or the status of the envelope that is not a success.
fn read(answer: &Answer) -> Result<Json, String> {
    let json = answer.json();
    match text_at(&json, "/status") {
        Some("success") => Ok(json),
        Some(status) => Err(status.to_owned()),
        None => Err(String::new()),
    }
}

/// One half of a key pair: base64 of PEM.
fn half(json: &Json, name: &str) -> Option<Zeroizing<String>> {
    let encoded = text_at(json, &format!("/key_pair/{name}"))?;
    let pem = Base64::decode_vec(encoded).ok()?;
    String::from_utf8(pem).ok().map(Zeroizing::new)
}

fn public_key(json: &Json) -> Option<PublicKey> {
    encoding::parse_pkcs1_public_pem(&half(json, "public_key")?).ok()
}

impl Client for Caller {
    fn abilities(&self) -> Abilities {
        Abilities {
            log_in: false,
            delete: false,
        }
    }

    fn create<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Created, Failure>> {
        Box::pin(async move {
            let body = json!({ "key_pair_id": name, "key_store_name": KEY_STORE });
            let answer = self.call(Method::POST, "").json(&body).send(wire).await?;
            let json = match read(&answer) {
                Ok(json) => json,
                Err(status) if status == KEY_PAIR_EXISTS => {
                    return Ok(Created::Taken);
                }
                Err(status) => return Err(answer.refused(Some(&status))),
            };
            let private = half(&json, "private_key");
            let private = private.and_then(|pem| encoding::parse_private_key(&pem).ok());
            Ok(Created::Made {
                private: answer.must_hold(private, "private key")?,
                id: name.to_owned(),
                public: answer.must_hold(public_key(&json), "public key")?,
            })
        })
    }

    fn find<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let query = format!("?key_store_id={KEY_STORE}");
            let answer = self.call(Method::GET, &query).send(wire).await?;
            let json = read(&answer).map_err(|status| answer.refused(Some(&status)))?;
            let ids = json.get("key_pairs").and_then(Json::as_array);
            let mut ids = ids.into_iter().flatten();
            Ok(ids.any(|id| id == name).then(|| name.to_owned()))
        })
    }

    fn show<'a>(
        &'a self,
        wire: &'a dyn Wire,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PublicKey>, Failure>> {
        Box::pin(async move {
            let query = format!("?key_pair_id={id}&key_store_id={KEY_STORE}");
            let answer = self.call(Method::GET, &query).send(wire).await?;
            match read(&answer) {
                Ok(json) => answer.must_hold(public_key(&json), "public key").map(Some),
                Err(status) if status == NO_SUCH_KEY_PAIR => Ok(None),
                Err(status) => Err(answer.refused(Some(&status))),
            }
        })
    }

    fn delete<'a>(&'a self, _: &'a dyn Wire, _: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
