//! Directives: the `# word: value` lines before a request line.

use std::time::SystemTime;

/// What a directive asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Directive {
    /// Where the case comes from.
    Source,
    /// A line of the config section.
    Config(String),
    /// The clock from here on.
    Now(SystemTime),
    /// The exchange's request id.
    RequestId(u128),
    /// The seed of the next key pair.
    Seed(u128),
    /// The fixture that the generator hands out from here on.
    Key(String),
    /// The first call of a method of the core fails.
    Core {
        /// One of [`CORE_METHODS`].
        method: &'static str,
        /// A kind of core error.
        kind: &'static str,
    },
    /// The gateway refuses the request: a kind of edge error.
    Edge(&'static str),
    /// The address that clients reach the gateway by, as if the config had set it.
    PublicUrl(String),
    /// The request comes in on the dialect's own listener.
    Dedicated,
}

/// The methods of `KeyPairs`, `Quotas` and `Notes`, and those of `Directory` and `Register` that may
/// fail.
pub(crate) const CORE_METHODS: [&str; 40] = [
    "obstacles",
    "create",
    "certify",
    "import",
    "get",
    "reveal",
    "list",
    "delete",
    "update",
    "attach",
    "detach",
    "create_partition",
    "list_partitions",
    "limit",
    "usage",
    "set_limit",
    "clear_limit",
    "add_note",
    "note",
    "notes",
    "remove_note",
    "verify",
    "revoke",
    "user_by_id",
    "user_by_name",
    "project_by_id",
    "project_by_name",
    "users",
    "projects",
    "delegation",
    "delegation_by_name",
    "delegations",
    "add_user",
    "remove_user",
    "add_project",
    "remove_project",
    "add_role",
    "remove_role",
    "add_delegation",
    "remove_delegation",
];

const DEDICATED: &str = "dedicated";
const WORDS: [&str; 10] = [
    "source",
    "config",
    "now",
    "request-id",
    "seed",
    "key",
    "core",
    "edge",
    "public-url",
    DEDICATED,
];

/// Reads a line that starts with `#`: a directive, or `None` for a comment.
///
/// # Errors
/// A directive whose value is wrong, and a comment that looks like a mistyped directive: one that
/// nobody obeys would make a case test something else than it says.
pub(crate) fn parse(line: &str) -> Result<Option<Directive>, String> {
    if line.trim_end() == format!("# {DEDICATED}") {
        return Ok(Some(Directive::Dedicated));
    }
    let Some((word, value)) = line.split_once(':') else {
        return no_near_miss(line, line).map(|()| None);
    };
    let value = value.trim();
    let directive = match word {
        "# source" => Directive::Source,
        "# config" => Directive::Config(value.to_owned()),
        "# now" => Directive::Now(time(value)?),
        "# request-id" => Directive::RequestId(hex128(value)?),
        "# seed" => Directive::Seed(hex128(value)?),
        "# key" => Directive::Key(value.to_owned()),
        "# core" => core(value)?,
        "# public-url" => Directive::PublicUrl(value.to_owned()),
        "# edge" => Directive::Edge(known(value, edge_kinds(), "kind of edge error")?),
        _ => return no_near_miss(word, line).map(|()| None),
    };
    if value.is_empty() {
        return Err(format!("`{line}` has no value"));
    }
    Ok(Some(directive))
}

/// Refuses a word that is a known one but for its case, its spacing or one letter.
fn no_near_miss(word: &str, line: &str) -> Result<(), String> {
    let has_value = line.contains(':');
    let bare = word.trim_start_matches('#').trim().to_lowercase();
    let near = WORDS.iter().find(|known| {
        // A word without a colon can only be meant as the one directive that has no value.
        (has_value || **known == DEDICATED) && strsim::osa_distance(&bare, known) <= 1
    });
    match near {
        Some(known) => Err(format!(
            "`{line}` looks like the directive `# {known}` and is none: \
             mend it, or word the comment otherwise"
        )),
        None => Ok(()),
    }
}

fn core(value: &str) -> Result<Directive, String> {
    let (method, kind) = value
        .split_once("->")
        .ok_or_else(|| format!("`{value}` is not `METHOD -> KIND`"))?;
    Ok(Directive::Core {
        method: known(method.trim(), CORE_METHODS, "method of the core")?,
        kind: known(kind.trim(), core_kinds(), "kind of core error")?,
    })
}

/// The kinds of core error.
pub(crate) fn core_kinds() -> impl Iterator<Item = &'static str> {
    keypair_core::Error::examples()
        .into_iter()
        .map(|error| error.kind())
}

/// The kinds of edge error.
pub(crate) fn edge_kinds() -> impl Iterator<Item = &'static str> {
    dialect_api::EdgeError::examples()
        .into_iter()
        .map(|error| error.kind())
}

/// The example of a kind of edge error.
pub(crate) fn edge_error(kind: &str) -> Option<dialect_api::EdgeError> {
    dialect_api::EdgeError::examples()
        .into_iter()
        .find(|error| error.kind() == kind)
}

fn known(
    value: &str,
    among: impl IntoIterator<Item = &'static str>,
    what: &str,
) -> Result<&'static str, String> {
    let among: Vec<_> = among.into_iter().collect();
    let found = among.iter().find(|known| **known == value);
    found.copied().ok_or_else(|| {
        let list = among.join(", ");
        format!("`{value}` is no {what}; there are {list}")
    })
}

fn time(value: &str) -> Result<SystemTime, String> {
    let parsed = value.parse::<jiff::Timestamp>();
    parsed
        .and_then(SystemTime::try_from)
        .map_err(|error| format!("`{value}` is no RFC 3339 time: {error}"))
}

fn hex128(value: &str) -> Result<u128, String> {
    let digits = value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    u128::from_str_radix(value, 16)
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| format!("`{value}` is not 32 hex digits"))
}

#[cfg(test)]
mod tests {
    use super::{CORE_METHODS, Directive, parse};

    #[test]
    fn directives_are_known_words_with_a_value() {
        assert_eq!(parse("# source: manual, p. 3"), Ok(Some(Directive::Source)));
        assert_eq!(
            parse("# config: quota = 1"),
            Ok(Some(Directive::Config("quota = 1".to_owned())))
        );
        assert_eq!(
            parse("# core: create -> StoreUnavailable"),
            Ok(Some(Directive::Core {
                method: "create",
                kind: "StoreUnavailable"
            }))
        );
        assert_eq!(
            parse("# edge: Internal"),
            Ok(Some(Directive::Edge("Internal")))
        );
        assert_eq!(
            parse("# seed: 000000000000000000000000000000ff"),
            Ok(Some(Directive::Seed(255)))
        );
        assert_eq!(
            parse("# public-url: https://cloud.example"),
            Ok(Some(Directive::PublicUrl(
                "https://cloud.example".to_owned()
            )))
        );
        assert_eq!(parse("# dedicated"), Ok(Some(Directive::Dedicated)));
    }

    #[test]
    fn other_text_is_a_comment() {
        for comment in [
            "# any other text",
            "# note: the cloud checks the name first",
            "# key pairs are listed by name: see below",
            "# dedicated listeners have no prefix",
            "#",
        ] {
            assert_eq!(parse(comment), Ok(None), "{comment}");
        }
    }

    #[test]
    fn mistyped_directives_are_refused() {
        for typo in [
            "# cor: create -> KeyPairExists",
            "# Core: create -> KeyPairExists",
            "#core: create -> KeyPairExists",
            "#  core: create -> KeyPairExists",
            "# core : create -> KeyPairExists",
            "# sorce: manual",
            "# request_id: 00",
            "# dedicatd",
            "# Dedicated",
            "# dedicated: yes",
        ] {
            let refusal = parse(typo).expect_err(typo);
            assert!(refusal.contains("looks like"), "{refusal}");
        }
    }

    #[test]
    fn values_are_checked() {
        for wrong in [
            "# source:",
            "# now: yesterday",
            "# seed: ff",
            "# request-id: +0000000000000000000000000000001",
            "# core: create",
            "# core: make -> KeyPairExists",
            "# core: create -> Exists",
            "# edge: TooLarge",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn methods_are_listed_once() {
        let unique: std::collections::BTreeSet<_> = CORE_METHODS.iter().collect();
        assert_eq!(unique.len(), CORE_METHODS.len());
    }
}
