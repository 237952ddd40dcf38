//! A client of this cloud, which tries a running gateway out: API 3.0, signed with TC3.

use std::time::UNIX_EPOCH;

use dialect_api::selftest::{
    Abilities, Answer, Call, Client, Created, Failure, Wire, choose, text_at,
};
use dialect_api::{AccessKey, ConfigProblem, Selftest};
use http::Method;
use keypair_core::{BoxFuture, PublicKey, encoding};
use serde_json::{Value as Json, json};

use crate::auth::tc3;
use crate::config::{Auth, Config};
use crate::region;

/// The version of every action that is called.
const VERSION: &str = "2017-03-12";

/// What codes begin with that do not say whether anything was done.
const INTERNAL: &str = "InternalError";

/// The client for a section.
///
/// # Errors
/// The section cannot be, or has no such credential.
pub(crate) fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
    let (config, accounts) = config.into_parts()?;
    let key = match config.auth {
        Auth::Off => None,
        Auth::Verify => {
            let keys = &accounts.access_keys;
            Some(choose(keys, |key| &key.id, account, "credentials")?.clone())
        }
    };
    let region = region::offered(&config).first().copied();
    Ok(Selftest::Client(Box::new(Caller {
        key,
        region: region.unwrap_or_default().to_owned(),
    })))
}

/// Somebody who calls.
struct Caller {
    key: Option<AccessKey>,
    region: String,
}

impl Caller {
    /// The `Response` of an action, or its failure.
    async fn act(
        &self,
        wire: &dyn Wire,
        action: &str,
        parameters: &Json,
    ) -> Result<(Answer, Json), Failure> {
        let since = wire.now().duration_since(UNIX_EPOCH);
        let timestamp = since.unwrap_or_default().as_secs().to_string();
        let mut call = Call::new(Method::POST, "/")
            .header("x-tc-action", action)
            .header("x-tc-version", VERSION)
            .header("x-tc-region", self.region.as_str())
            .header("x-tc-timestamp", timestamp.as_str());
        if let Some(key) = &self.key {
            let body = parameters.to_string();
            let authorization = tc3::sign(
                &key.id,
                &key.secret,
                &timestamp,
                wire.authority(),
                body.as_bytes(),
            );
            call = call.header("authorization", authorization.unwrap_or_default());
            if let Some(token) = &key.session_token {
                call = call.header("x-tc-token", token.expose());
            }
        }
        let answer = call.json(parameters).send(wire).await?;
        let mut json = answer.json();
        if let Some(response) = json.get_mut("Response").map(Json::take)
            && response.is_object()
            && response.get("Error").is_none()
        {
            return Ok((answer, response));
        }
        let json = answer.json();
        let code = text_at(&json, "/Response/Error/Code");
        let failure = answer.refused(code);
        // The status is 200 whatever is said.
        match code {
            Some(code) if !code.starts_with(INTERNAL) => Err(failure.nothing_done()),
            Some(_) | None => Err(failure),
        }
    }

    /// The key pairs that a search finds.
    async fn search(&self, wire: &dyn Wire, search: &Json) -> Result<(Answer, Vec<Json>), Failure> {
        let (answer, mut response) = self.act(wire, "DescribeKeyPairs", search).await?;
        match response.get_mut("KeyPairSet").map(Json::take) {
            Some(Json::Array(found)) => Ok((answer, found)),
            _ => Err(answer.unexpected("the answer has no list of key pairs")),
        }
    }
}

fn public_key(answer: &Answer, key_pair: &Json) -> Result<PublicKey, Failure> {
    let line = text_at(key_pair, "/PublicKey");
    let key = line.and_then(|line| PublicKey::parse(line).ok());
    answer.must_hold(key, "public key")
}

fn key_id(answer: &Answer, key_pair: &Json) -> Result<String, Failure> {
    let id = text_at(key_pair, "/KeyId").map(str::to_owned);
    answer.must_hold(id, "key id")
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
            let parameters = json!({ "KeyName": name, "ProjectId": 0 });
            let (answer, response) = self.act(wire, "CreateKeyPair", &parameters).await?;
            let key_pair = response.get("KeyPair").unwrap_or(&Json::Null);
            let private = text_at(key_pair, "/PrivateKey");
            let private = private.and_then(|pem| encoding::parse_private_key(pem).ok());
            Ok(Created::Made {
                private: answer.must_hold(private, "private key")?,
                id: key_id(&answer, key_pair)?,
                public: public_key(&answer, key_pair)?,
            })
        })
    }

    fn find<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>> {
        Box::pin(async move {
            let search = json!({ "Filters": [{ "Name": "key-name", "Values": [name] }] });
            let (answer, found) = self.search(wire, &search).await?;
            let found = found
                .iter()
                .find(|one| text_at(one, "/KeyName") == Some(name));
            found.map(|one| key_id(&answer, one)).transpose()
        })
    }

    fn show<'a>(
        &'a self,
        wire: &'a dyn Wire,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PublicKey>, Failure>> {
        Box::pin(async move {
            let search = json!({ "KeyIds": [id] });
            let (answer, found) = self.search(wire, &search).await?;
            found
                .first()
                .map(|one| public_key(&answer, one))
                .transpose()
        })
    }

    fn delete<'a>(&'a self, wire: &'a dyn Wire, id: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let parameters = json!({ "KeyIds": [id] });
            self.act(wire, "DeleteKeyPairs", &parameters).await?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};
    use std::time::{Duration, SystemTime};

    use bytes::Bytes;
    use dialect_api::selftest::{NoAnswer, Wire};
    use dialect_api::{Response, Selftest, response};
    use keypair_core::BoxFuture;
    use serde_json::json;

    use super::selftest;

    /// Keeps the last request and answers with an error.
    #[derive(Default)]
    struct Recorder(Mutex<Option<http::Request<Bytes>>>);

    impl Wire for Recorder {
        fn authority(&self) -> &'static str {
            "127.0.0.1:8080"
        }

        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
        }

        fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Response, NoAnswer>> {
            *self.0.lock().unwrap() = Some(request);
            let body = json!({ "Response": { "Error": { "Code": "LimitExceeded" } } });
            let answer = response(
                http::StatusCode::OK,
                "application/json",
                body.to_string().into(),
            );
            Box::pin(std::future::ready(Ok(answer)))
        }
    }

    #[test]
    fn calls_are_signed_and_codes_are_found_in_answers_of_status_200() {
        let section = json!({ "credentials": [
            { "secret_id": "AKID", "secret_key": "key", "token": "session", "account": "a" },
        ] });
        let config = serde_json::from_value(section).unwrap();
        let Selftest::Client(client) = selftest(config, Some("AKID")).unwrap() else {
            panic!("this cloud can be tried out");
        };
        let wire = Recorder::default();
        let mut created = client.create(&wire, "name");
        let poll = created
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Err(failure)) = poll else {
            panic!("the answer is an error");
        };
        assert_eq!(
            failure.to_string(),
            "POST /: status 200, code LimitExceeded"
        );
        assert!(!failure.may_be_done());
        let sent = wire.0.lock().unwrap().take().unwrap();
        let header = |name: &str| sent.headers()[name].to_str().unwrap();
        assert_eq!(header("x-tc-action"), "CreateKeyPair");
        assert_eq!(header("x-tc-token"), "session");
        assert_eq!(header("x-tc-timestamp"), "1700000000");
        let start = "TC3-HMAC-SHA256 Credential=AKID/2023-11-14/cvm/tc3_request, ";
        assert!(header("authorization").starts_with(start));
    }
}
