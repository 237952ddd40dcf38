//! Checks the section and makes of it what the dialect works with.

use dialect_api::{Accounts, ConfigProblem};
use http::StatusCode;
use keypair_core::Limit;

use super::accounts::accounts;
use super::{AuthMode, Config, PublicKeyConfig};
use crate::validate;

/// What of the section the dialect works with, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) prefixes: Vec<String>,
    pub(crate) auth_mode: AuthMode,
    pub(crate) projects: Vec<String>,
    pub(crate) zones: Vec<String>,
    pub(crate) quota: Limit,
    pub(crate) public_key: PublicKeyConfig,
    pub(crate) rsa_bits: u16,
    pub(crate) conflict_status: StatusCode,
    pub(crate) rate_limit_status: StatusCode,
}

/// The longest line that `public_key.max_length` may allow, in characters: with four bytes each
/// they still fit the body.
const MAX_PUBLIC_KEY_LENGTH: usize = 16_000;

impl Config {
    /// Checks the section.
    pub(crate) fn check(self) -> Result<(Settings, Accounts), ConfigProblem> {
        for (index, prefix) in self.prefixes.iter().enumerate() {
            check_prefix(prefix).map_err(|problem| keyed("prefixes", index, problem))?;
        }
        check_names("projects", &self.projects)?;
        check_names("zones", &self.zones)?;
        check_public_key(self.public_key)?;
        if ![3072, 4096].contains(&self.generate.rsa_bits) {
            return Err(ConfigProblem::new(
                "generate.rsa_bits",
                "must be 3072 or 4096",
            ));
        }
        let conflict_status = match self.conflict_status {
            400 => StatusCode::BAD_REQUEST,
            409 => StatusCode::CONFLICT,
            _ => return Err(ConfigProblem::new("conflict_status", "must be 400 or 409")),
        };
        let rate_limit_status = match self.rate_limit_status {
            429 => StatusCode::TOO_MANY_REQUESTS,
            403 => StatusCode::FORBIDDEN,
            _ => {
                return Err(ConfigProblem::new(
                    "rate_limit_status",
                    "must be 429 or 403",
                ));
            }
        };
        let settings = Settings {
            prefixes: self.prefixes,
            auth_mode: self.auth.mode,
            projects: self.projects,
            zones: self.zones,
            quota: self.quota.map_or(Limit::Unlimited, Limit::AtMost),
            public_key: self.public_key,
            rsa_bits: self.generate.rsa_bits,
            conflict_status,
            rate_limit_status,
        };
        Ok((settings, accounts(self.auth)?))
    }
}

fn keyed(list: &str, index: usize, problem: &str) -> ConfigProblem {
    ConfigProblem::new(format!("{list}[{index}]"), problem)
}

fn check_prefix(prefix: &str) -> Result<(), &'static str> {
    let rest = prefix.strip_prefix('/').ok_or("must begin with \"/\"")?;
    let plain = |segment: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !segment.is_empty() && segment.bytes().all(is_plain)
    };
    if rest.split('/').all(plain) {
        Ok(())
    } else {
        Err(
            "must consist of segments of letters, digits, \"-\", \".\", \"_\", \"~\", without \"/\" at the end",
        )
    }
}

pub(super) fn check_names(list: &str, names: &[String]) -> Result<(), ConfigProblem> {
    match names.iter().position(|name| !validate::is_place_name(name)) {
        Some(index) => Err(keyed(
            list,
            index,
            "must have 1 to 64 letters, digits, \".\", \"_\" or \"-\", and begin with a letter or digit",
        )),
        None => Ok(()),
    }
}

fn check_public_key(config: PublicKeyConfig) -> Result<(), ConfigProblem> {
    if config.min_length == 0 {
        return Err(ConfigProblem::new(
            "public_key.min_length",
            "must be 1 or more",
        ));
    }
    if config.max_length > MAX_PUBLIC_KEY_LENGTH {
        return Err(ConfigProblem::new(
            "public_key.max_length",
            format!("must be {MAX_PUBLIC_KEY_LENGTH} or less"),
        ));
    }
    if config.min_length > config.max_length {
        return Err(ConfigProblem::new(
            "public_key.min_length",
            "must not exceed public_key.max_length",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{AuthMode, Config};

    fn problem(config: Config) -> String {
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn the_section_that_is_not_there_is_the_documented_default() {
        let (settings, accounts) = Config::default().check().unwrap();
        assert_eq!(settings.auth_mode, AuthMode::Bearer);
        assert_eq!(settings.prefixes.len(), 2);
        assert_eq!(
            (
                settings.public_key.min_length,
                settings.public_key.max_length
            ),
            (512, 2000)
        );
        assert_eq!(settings.rsa_bits, 4096);
        assert_eq!(settings.conflict_status.as_u16(), 400);
        assert_eq!(settings.rate_limit_status.as_u16(), 429);
        assert!(accounts.demo);
    }

    #[test]
    fn settings_that_cannot_be_are_named_by_their_key() {
        let mut config = Config::default();
        config.prefixes.push("/iaas/".to_owned());
        assert!(problem(config).starts_with("prefixes[2]: "));

        let mut config = Config::default();
        config.zones.push("zone 1".to_owned());
        assert!(problem(config).starts_with("zones[0]: "));

        let mut config = Config::default();
        config.public_key.min_length = 2001;
        assert!(problem(config).starts_with("public_key.min_length: "));

        let mut config = Config::default();
        config.public_key.min_length = 0;
        assert!(problem(config).starts_with("public_key.min_length: "));

        let mut config = Config::default();
        config.public_key.max_length = 16_001;
        assert!(problem(config).starts_with("public_key.max_length: "));

        let mut config = Config::default();
        config.generate.rsa_bits = 2048;
        assert!(problem(config).starts_with("generate.rsa_bits: "));

        let config = Config {
            conflict_status: 410,
            ..Config::default()
        };
        assert!(problem(config).starts_with("conflict_status: "));

        let config = Config {
            rate_limit_status: 503,
            ..Config::default()
        };
        assert!(problem(config).starts_with("rate_limit_status: "));
    }
}
