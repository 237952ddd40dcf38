//! The dialect's section of the config file.

use dialect_api::{Accounts, ConfigProblem, ProjectAccess, RateRule, Secret, StaticToken};
use keypair_core::{Limit, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Locksmith;
use crate::auth::Access;

/// The base path of the cloud's own default configuration.
pub(crate) const DEFAULT_BASE_PATH: &str = "/locksmith";

/// Settings of the Locksmith dialect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Path before every endpoint; slashes at its end do not count, so `/` means none.
    /// Default (also when empty): `/locksmith`.
    pub base_path: String,
    /// Who may call: `none` lets everybody, `token` asks for a bearer token. Default: `token` if
    /// one is named; else everybody, but only on loopback addresses.
    pub auth: Option<AuthMode>,
    /// A bearer token for `tenant` (or `token_file`). Default: none.
    pub token: Option<Secret>,
    /// Further bearer tokens, each with a tenant of its own. Default: none.
    pub tokens: Vec<TokenConfig>,
    /// Whose key stores anonymous callers and bearers of `token` reach. Default: `default`.
    pub tenant: String,
    /// Key pairs that a tenant may have, in all its key stores. Default: no limit.
    pub quota: Option<u32>,
    /// How often a tenant may call. Default: no limit.
    pub rate_limit: Option<RateLimit>,
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// Everybody.
    None,
    /// Bearers of a token.
    Token,
}

/// A bearer token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The token (or `token_file`).
    pub token: Secret,
    /// What its bearer is called. Default: the tenant's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Whose key stores it reaches.
    pub tenant: String,
}

/// How often a tenant may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls per period, 1 and up.
    pub requests: u32,
    /// The period in seconds, 1 and up.
    pub period_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_path: DEFAULT_BASE_PATH.to_owned(),
            auth: None,
            token: None,
            tokens: Vec::new(),
            tenant: "default".to_owned(),
            quota: None,
            rate_limit: None,
        }
    }
}

impl Config {
    /// Checks the settings and makes the dialect and its accounts.
    pub(crate) fn into_dialect(self) -> Result<(Locksmith, Accounts), ConfigProblem> {
        let prefix = prefix(&self.base_path)?;
        let rate_rule = self.rate_limit.map(rate_rule).transpose()?;
        if self.tenant.is_empty() {
            return Err(ConfigProblem::new("tenant", "must not be empty"));
        }
        let tenant = TenantId::new(self.tenant.as_str());
        let tokens = self.static_tokens(&tenant)?;
        let access = match (self.auth, tokens.is_empty()) {
            (Some(AuthMode::Token), true) => {
                return Err(ConfigProblem::new("auth", "\"token\" needs a token"));
            }
            (Some(AuthMode::None), false) => {
                return Err(ConfigProblem::new(
                    "auth",
                    "\"none\" makes the tokens useless",
                ));
            }
            (Some(AuthMode::Token) | None, false) => Access::Token,
            (Some(AuthMode::None) | None, true) => Access::Open { tenant },
        };
        let open = matches!(access, Access::Open { .. });
        let accounts = Accounts {
            open,
            open_on_purpose: open && self.auth == Some(AuthMode::None),
            tokens,
            ..Accounts::default()
        };
        let quota = self.quota.map_or(Limit::Unlimited, Limit::AtMost);
        let dialect = Locksmith {
            prefix,
            access,
            quota,
            rate_rule,
        };
        Ok((dialect, accounts))
    }

    /// Every token of the section, each with its tenant.
    fn static_tokens(&self, tenant: &TenantId) -> Result<Vec<StaticToken>, ConfigProblem> {
        let mut tokens: Vec<StaticToken> = Vec::new();
        let own = self.token.iter().map(|token| {
            let name = tenant.as_str();
            ("token".to_owned(), token, name, tenant.clone())
        });
        let further = self.tokens.iter().enumerate().map(|(index, entry)| {
            let name = entry.name.as_ref().unwrap_or(&entry.tenant).as_str();
            let tenant = TenantId::new(entry.tenant.as_str());
            (format!("tokens[{index}]"), &entry.token, name, tenant)
        });
        for (key, token, name, tenant) in own.chain(further) {
            if tenant.as_str().is_empty() {
                return Err(ConfigProblem::new(key, "the tenant must not be empty"));
            }
            if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
                let problem = "a token is made of visible ASCII characters without spaces";
                return Err(ConfigProblem::new(key, problem));
            }
            if tokens.iter().any(|known| known.token == *token) {
                return Err(ConfigProblem::new(key, "the token is there twice"));
            }
            tokens.push(StaticToken {
                token: token.clone(),
                name: name.to_owned(),
                projects: ProjectAccess::Any,
                tenant,
                expires_at: None,
            });
        }
        Ok(tokens)
    }
}

/// The path before every endpoint, without a slash at its end.
fn prefix(base_path: &str) -> Result<String, ConfigProblem> {
    let problem = |problem: &str| Err(ConfigProblem::new("base_path", problem));
    if base_path.is_empty() {
        return Ok(DEFAULT_BASE_PATH.to_owned());
    }
    let Some(rest) = base_path.trim_end_matches('/').strip_prefix('/') else {
        // Nothing but slashes, or no slash at the start.
        return if base_path.starts_with('/') {
            Ok(String::new())
        } else {
            problem("must start with a slash")
        };
    };
    if rest
        .split('/')
        .any(|segment| matches!(segment, "" | "." | ".."))
    {
        return problem("must not have empty or dotted segments");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if !rest.bytes().all(plain) {
        return problem("may hold letters, digits, `-`, `.`, `_`, `~` and slashes only");
    }
    Ok(format!("/{rest}"))
}

/// The rule that the gateway keeps.
fn rate_rule(limit: RateLimit) -> Result<RateRule, ConfigProblem> {
    if limit.requests == 0 || limit.period_seconds == 0 {
        let problem = "`requests` and `period_seconds` must be 1 or more";
        return Err(ConfigProblem::new("rate_limit", problem));
    }
    Ok(RateRule {
        bucket: "all",
        limit: limit.requests,
        period_seconds: limit.period_seconds,
    })
}

#[cfg(test)]
mod tests {
    use dialect_api::{Accounts, ConfigProblem, Secret};

    use super::{AuthMode, Config, RateLimit, TokenConfig, prefix};

    fn token(token: &str, tenant: &str) -> TokenConfig {
        TokenConfig {
            token: Secret::new(token),
            name: None,
            tenant: tenant.to_owned(),
        }
    }

    fn accounts(config: Config) -> Accounts {
        config.into_dialect().unwrap().1
    }

    fn problem(config: Config) -> ConfigProblem {
        config.into_dialect().unwrap_err()
    }

    #[test]
    fn without_a_token_everybody_may_call_but_on_purpose_only_if_written_out() {
        let silent = accounts(Config::default());
        assert!(silent.open && !silent.open_on_purpose && !silent.demo);
        let written = accounts(Config {
            auth: Some(AuthMode::None),
            ..Config::default()
        });
        assert!(written.open && written.open_on_purpose);
    }

    #[test]
    fn a_token_closes_the_dialect() {
        for auth in [None, Some(AuthMode::Token)] {
            let accounts = accounts(Config {
                auth,
                token: Some(Secret::new("one")),
                tokens: vec![token("two", "t2")],
                ..Config::default()
            });
            assert!(!accounts.open && !accounts.open_on_purpose);
            let tenants: Vec<_> = accounts
                .tokens
                .iter()
                .map(|it| it.tenant.as_str())
                .collect();
            assert_eq!(tenants, ["default", "t2"]);
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let with_token = |auth| Config {
            auth,
            token: Some(Secret::new("one")),
            ..Config::default()
        };
        assert_eq!(problem(with_token(Some(AuthMode::None))).key, "auth");
        let without_token = Config {
            auth: Some(AuthMode::Token),
            ..Config::default()
        };
        assert_eq!(problem(without_token).key, "auth");
        for (tokens, key) in [
            (vec![token("one", "t")], "tokens[0]"),
            (vec![token("two", "t"), token("", "t")], "tokens[1]"),
            (vec![token("a b", "t")], "tokens[0]"),
            (vec![token("two", "")], "tokens[0]"),
        ] {
            let config = Config {
                tokens,
                ..with_token(None)
            };
            let problem = problem(config);
            assert_eq!(problem.key, key);
            assert!(!problem.problem.contains("one"), "{problem}");
        }
        let nobody = Config {
            tenant: String::new(),
            ..Config::default()
        };
        assert_eq!(problem(nobody).key, "tenant");
    }

    #[test]
    fn rates_without_calls_or_time_are_refused() {
        for (requests, period_seconds) in [(0, 1), (1, 0)] {
            let rate_limit = Some(RateLimit {
                requests,
                period_seconds,
            });
            let config = Config {
                rate_limit,
                ..Config::default()
            };
            assert_eq!(problem(config).key, "rate_limit");
        }
    }

    #[test]
    fn base_paths_lose_the_slashes_at_their_end() {
        for (base_path, found) in [
            ("", "/locksmith"),
            ("/", ""),
            ("///", ""),
            ("/pki", "/pki"),
            ("/pki//", "/pki"),
            ("/a/b-c_d.e~1/", "/a/b-c_d.e~1"),
        ] {
            assert_eq!(prefix(base_path).as_deref(), Ok(found), "{base_path}");
        }
        for base_path in [
            "pki", "//pki", "/a//b", "/a/../b", "/./a", "/a b", "/%41", "/a?b",
        ] {
            assert_eq!(
                prefix(base_path).unwrap_err().key,
                "base_path",
                "{base_path}"
            );
        }
    }
}
