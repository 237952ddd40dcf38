//! The hosts that a client may have signed. Often it is not the one in its Host header: the Node
//! SDK drops the port, clients behind a gateway sign the public name, and a proxy rewrites it.

use std::borrow::Cow;

use crate::config::Config;
use crate::request::{Common, Message};

/// The candidates, the likeliest first. All but the first are made only when they are asked for.
pub(super) fn candidates<'m>(
    message: &'m Message<'_>,
    config: &'m Config,
) -> impl Iterator<Item = Cow<'m, str>> {
    let host = message.host();
    let forwarded = config
        .trust_forwarded
        .then(|| message.header("x-forwarded-host"))
        .flatten();
    let configured = config.signing_hosts.iter().map(move |name| {
        if name.contains("{region}") {
            let region = message.common(Common::Region).unwrap_or_default();
            Cow::Owned(name.replace("{region}", region))
        } else {
            Cow::Borrowed(name.as_str())
        }
    });
    variants(host)
        .chain(forwarded.map(Cow::Borrowed))
        .chain(configured)
}

/// The spellings of the Host header that clients were seen to sign.
fn variants(host: Cow<'_, str>) -> impl Iterator<Item = Cow<'_, str>> {
    let derived = |change: fn(&str) -> Cow<'_, str>| {
        let host = host.clone();
        move || Some(change(&host).into_owned()).filter(|changed| *changed != *host)
    };
    let others = [
        derived(|host| Cow::Borrowed(without_port(host))),
        derived(|host| Cow::Owned(host.to_ascii_lowercase())),
        derived(|host| Cow::Borrowed(without_scheme(host))),
        derived(|host| Cow::Borrowed(without_path(host))),
    ];
    std::iter::once(host).chain(others.into_iter().filter_map(|make| make().map(Cow::Owned)))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

fn without_scheme(host: &str) -> &str {
    ["http://", "https://"]
        .iter()
        .find_map(|scheme| host.strip_prefix(scheme))
        .unwrap_or(host)
}

fn without_path(host: &str) -> &str {
    host.split('/').next().unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::variants;

    #[test]
    fn each_spelling_that_clients_sign_is_tried_once() {
        let of = |host| variants(Cow::Borrowed(host)).collect::<Vec<_>>();
        assert_eq!(of("127.0.0.1:8080"), ["127.0.0.1:8080", "127.0.0.1"]);
        assert_eq!(of("cvm.test"), ["cvm.test"]);
        assert_eq!(of("CVM.test"), ["CVM.test", "cvm.test"]);
        assert!(of("http://127.0.0.1:8080").contains(&Cow::Borrowed("127.0.0.1:8080")));
        assert!(of("127.0.0.1:8080/v2/index.php").contains(&Cow::Borrowed("127.0.0.1:8080")));
        assert!(of("[::1]:8080").contains(&Cow::Borrowed("[::1]")));
    }
}
