//! What can be found wrong with settings before anything is opened: `keyglot config check` and
//! every start look at the same.

use http::Uri;
use http::uri::Scheme;
use sealing::ServerKey;

use crate::assemble::{self, StartError};
use crate::config::{ConfigError, Loaded};
use crate::server_keys::SealingKeys;
use crate::{connections, in_force, observe};

/// Checks all settings.
///
/// # Errors
/// The first that cannot be.
pub(crate) fn check(loaded: &Loaded) -> Result<(), StartError> {
    let Loaded {
        settings, origin, ..
    } = loaded;
    let bad = |key: &str, problem: String| ConfigError::BadValue {
        origin: origin.clone(),
        key: key.to_owned(),
        problem,
    };
    let dialects = assemble::configure_dialects(loaded)?;
    in_force::refuse_demo_in_public(loaded, &dialects, &in_force::doors(settings))?;
    connections::check(loaded)?;
    observe::check(loaded)?;
    assemble::check_store(settings, origin)?;
    SealingKeys::new(settings, origin)?;
    if let Some(key) = &settings.tokens.signing_key {
        ServerKey::parse(key.expose())
            .map_err(|error| bad("tokens.signing_key", error.to_string()))?;
    }
    for (at, listener) in settings.listener.iter().enumerate() {
        let mut switched_on = dialects.iter().filter(|one| one.enabled);
        if !switched_on.any(|one| one.name == listener.dialect) {
            let problem = format!("`{}` is no dialect that is switched on", listener.dialect);
            return Err(bad(&format!("listener[{at}].dialect"), problem).into());
        }
    }
    if let Some(url) = &settings.public_url
        && !is_address(url)
    {
        let problem = "must be http://HOST or https://HOST, with a port where one is needed";
        return Err(bad("public_url", problem.to_owned()).into());
    }
    Ok(())
}

/// Whether a text is the address of a server.
fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let is_http = uri
        .scheme()
        .is_some_and(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS);
    is_http && uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none()
}

#[cfg(test)]
mod tests {
    use super::{check, is_address};
    use crate::config::{self, Overrides};

    fn problem(text: &str) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("keyglot.toml");
        std::fs::write(&file, text).unwrap();
        let loaded = config::load(Some(&file), std::iter::empty(), Overrides::new()).unwrap();
        let error = check(&loaded).err()?.to_string();
        Some(error.replace(&format!("{}: ", file.display()), ""))
    }

    #[test]
    fn the_defaults_are_good() {
        assert_eq!(problem(""), None);
    }

    #[test]
    fn what_a_start_would_stumble_over_is_found() {
        for (text, start) in [
            ("store = 'reddis://x'", "store: "),
            ("store = 'redb'", "store: "),
            ("store = 'redb:'", "store: "),
            ("public_url = 'keys.test'", "public_url: "),
            ("log_filter = 'a=b=c'", "log_filter: "),
            ("listen = '0.0.0.0:1'", "listen: "),
            ("[sealing]\nkey = 'short'", "sealing.key: "),
            ("[tokens]\nsigning_key = 'short'", "tokens.signing_key: "),
            (
                "[[listener]]\nlisten = '127.0.0.1:0'\ndialect = 'nobody'",
                "listener[0].dialect: ",
            ),
        ] {
            let found = problem(text).unwrap_or_default();
            assert!(found.starts_with(start), "{text}: {found}");
        }
    }

    #[test]
    fn public_addresses_have_a_scheme_and_a_host() {
        for url in ["http://a", "https://a.test:8443", "http://a/prefix/"] {
            assert!(is_address(url), "{url}");
        }
        for url in ["", "a.test", "ftp://a", "/a", "http://a?b", "http://"] {
            assert!(!is_address(url), "{url}");
        }
    }
}
