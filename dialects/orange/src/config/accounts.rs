//! The accounts that the section names, or the published ones.

use std::time::SystemTime;

use dialect_api::{Accounts, ApiKey, ConfigProblem, ProjectAccess, Secret, StaticToken};
use keypair_core::TenantId;

use super::settings::check_names;
use super::{ApiKeyConfig, AuthConfig, AuthMode, TokenConfig};
use crate::validate;

/// Checks the accounts.
pub(super) fn accounts(auth: AuthConfig) -> Result<Accounts, ConfigProblem> {
    let open = auth.mode == AuthMode::None;
    if auth.tokens.is_empty() && !open {
        return if auth.api_keys.is_empty() {
            Ok(demo_accounts())
        } else {
            Err(ConfigProblem::new(
                "auth.tokens",
                "names no token, so nobody could call",
            ))
        };
    }
    Ok(Accounts {
        open,
        // `none` is never the default: whoever has it wrote it.
        open_on_purpose: open,
        tokens: tokens(auth.tokens)?,
        api_keys: api_keys(auth.api_keys)?,
        ..Accounts::default()
    })
}

fn tokens(configs: Vec<TokenConfig>) -> Result<Vec<StaticToken>, ConfigProblem> {
    let mut tokens: Vec<StaticToken> = Vec::with_capacity(configs.len());
    for (index, config) in configs.into_iter().enumerate() {
        let key = format!("auth.tokens[{index}]");
        let token = static_token(config, &key)?;
        if tokens.iter().any(|known| known.token == token.token) {
            return Err(ConfigProblem::new(key, "repeats a token"));
        }
        tokens.push(token);
    }
    Ok(tokens)
}

fn api_keys(configs: Vec<ApiKeyConfig>) -> Result<Vec<ApiKey>, ConfigProblem> {
    let mut api_keys: Vec<ApiKey> = Vec::with_capacity(configs.len());
    for (index, config) in configs.into_iter().enumerate() {
        let key = format!("auth.api_keys[{index}]");
        check_secret(&config.key, &format!("{key}.key"))?;
        check_account_name(&config.name, &format!("{key}.name"))?;
        if api_keys.iter().any(|known| known.key == config.key) {
            return Err(ConfigProblem::new(key, "repeats an API key"));
        }
        api_keys.push(ApiKey {
            key: config.key,
            name: config.name,
        });
    }
    Ok(api_keys)
}

fn static_token(config: TokenConfig, key: &str) -> Result<StaticToken, ConfigProblem> {
    check_secret(&config.token, &format!("{key}.token"))?;
    check_account_name(&config.name, &format!("{key}.name"))?;
    check_names(&format!("{key}.projects"), &config.projects)?;
    let expires_at = match config.expires_at {
        None => None,
        Some(text) => Some(parse_time(&text).ok_or_else(|| {
            ConfigProblem::new(
                format!("{key}.expires_at"),
                "must be a time like 2027-01-31T00:00:00Z",
            )
        })?),
    };
    let projects = if config.projects.is_empty() {
        ProjectAccess::Any
    } else {
        ProjectAccess::Only(config.projects)
    };
    Ok(StaticToken {
        token: config.token,
        tenant: TenantId::new(config.name.as_str()),
        name: config.name,
        projects,
        expires_at,
    })
}

fn parse_time(text: &str) -> Option<SystemTime> {
    let time: jiff::Timestamp = text.parse().ok()?;
    SystemTime::try_from(time).ok()
}

/// A secret that a header can carry.
fn check_secret(secret: &Secret, key: &str) -> Result<(), ConfigProblem> {
    let text = secret.expose();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(ConfigProblem::new(key, "must be visible ASCII characters"))
    }
}

/// A name that can stand where a requester id stands.
fn check_account_name(name: &str, key: &str) -> Result<(), ConfigProblem> {
    if validate::is_requester_id(name.as_bytes()) {
        Ok(())
    } else {
        Err(ConfigProblem::new(
            key,
            "must be 1 to 128 visible ASCII characters",
        ))
    }
}

/// The project of the first demo token.
const DEMO_PROJECT: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
/// The first demo token.
const DEMO_TOKEN: &str = "keyglot-demo-token";
/// The demo API key.
const DEMO_API_KEY: &str = "keyglot-demo-siu";

/// The published accounts of a gateway that nobody has configured.
fn demo_accounts() -> Accounts {
    let token = |token: &str, name: &str, project: &str| StaticToken {
        token: Secret::new(token),
        name: name.to_owned(),
        projects: ProjectAccess::Only(vec![project.to_owned()]),
        tenant: TenantId::new(name),
        expires_at: None,
    };
    Accounts {
        demo: true,
        tokens: vec![
            token(DEMO_TOKEN, "demo", DEMO_PROJECT),
            token(
                "keyglot-demo-token-2",
                "demo2",
                "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            ),
        ],
        api_keys: vec![ApiKey {
            key: Secret::new(DEMO_API_KEY),
            name: "demo-siu".to_owned(),
        }],
        ..Accounts::default()
    }
}

/// The first demo account in a line, then a call that works as it stands.
pub(crate) fn demo_call(origin: &str) -> String {
    format!(
        "token {DEMO_TOKEN}, X-API-Key {DEMO_API_KEY}, project {DEMO_PROJECT}\n\
         curl {origin}/v1/projects/{DEMO_PROJECT}/zones/zone-1/keypairs \\\n  \
           -H 'Authorization: Bearer {DEMO_TOKEN}' -H 'X-API-Key: {DEMO_API_KEY}' \\\n  \
           -H 'Content-Type: application/json' -d '{{\"name\":\"my-key\"}}'"
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use dialect_api::{ProjectAccess, Secret};

    use super::super::{ApiKeyConfig, AuthConfig, AuthMode, TokenConfig};
    use super::accounts;

    fn token(text: &str) -> TokenConfig {
        TokenConfig {
            token: Secret::new(text),
            name: "someone".to_owned(),
            projects: Vec::new(),
            expires_at: None,
        }
    }

    fn with_tokens(tokens: Vec<TokenConfig>) -> AuthConfig {
        AuthConfig {
            tokens,
            ..AuthConfig::default()
        }
    }

    #[test]
    fn a_section_without_accounts_gets_the_published_ones() {
        let accounts = accounts(AuthConfig::default()).unwrap();
        assert!(accounts.demo && !accounts.open);
        let names: Vec<_> = accounts.tokens.iter().map(|token| &token.name).collect();
        assert_eq!(names, ["demo", "demo2"]);
        assert!(
            accounts
                .tokens
                .iter()
                .all(|token| token.projects != ProjectAccess::Any)
        );
        assert_eq!(accounts.api_keys.len(), 1);
    }

    #[test]
    fn mode_none_is_open_and_has_no_demo_accounts() {
        let accounts = accounts(AuthConfig {
            mode: AuthMode::None,
            ..AuthConfig::default()
        })
        .unwrap();
        assert!(accounts.open && accounts.open_on_purpose && !accounts.demo);
        assert!(accounts.tokens.is_empty());
    }

    #[test]
    fn a_token_without_projects_reaches_any_and_its_expiry_is_a_time() {
        let accounts = accounts(with_tokens(vec![TokenConfig {
            expires_at: Some("1970-01-01T00:00:10Z".to_owned()),
            ..token("t")
        }]))
        .unwrap();
        assert!(!accounts.demo);
        let token = &accounts.tokens[0];
        assert_eq!(token.projects, ProjectAccess::Any);
        assert_eq!(
            token.expires_at,
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(10))
        );
    }

    #[test]
    fn accounts_that_cannot_be_are_named_by_their_key() {
        let problem = |auth| accounts(auth).unwrap_err().key;
        assert_eq!(
            problem(with_tokens(vec![token("t"), token("t")])),
            "auth.tokens[1]"
        );
        assert_eq!(
            problem(with_tokens(vec![token("a b")])),
            "auth.tokens[0].token"
        );
        let nameless = TokenConfig {
            name: String::new(),
            ..token("t")
        };
        assert_eq!(problem(with_tokens(vec![nameless])), "auth.tokens[0].name");
        let bad_time = TokenConfig {
            expires_at: Some("tomorrow".to_owned()),
            ..token("t")
        };
        assert_eq!(
            problem(with_tokens(vec![bad_time])),
            "auth.tokens[0].expires_at"
        );
        let bad_project = TokenConfig {
            projects: vec!["a/b".to_owned()],
            ..token("t")
        };
        assert_eq!(
            problem(with_tokens(vec![bad_project])),
            "auth.tokens[0].projects[0]"
        );
        let key = ApiKeyConfig {
            key: Secret::new("k"),
            name: "n".to_owned(),
        };
        assert_eq!(
            problem(AuthConfig {
                api_keys: vec![key.clone()],
                ..AuthConfig::default()
            }),
            "auth.tokens"
        );
        assert_eq!(
            problem(AuthConfig {
                tokens: vec![token("t")],
                api_keys: vec![key.clone(), key],
                ..AuthConfig::default()
            }),
            "auth.api_keys[1]"
        );
    }
}
