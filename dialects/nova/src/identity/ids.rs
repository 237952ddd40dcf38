//! Identifiers of things that have none in the config: services, endpoints, roles. They are pure
//! functions of names, so that every replica gives the same ones, also after a restart.

/// The 128-bit FNV-1a offset basis and prime.
const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;

/// Hashes names. Nothing depends on its being hard to reverse.
fn fnv1a(parts: &[&str]) -> u128 {
    let mut hash = OFFSET_BASIS;
    for part in parts {
        // A byte that no UTF-8 text holds keeps neighbours apart.
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    hash
}

/// An identifier as Keystone's: 32 lower-case hex digits.
pub(super) fn hex_id(parts: &[&str]) -> String {
    format!("{:032x}", fnv1a(parts))
}

/// The identifier of a role in Identity v3.
pub(super) fn role_id(name: &str) -> String {
    hex_id(&["role", name])
}

/// An identifier as Rackspace's: eight decimal digits, the first of them not 0.
pub(super) fn decimal_id(parts: &[&str]) -> String {
    (10_000_000 + fnv1a(parts) % 90_000_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::{decimal_id, fnv1a, hex_id, role_id};

    #[test]
    fn the_hash_is_fnv1a() {
        // The published vector for "foobar" begins before the separator is hashed in.
        let foobar = 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18_u128;
        assert_eq!(
            fnv1a(&["foobar"]),
            (foobar ^ 0xff).wrapping_mul(super::PRIME)
        );
    }

    #[test]
    fn ids_have_their_shapes_and_tell_names_apart() {
        assert_eq!(role_id("member").len(), 32);
        assert_ne!(role_id("member"), role_id("reader"));
        assert_ne!(hex_id(&["ab", "c"]), hex_id(&["a", "bc"]));
        assert_eq!(decimal_id(&["role", "x"]).len(), 8);
    }
}
