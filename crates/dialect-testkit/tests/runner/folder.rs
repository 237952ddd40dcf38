//! Golden files that a test writes itself.

use std::fs;

use dialect_api::Configured;
use dialect_testkit::{Mode, Report, examine};
use tempfile::TempDir;

/// A dialect's folder that goes away again.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A folder with these golden files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::create_dir_all(folder.0.path().join("tests/golden")).unwrap();
        for (name, text) in files {
            fs::write(folder.0.path().join("tests/golden").join(name), text).unwrap();
        }
        folder
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join("tests/golden").join(name)).unwrap()
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    pub(crate) fn run<D: Configured>(&self, mode: Mode) -> Report {
        examine::<D>(self.0.path(), mode)
    }
}
