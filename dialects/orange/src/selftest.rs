//! A client of this cloud, which tries a running gateway out.

use base64ct::{Base64, Encoding as _};
use dialect_api::selftest::{
    Abilities, Answer, Call, Client, Created, Failure, Wire, choose, text_at,
};
use dialect_api::{ApiKey, ConfigProblem, ProjectAccess, Secret, Selftest};
use http::{Method, StatusCode};
use keypair_core::{BoxFuture, PrivateKey, PublicKey, encoding};
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use crate::config::{AuthMode, Config, Settings};

/// What the client calls itself.
const REQUESTER: &str = "keyglot-selftest";
/// The project where the section and the token leave it open.
const ANY_PROJECT: &str = "00000000-0000-4000-8000-000000000000";
/// The zone where the section leaves it open.
const ANY_ZONE: &str = "zone-1";

/// The client for a section.
///
/// # Errors
/// The section cannot be, or has no such token.
pub(crate) fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
    let (settings, accounts) = config.check()?;
    let (token, projects) = if settings.auth_mode == AuthMode::None {
        (None, ProjectAccess::Any)
    } else {
        let tokens = &accounts.tokens;
        let chosen = choose(tokens, |token| &token.name, account, "auth.tokens")?;
        (Some(chosen.token.clone()), chosen.projects.clone())
    };
    let project = project(&settings, &projects).ok_or_else(|| {
        ConfigProblem::new("auth.tokens", "the token reaches no project of `projects`")
    })?;
    let zone = settings.zones.first().map_or(ANY_ZONE, String::as_str);
    Ok(Selftest::Client(Box::new(Caller {
        keypairs: format!("/v1/projects/{project}/zones/{zone}/keypairs"),
        token,
        api_key: accounts.api_keys.into_iter().next(),
    })))
}

/// The first project that exists and that a token reaches.
fn project<'a>(settings: &'a Settings, reached: &'a ProjectAccess) -> Option<&'a str> {
    let existing = &settings.projects;
    match reached {
        ProjectAccess::Any => Some(existing.first().map_or(ANY_PROJECT, String::as_str)),
        ProjectAccess::Only(projects) => projects
            .iter()
            .find(|one| existing.is_empty() || existing.contains(one))
            .map(String::as_str),
    }
}

/// Somebody who calls.
struct Caller {
    /// The path of the key pairs of a zone.
    keypairs: String,
    token: Option<Secret>,
    api_key: Option<ApiKey>,
}

impl Caller {
    fn call(&self, method: Method, rest: &str) -> Call {
        let mut call = Call::new(method, format!("{}{rest}", self.keypairs))
            .header("accept", "application/json")
            .header("x-requester-id", REQUESTER);
        if let Some(token) = &self.token {
            call = call.header("authorization", format!("Bearer {}", token.expose()));
        }
        if let Some(api_key) = &self.api_key {
            call = call.header("x-api-key", api_key.key.expose());
        }
        call
    }
}

/// The failure that an answer is, with the number of the error.
fn refused(answer: &Answer) -> Failure {
    let json = answer.json();
    let code = json.get("code").and_then(Json::as_u64);
    answer.refused(code.map(|code| code.to_string()).as_deref())
}

fn public_key(json: &Json) -> Option<PublicKey> {
    PublicKey::parse(text_at(json, "/publicKey")?).ok()
}

/// The private half: PKCS#8 in base64.
fn private_key(json: &Json) -> Option<PrivateKey> {
    let der = Base64::decode_vec(text_at(json, "/privateKey")?).ok()?;
    encoding::from_pkcs8_der(&Zeroizing::new(der)).ok()
}

impl Client for Caller {
    fn abilities(&self) -> Abilities {
        Abilities {
            log_in: false,
            delete: true,
        }
    }

    fn create<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Created, Failure>> {
        Box::pin(async move {
            let body = json!({ "name": name });
            let answer = self.call(Method::POST, "").json(&body).send(wire).await?;
            if answer.status() != StatusCode::CREATED {
                return Err(refused(&answer));
            }
            let json = answer.json();
            let made = || {
                Some(Created::Made {
                    id: text_at(&json, "/id")?.to_owned(),
                    public: public_key(&json)?,
                    private: private_key(&json)?,
                })
            };
            answer.must_hold(made(), "id and both halves")
        })
    }

    fn find<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let search = format!("?name={name}");
            let answer = self.call(Method::GET, &search).send(wire).await?;
            let json = answer.json();
            let Some(found) = json
                .as_array()
                .filter(|_| answer.status() == StatusCode::OK)
            else {
                return Err(refused(&answer));
            };
            let found = found.iter().find(|one| text_at(one, "/name") == Some(name));
            found
                .map(|one| text_at(one, "/id").map(str::to_owned))
                .map(|id| id.ok_or_else(|| answer.unexpected("a key pair has no id")))
                .transpose()
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
                // A path that nobody serves has no number.
                StatusCode::NOT_FOUND if json.get("code").is_some_and(Json::is_u64) => Ok(None),
                _ => Err(refused(&answer)),
            }
        })
    }

    fn delete<'a>(&'a self, wire: &'a dyn Wire, id: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let path = format!("/{id}");
            let answer = self.call(Method::DELETE, &path).send(wire).await?;
            if answer.status() == StatusCode::ACCEPTED {
                Ok(())
            } else {
                Err(refused(&answer))
            }
        })
    }
}
