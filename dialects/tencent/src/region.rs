//! The regions that the cloud has, by the names that requests may use.

use crate::config::Config;
use crate::error::Error;
use crate::request::Surface;

/// A region.
#[derive(Debug)]
pub(crate) struct Region {
    /// Its name.
    pub(crate) name: &'static str,
    /// What the legacy entry also calls it.
    short: Option<&'static str>,
    /// What its zones' numbers begin with: zone 3 of region 10 is 100003.
    zone_prefix: u32,
}

/// How many zones each region is shown with.
const ZONES_PER_REGION: u32 = 3;

const fn region(name: &'static str, zone_prefix: u32) -> Region {
    Region {
        name,
        short: None,
        zone_prefix,
    }
}

const fn renamed(name: &'static str, short: &'static str, zone_prefix: u32) -> Region {
    Region {
        name,
        short: Some(short),
        zone_prefix,
    }
}

/// Source: the region list of the vendor's Go SDK; the short names are those of the 2017 API pages.
/// The zone prefixes are ours where the vendor's are not known: nothing about key pairs reads them.
static REGIONS: [Region; 22] = [
    region("ap-bangkok", 23),
    renamed("ap-beijing", "bj", 80),
    renamed("ap-chengdu", "cd", 16),
    region("ap-chongqing", 19),
    renamed("ap-guangzhou", "gz", 10),
    renamed("ap-guangzhou-open", "gzopen", 14),
    renamed("ap-hongkong", "hk", 30),
    region("ap-jakarta", 72),
    region("ap-mumbai", 21),
    region("ap-nanjing", 33),
    renamed("ap-seoul", "kr", 18),
    renamed("ap-shanghai", "sh", 20),
    region("ap-shanghai-fsi", 70),
    region("ap-shenzhen-fsi", 11),
    renamed("ap-singapore", "sg", 90),
    region("ap-tokyo", 25),
    renamed("eu-frankfurt", "de", 17),
    region("eu-moscow", 24),
    region("na-ashburn", 22),
    renamed("na-siliconvalley", "usw", 15),
    renamed("na-toronto", "ca", 40),
    region("sa-saopaulo", 74),
];

/// Whether a name is in the built-in table.
pub(crate) fn is_built_in(name: &str) -> bool {
    REGIONS.iter().any(|known| known.name == name)
}

/// Checks the region of a request. Key pairs are the same in all regions, so the name only has to
/// be one that this deployment offers.
///
/// # Errors
/// [`Error::RegionUnknown`] for a name that no region has, [`Error::RegionUnsupported`] for a
/// region that the config leaves out.
pub(crate) fn check(name: &str, surface: Surface, config: &Config) -> Result<(), Error> {
    if !config.region_check || name.is_empty() {
        return Ok(());
    }
    let Some(name) = full_name(name, surface, config) else {
        return Err(Error::RegionUnknown { surface });
    };
    if config.regions.is_empty() || config.regions.iter().any(|offered| offered == name) {
        Ok(())
    } else {
        Err(Error::RegionUnsupported)
    }
}

fn full_name<'a>(name: &'a str, surface: Surface, config: &Config) -> Option<&'a str> {
    if is_built_in(name) || config.extra_regions.iter().any(|extra| extra == name) {
        return Some(name);
    }
    let takes_short_names = surface == Surface::Legacy;
    REGIONS
        .iter()
        .find(|known| takes_short_names && known.short == Some(name))
        .map(|known| known.name)
}

/// The regions that this deployment offers, in the table's order, the config's own last.
pub(crate) fn offered(config: &Config) -> Vec<&str> {
    let built_in = REGIONS.iter().map(|known| known.name);
    built_in
        .chain(config.extra_regions.iter().map(String::as_str))
        .filter(|name| config.regions.is_empty() || config.regions.iter().any(|own| own == name))
        .collect()
}

/// Name and number of each zone of a region, by the region's full or short name.
pub(crate) fn zones(name: &str, surface: Surface, config: &Config) -> Vec<(String, u32)> {
    let name = full_name(name, surface, config).unwrap_or(name);
    let prefix = REGIONS
        .iter()
        .find(|known| known.name == name)
        .map_or(99, |known| known.zone_prefix);
    (1..=ZONES_PER_REGION)
        .map(|zone| (format!("{name}-{zone}"), prefix * 10_000 + zone))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{check, zones};
    use crate::config::Config;
    use crate::error::Error;
    use crate::request::Surface;

    #[test]
    fn short_names_are_for_the_legacy_entry_only() {
        let config = Config::default();
        assert!(check("bj", Surface::Legacy, &config).is_ok());
        for surface in [Surface::Version1, Surface::Tc3] {
            assert!(matches!(
                check("bj", surface, &config),
                Err(Error::RegionUnknown { .. })
            ));
        }
    }

    #[test]
    fn a_short_name_of_a_region_that_is_left_out_is_unsupported() {
        let config = Config {
            regions: vec!["ap-guangzhou".to_owned()],
            ..Config::default()
        };
        assert!(check("gz", Surface::Legacy, &config).is_ok());
        assert!(matches!(
            check("bj", Surface::Legacy, &config),
            Err(Error::RegionUnsupported)
        ));
    }

    #[test]
    fn zones_carry_the_number_of_their_region() {
        let found = zones("ap-guangzhou", Surface::Tc3, &Config::default());
        assert!(found.contains(&("ap-guangzhou-3".to_owned(), 100_003)));
    }
}
