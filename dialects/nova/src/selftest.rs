//! A client of this cloud, which tries a running gateway out: it logs in at identity, then calls
//! compute.
//!
//! Compute is called below the address that is tried out, not where the catalogue says: the
//! catalogue has the public address, which need not be reachable from where the client runs.

mod account;

use dialect_api::selftest::{Abilities, Answer, Call, Client, Created, Failure, Wire, text_at};
use dialect_api::{ConfigProblem, Selftest};
use http::{Method, StatusCode};
use keypair_core::{BoxFuture, PublicKey, encoding};
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::config::{Auth, Config};
use account::Account;

/// The client for a section.
///
/// # Errors
/// The section cannot be, or has no such account.
pub(crate) fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
    let (config, _) = config.prepare()?;
    let account = match config.auth {
        Auth::None => None,
        Auth::Identity => Some(account::choose(config, account)?),
    };
    let keypairs = match account.as_ref().and_then(Account::tenant) {
        Some(tenant) => format!("/compute/v2/{tenant}/os-keypairs"),
        None => "/compute/v2.1/os-keypairs".to_owned(),
    };
    Ok(Selftest::Client(Box::new(Caller {
        keypairs,
        account,
        token: None,
    })))
}

/// Somebody who calls.
struct Caller {
    /// The path of the key pairs.
    keypairs: String,
    /// Who logs in; nobody where compute asks for no token.
    account: Option<Account>,
    token: Option<Zeroizing<String>>,
}

impl Caller {
    fn call(&self, method: Method, rest: &str) -> Call {
        let call = Call::new(method, format!("{}{rest}", self.keypairs))
            .header("accept", "application/json");
        match &self.token {
            Some(token) => call.header("x-auth-token", token.as_str()),
            None => call,
        }
    }
}

/// The failure that an answer is. The code is the one member of a fault, or identity's title.
fn refused(answer: &Answer) -> Failure {
    let json = answer.json();
    let members = json.as_object().filter(|members| members.len() == 1);
    let fault = members.and_then(|members| members.iter().next());
    let code = fault.and_then(|(name, fault)| {
        let title = fault.get("title").and_then(Json::as_str);
        fault.get("code").map(|_| title.unwrap_or(name))
    });
    answer.refused(code)
}

fn public_key(json: &Json) -> Option<PublicKey> {
    PublicKey::parse(text_at(json, "/keypair/public_key")?).ok()
}

impl Client for Caller {
    fn abilities(&self) -> Abilities {
        Abilities {
            log_in: self.account.is_some(),
            delete: true,
        }
    }

    fn log_in<'a>(&'a mut self, wire: &'a dyn Wire) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let Some(account) = &self.account else {
                return Ok(());
            };
            let answer = Call::new(Method::POST, account.path())
                .json(&account.body())
                .send(wire)
                .await?;
            if !answer.status().is_success() {
                return Err(refused(&answer));
            }
            let token = answer.must_hold(account.token(&answer), "token")?;
            if !account::catalog_has_compute(&answer.json()) {
                return Err(answer.unexpected("the catalog has no compute service"));
            }
            self.token = Some(Zeroizing::new(token));
            Ok(())
        })
    }

    fn create<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Created, Failure>> {
        Box::pin(async move {
            let body = json!({ "keypair": { "name": name } });
            let answer = self.call(Method::POST, "").json(&body).send(wire).await?;
            if !answer.status().is_success() {
                return Err(refused(&answer));
            }
            let json = answer.json();
            let private = text_at(&json, "/keypair/private_key");
            let private = private.and_then(|pem| encoding::parse_private_key(pem).ok());
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
            let answer = self.call(Method::GET, "").send(wire).await?;
            let json = answer.json();
            let Some(listed) = json.get("keypairs").and_then(Json::as_array) else {
                return Err(refused(&answer));
            };
            let mut names = listed.iter().map(|one| text_at(one, "/keypair/name"));
            Ok(names
                .any(|listed| listed == Some(name))
                .then(|| name.to_owned()))
        })
    }

    fn show<'a>(
        &'a self,
        wire: &'a dyn Wire,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PublicKey>, Failure>> {
        Box::pin(async move {
            let answer = self.call(Method::GET, &format!("/{id}")).send(wire).await?;
            let json = answer.json();
            match answer.status() {
                StatusCode::OK => answer.must_hold(public_key(&json), "public key").map(Some),
                StatusCode::NOT_FOUND if json.get("itemNotFound").is_some() => Ok(None),
                _ => Err(refused(&answer)),
            }
        })
    }

    fn delete<'a>(&'a self, wire: &'a dyn Wire, id: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let path = format!("/{id}");
            let answer = self.call(Method::DELETE, &path).send(wire).await?;
            if answer.status().is_success() {
                Ok(())
            } else {
                Err(refused(&answer))
            }
        })
    }
}
