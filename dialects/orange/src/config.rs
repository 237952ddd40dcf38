//! The dialect's section of the config file.

mod accounts;
mod settings;

use dialect_api::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use accounts::demo_call;
pub(crate) use settings::Settings;

/// The section `orange`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Paths before `/v1` under which the API is served as well, for clients built for the
    /// vendor's base address. Default: `/evolutionplatform/iaas/sandbox` and
    /// `/evolutionplatform/iaas`.
    pub prefixes: Vec<String>,
    /// Who may call.
    pub auth: AuthConfig,
    /// The projects that exist; an empty list (the default) means that any well-formed one does.
    pub projects: Vec<String>,
    /// The zones that exist in every project; an empty list (the default) means that any
    /// well-formed one does.
    pub zones: Vec<String>,
    /// The most key pairs of a project, over all its zones. Default: no limit.
    pub quota: Option<u32>,
    /// Which public keys may be imported.
    pub public_key: PublicKeyConfig,
    /// Which keys are generated.
    pub generate: GenerateConfig,
    /// HTTP status of a name that is taken: 400 (default, which the vendor lists) or 409.
    pub conflict_status: u16,
    /// HTTP status of a call too many: 429 (default) or 403, which older gateways of the vendor
    /// answer.
    pub rate_limit_status: u16,
}

/// The section `orange.auth`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Which credentials are asked for. Default: `bearer`.
    pub mode: AuthMode,
    /// The bearer tokens. Without any (and without API keys) the demo accounts stand.
    pub tokens: Vec<TokenConfig>,
    /// The keys that `X-API-Key` may carry; without any, its value is not looked at.
    pub api_keys: Vec<ApiKeyConfig>,
}

/// Which credentials are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// None: anybody may call and reach every project.
    None,
    /// A bearer token.
    #[default]
    Bearer,
    /// A bearer token, and `X-API-Key` or `X-Requester-Id` with it, as the vendor asks.
    Strict,
}

/// One bearer token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The token: visible ASCII characters.
    pub token: Secret,
    /// What its bearer is called where neither `X-Requester-Id` nor an API key says it.
    pub name: String,
    /// The projects that it reaches; an empty list (the default) means any.
    #[serde(default)]
    pub projects: Vec<String>,
    /// When it stops, as RFC 3339 text: `2027-01-31T00:00:00Z`. Default: never.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// One API key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyConfig {
    /// The key: visible ASCII characters.
    pub key: Secret,
    /// What its owner is called.
    pub name: String,
}

/// The section `orange.public_key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PublicKeyConfig {
    /// The fewest characters of an imported public key line, comment included. Default: 512, which
    /// only RSA keys of 2824 bits and more reach; 1 lets every kind of key in.
    pub min_length: usize,
    /// The most characters of an imported public key line, comment included. Default: 2000.
    pub max_length: usize,
}

/// The section `orange.generate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GenerateConfig {
    /// Size of generated RSA keys in bits: 4096 (default) or 3072.
    pub rsa_bits: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            prefixes: vec![
                "/evolutionplatform/iaas/sandbox".to_owned(),
                "/evolutionplatform/iaas".to_owned(),
            ],
            auth: AuthConfig::default(),
            projects: Vec::new(),
            zones: Vec::new(),
            quota: None,
            public_key: PublicKeyConfig::default(),
            generate: GenerateConfig::default(),
            conflict_status: 400,
            rate_limit_status: 429,
        }
    }
}

impl Default for PublicKeyConfig {
    fn default() -> Self {
        Self {
            min_length: 512,
            max_length: 2000,
        }
    }
}

impl Default for GenerateConfig {
    fn default() -> Self {
        Self { rsa_bits: 4096 }
    }
}
