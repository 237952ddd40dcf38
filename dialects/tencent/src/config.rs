//! The dialect's section of the config file.

use std::collections::BTreeSet;

use dialect_api::{AccessKey, Accounts, ConfigProblem, Secret};
use keypair_core::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::region;

/// What the dialect can be told.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Whether signatures are checked: `"verify"` (default) or `"off"`, which makes every caller
    /// the account `default`.
    pub auth: Auth,
    /// Who may call. With none, the published demo accounts.
    pub credentials: Vec<Credential>,
    /// The largest distance between a request's timestamp and the clock, in seconds; 0 switches
    /// the check off. Default 300.
    pub skew_secs: u64,
    /// Host names that clients may have signed besides the one in the Host header; `{region}`
    /// stands for the request's region. Default: the cloud's public names.
    pub signing_hosts: Vec<String>,
    /// Whether X-Forwarded-Host also names a host that clients may have signed. Default false.
    pub trust_forwarded: bool,
    /// Whether a request's region must be a known one. Default true.
    pub region_check: bool,
    /// The regions that are offered. Default (empty): all.
    pub regions: Vec<String>,
    /// Regions beside the built-in ones. Default: none.
    pub extra_regions: Vec<String>,
    /// Project ids beside the default project 0. Default: none (1001 for the demo accounts).
    pub projects: Vec<u32>,
    /// The most key pairs that an account may have. Default 100.
    pub quota: u32,
    /// The most calls per second of one account to one action; 0 switches the limit off.
    /// Default 10.
    pub rate_per_sec: u32,
    /// The size of generated RSA keys in bits: 1024, 2048, 3072 or 4096. Default 2048.
    pub rsa_bits: u16,
    /// The comment of public keys that have none of their own. Default `"seed"`.
    pub comment_style: CommentStyle,
    /// The code of the errors about a name's length and characters. Default `"documented"`.
    pub name_error_code: NameErrorCode,
    /// What becomes of a parameter that an action does not have. Default `"reject"`.
    pub unknown_params: UnknownParams,
    /// The instances that key pairs can be bound to: `"any"` (default) or a list of ids.
    pub instances: Instances,
    /// Whether the messages whose Chinese wording is known are given in Chinese to callers that
    /// ask for `zh-CN`. Default false.
    pub localize: bool,
}

/// Whether signatures are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// They are.
    #[default]
    Verify,
    /// Anybody may call, as the account `default`.
    Off,
}

/// A pair of a public id and a signing key.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The public half, which requests name.
    pub secret_id: String,
    /// The signing key.
    pub secret_key: Secret,
    /// A session token that requests must carry, for temporary credentials.
    #[serde(default)]
    pub token: Option<Secret>,
    /// The account whose key pairs it reaches. Several credentials may name one account.
    pub account: String,
}

/// The comment of public keys that have none of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentStyle {
    /// `skey_` and a number of six digits or more, as in the 2017 documentation.
    #[default]
    Seed,
    /// The key pair's id, as in newer documentation.
    KeyId,
}

/// The code of the errors about a name's length and characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameErrorCode {
    /// The codes that the documentation lists.
    #[default]
    Documented,
    /// `InvalidParameterValue`, as the live service was seen to answer, but not on the legacy
    /// entry.
    Observed,
}

/// What becomes of a parameter that an action does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownParams {
    /// The request is refused.
    #[default]
    Reject,
    /// The parameter is passed over.
    Ignore,
}

/// The instances that key pairs can be bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Instances {
    /// Any well-formed id.
    Any(AnyInstance),
    /// These ids.
    Listed(BTreeSet<String>),
}

/// The word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnyInstance {
    /// Any well-formed id.
    Any,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            auth: Auth::default(),
            credentials: Vec::new(),
            skew_secs: 300,
            signing_hosts: default_signing_hosts(),
            trust_forwarded: false,
            region_check: true,
            regions: Vec::new(),
            extra_regions: Vec::new(),
            projects: Vec::new(),
            quota: 100,
            rate_per_sec: 10,
            rsa_bits: 2048,
            comment_style: CommentStyle::default(),
            name_error_code: NameErrorCode::default(),
            unknown_params: UnknownParams::default(),
            instances: Instances::Any(AnyInstance::Any),
            localize: false,
        }
    }
}

/// The names under which the cloud itself answers.
fn default_signing_hosts() -> Vec<String> {
    ["cvm", "tag"]
        .iter()
        .flat_map(|service| {
            [
                format!("{service}.tencentcloudapi.com"),
                format!("{service}.intl.tencentcloudapi.com"),
                format!("{service}.{{region}}.tencentcloudapi.com"),
                format!("{service}.api.qcloud.com"),
            ]
        })
        .collect()
}

/// The project that the demo accounts have beside project 0.
const DEMO_PROJECT: u32 = 1001;

impl Config {
    /// Checks the settings and takes the accounts out of them.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub(crate) fn into_parts(mut self) -> Result<(Self, Accounts), ConfigProblem> {
        self.check()?;
        let open = self.auth == Auth::Off;
        let mut accounts = Accounts {
            open,
            // Nobody gets here but by writing `auth = "off"` down.
            open_on_purpose: open,
            ..Accounts::default()
        };
        let credentials = std::mem::take(&mut self.credentials);
        if credentials.is_empty() && !open {
            accounts.demo = true;
            accounts.access_keys = demo_access_keys();
            if self.projects.is_empty() {
                self.projects.push(DEMO_PROJECT);
            }
        } else {
            accounts.access_keys = credentials.into_iter().map(access_key).collect();
        }
        Ok((self, accounts))
    }

    fn check(&self) -> Result<(), ConfigProblem> {
        let mut seen = BTreeSet::new();
        for (at, credential) in self.credentials.iter().enumerate() {
            check_credential(credential, &format!("credentials[{at}]"))?;
            if !seen.insert(&credential.secret_id) {
                let key = format!("credentials[{at}].secret_id");
                return Err(ConfigProblem::new(key, "names a secret id twice"));
            }
        }
        if !matches!(self.rsa_bits, 1024 | 2048 | 3072 | 4096) {
            return Err(ConfigProblem::new(
                "rsa_bits",
                "must be 1024, 2048, 3072 or 4096",
            ));
        }
        for (at, name) in self.regions.iter().enumerate() {
            if !region::is_built_in(name) && !self.extra_regions.contains(name) {
                return Err(ConfigProblem::new(
                    format!("regions[{at}]"),
                    "is no known region; new ones go into extra_regions",
                ));
            }
        }
        Ok(())
    }
}

fn check_credential(credential: &Credential, key: &str) -> Result<(), ConfigProblem> {
    let parts = [
        ("secret_id", credential.secret_id.as_str()),
        ("secret_key", credential.secret_key.expose()),
        ("account", credential.account.as_str()),
    ];
    for (part, text) in parts {
        if text.is_empty() {
            return Err(ConfigProblem::new(format!("{key}.{part}"), "is empty"));
        }
    }
    // It is one part of `Credential=<SecretId>/<date>/…, …`.
    if credential.secret_id.contains(['/', ',', ' ']) {
        return Err(ConfigProblem::new(
            format!("{key}.secret_id"),
            "holds a slash, a comma or a space",
        ));
    }
    Ok(())
}

fn access_key(credential: Credential) -> AccessKey {
    AccessKey {
        id: credential.secret_id,
        secret: credential.secret_key,
        session_token: credential.token,
        account: TenantId::new(credential.account),
    }
}

/// The first demo account's public id and key, which [`crate::Tencent`]'s demo call signs with.
pub(crate) const DEMO_SECRET_ID: &str = "AKIDkeyglotdemo00000000000000000000";
pub(crate) const DEMO_SECRET_KEY: &str = "keyglotdemosecretkey000000000000";

fn demo_access_keys() -> Vec<AccessKey> {
    [
        (DEMO_SECRET_ID, DEMO_SECRET_KEY, "demo"),
        (
            "AKIDkeyglotdemo11111111111111111111",
            "keyglotdemosecretkey111111111111",
            "demo2",
        ),
    ]
    .into_iter()
    .map(|(id, key, account)| AccessKey {
        id: id.to_owned(),
        secret: Secret::new(key),
        session_token: None,
        account: TenantId::new(account),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{AnyInstance, Config, Instances};

    fn read(section: serde_json::Value) -> Config {
        serde_json::from_value(section).unwrap()
    }

    fn problem_of(section: serde_json::Value) -> String {
        read(section).into_parts().unwrap_err().to_string()
    }

    fn credential(secret_id: &str, secret_key: &str) -> serde_json::Value {
        json!({ "secret_id": secret_id, "secret_key": secret_key, "account": "a" })
    }

    #[test]
    fn without_credentials_there_are_the_demo_accounts() {
        let (config, accounts) = Config::default().into_parts().unwrap();
        assert!(accounts.demo && !accounts.open);
        assert_eq!(accounts.access_keys.len(), 2);
        assert_eq!(config.projects, [1001]);
    }

    #[test]
    fn with_credentials_there_is_nothing_of_the_demo() {
        let section = json!({ "credentials": [credential("id", "key")] });
        let (config, accounts) = read(section).into_parts().unwrap();
        assert!(!accounts.demo && !accounts.open);
        assert_eq!(accounts.access_keys.len(), 1);
        assert!(config.projects.is_empty());
        assert!(
            config.credentials.is_empty(),
            "the directory alone knows them"
        );
    }

    #[test]
    fn open_to_anybody_only_by_what_is_written_down() {
        let (_, accounts) = read(json!({ "auth": "off" })).into_parts().unwrap();
        assert!(accounts.open && accounts.open_on_purpose && !accounts.demo);
    }

    #[test]
    fn settings_that_cannot_be_are_named() {
        let twice = json!({ "credentials": [credential("id", "k"), credential("id", "l")] });
        let cases = [
            (json!({ "rsa_bits": 2000 }), "rsa_bits: "),
            (json!({ "regions": ["mars"] }), "regions[0]: "),
            (
                json!({ "credentials": [credential("", "k")] }),
                "credentials[0].secret_id: ",
            ),
            (
                json!({ "credentials": [credential("a/b", "k")] }),
                "credentials[0].secret_id: ",
            ),
            (
                json!({ "credentials": [credential("id", "")] }),
                "credentials[0].secret_key: ",
            ),
            (twice, "credentials[1].secret_id: "),
        ];
        for (section, start) in cases {
            let problem = problem_of(section);
            assert!(problem.starts_with(start), "{problem}");
        }
        assert!(serde_json::from_value::<Config>(json!({ "skewSecs": 1 })).is_err());
    }

    #[test]
    fn instances_are_any_or_a_list() {
        let any = read(json!({ "instances": "any" })).instances;
        assert_eq!(any, Instances::Any(AnyInstance::Any));
        let listed = read(json!({ "instances": ["ins-00000001"] })).instances;
        assert_eq!(
            listed,
            Instances::Listed(["ins-00000001".to_owned()].into())
        );
        assert!(serde_json::from_value::<Config>(json!({ "instances": "some" })).is_err());
    }

    #[test]
    fn secrets_are_not_written_back() {
        let section = json!({ "credentials": [credential("id", "very secret")] });
        let written = serde_json::to_string(&read(section)).unwrap();
        assert!(!written.contains("very secret"), "{written}");
    }
}
