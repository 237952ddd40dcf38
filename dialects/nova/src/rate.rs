//! Limits on calls per time, as the config names them.

use dialect_api::RateRule;
use http::Method;
use http::request::Parts;

use crate::config::RateLimit;
use crate::route::base::locate;

/// The URI that is shown for limits that are no rule of this dialect's.
pub(crate) const ANY_URI: &str = "*";

/// The rules as the gateway counts by them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules(Vec<(RateLimit, RateRule)>);

impl Rules {
    /// Takes the config's rules.
    pub(crate) fn new(limits: &[RateLimit]) -> Self {
        let rule = |limit: &RateLimit| {
            // A config is read once in a process and its rules hold until the end.
            let bucket = format!("{} {}", limit.verb, limit.uri).leak();
            let rule = RateRule {
                bucket,
                limit: limit.value,
                period_seconds: limit.unit.seconds(),
            };
            (limit.clone(), rule)
        };
        Self(limits.iter().map(rule).collect())
    }

    /// The rule that holds for a request on compute: the first that fits.
    pub(crate) fn rate_rule(&self, head: &Parts) -> Option<RateRule> {
        if self.0.is_empty() {
            return None;
        }
        let path = locate(head.uri.path(), true)?.path;
        let mut rules = self.0.iter();
        let found = rules.find(|(limit, _)| fits(limit, &head.method, &path));
        found.map(|(_, rule)| *rule)
    }
}

/// The first rule that holds for a call; `path` is the one below compute's mount.
pub(crate) fn rule_for<'c>(
    rules: &'c [RateLimit],
    method: &Method,
    path: &str,
) -> Option<&'c RateLimit> {
    rules.iter().find(|rule| fits(rule, method, path))
}

fn fits(rule: &RateLimit, method: &Method, path: &str) -> bool {
    rule.verb == method.as_str() && matches(&rule.uri, path)
}

/// Whether a path fits a pattern in which `*` stands for any run of characters.
fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| path.strip_prefix(start)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        // All but the last part are taken where they come first, which leaves most to the others.
        if let Some(part) = last.replace(part) {
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
    }
    match last {
        Some(end) => rest.ends_with(end),
        None => rest.is_empty(),
    }
}

/// A pattern as a regular expression, for clients to see.
pub(crate) fn regex(pattern: &str) -> String {
    let mut regex = String::with_capacity(pattern.len() + 1);
    for c in pattern.chars() {
        if c == '*' {
            regex.push('.');
        } else if r".+?()[]{}|^$\".contains(c) {
            regex.push('\\');
        }
        regex.push(c);
    }
    regex
}

/// What Nova calls a length of time in the text about a limit.
pub(crate) fn unit(period_seconds: u32) -> String {
    match period_seconds {
        1 => "second".to_owned(),
        60 => "minute".to_owned(),
        3600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        other => format!("{other} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_a_regular_expression() {
        assert_eq!(regex("*"), ".*");
        assert_eq!(regex("/v2.1/*/os-keypairs"), r"/v2\.1/.*/os-keypairs");
    }

    #[test]
    fn an_asterisk_stands_for_anything() {
        for (pattern, path) in [
            ("*", "/v2/1/os-keypairs"),
            ("*", ""),
            ("/v2*", "/v2"),
            ("*/os-keypairs", "/v2/1/os-keypairs"),
            ("*/os-keypairs*", "/v2/1/os-keypairs/a"),
            ("/a*b*c", "/abbc"),
            ("/a", "/a"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*/servers*", "/v2/1/os-keypairs"),
            ("/a", "/ab"),
            ("/a*b", "/abc"),
            ("/a*b*b", "/ab"),
            ("", "/a"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }
}
