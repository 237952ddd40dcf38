//! Looks at the files that settings come from.
//!
//! Their contents are compared, read through whatever links there are: an orchestrator exchanges a
//! mounted file by turning a link further up, which no watch of the file itself would tell of.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::Duration;

/// How long files must lie still before they are read: an editor, or a renewal of certificate and
/// key, writes more than once.
const STILLNESS: Duration = Duration::from_millis(200);
/// How often that is waited for.
const PATIENCE: usize = 20;

/// One key for all looks of the process: hashes are compared, and no secret is kept.
static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The files that settings come from.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeSet<PathBuf>);

/// What files held at one time: a hash of it, or nothing where a file could not be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Looked(BTreeMap<PathBuf, Option<u64>>);

impl Files {
    /// These files.
    pub(crate) fn new(files: BTreeSet<PathBuf>) -> Self {
        Self(files)
    }

    /// Reads them.
    pub(crate) fn look(&self) -> Looked {
        let hash = |path: &PathBuf| {
            let held = zeroize::Zeroizing::new(std::fs::read(path).ok()?);
            Some(HASHES.hash_one(held.as_slice()))
        };
        Looked(
            self.0
                .iter()
                .map(|path| (path.clone(), hash(path)))
                .collect(),
        )
    }

    /// Looks until they hold the same twice; after some time whatever they hold then.
    pub(crate) fn settled(&self, mut looked: Looked) -> Looked {
        for _ in 0..PATIENCE {
            sleep(STILLNESS);
            let again = self.look();
            if again == looked {
                break;
            }
            looked = again;
        }
        looked
    }
}

impl Looked {
    /// Whether there is something new here. A file that is away for the moment is not.
    pub(crate) fn differs_from(&self, seen: &Self) -> bool {
        self.0.iter().any(|(path, held)| match seen.0.get(path) {
            Some(before) => held.is_some() && held != before,
            None => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::Files;

    fn files(paths: &[&Path]) -> Files {
        let paths: BTreeSet<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        Files::new(paths)
    }

    #[test]
    fn what_a_file_holds_counts_and_not_when_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "one").unwrap();
        let files = files(&[&file]);
        let seen = files.look();
        std::fs::write(&file, "one").unwrap();
        assert!(!files.look().differs_from(&seen));
        std::fs::write(&file, "two").unwrap();
        assert!(files.look().differs_from(&seen));
    }

    #[test]
    fn a_file_that_is_away_is_no_change_and_one_that_comes_back_changed_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "one").unwrap();
        let files = files(&[&file]);
        let seen = files.look();
        std::fs::remove_file(&file).unwrap();
        let away = files.look();
        assert!(!away.differs_from(&seen));
        std::fs::write(&file, "one").unwrap();
        assert!(!files.look().differs_from(&seen));
        // Had the absence been acted on, its end would be a change.
        assert!(files.look().differs_from(&away));
        std::fs::write(&file, "two").unwrap();
        assert!(files.look().differs_from(&seen));
    }

    #[test]
    fn a_link_further_up_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["one", "two"] {
            std::fs::create_dir(at(name)).unwrap();
            std::fs::write(at(name).join("file"), name).unwrap();
        }
        symlink("one", at("data")).unwrap();
        symlink("data/file", at("file")).unwrap();
        let files = files(&[&at("file")]);
        let seen = files.look();
        symlink("two", at("next")).unwrap();
        std::fs::rename(at("next"), at("data")).unwrap();
        assert!(files.look().differs_from(&seen));
    }

    #[test]
    fn a_file_that_is_named_anew_is_a_change_also_if_it_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let seen = files(&[&one]).look();
        assert!(files(&[&one, &two]).look().differs_from(&seen));
        assert!(
            !files(&[&one])
                .look()
                .differs_from(&files(&[&one, &two]).look())
        );
    }
}
