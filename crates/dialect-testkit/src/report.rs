//! What a run of golden files found.

use std::fmt;
use std::path::PathBuf;

/// The findings of a run: nothing is held back after the first.
#[derive(Debug, Default)]
pub struct Report {
    /// How many files were run.
    pub files: usize,
    /// How many exchanges they hold.
    pub exchanges: usize,
    /// What is wrong, by file.
    pub failures: Vec<(PathBuf, Vec<String>)>,
    /// What no file has a case for.
    pub missing: Vec<String>,
    /// Files that were rewritten.
    pub blessed: Vec<PathBuf>,
}

impl Report {
    /// Whether all is as it should be.
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty() && self.missing.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} golden files with {} exchanges: {} fail, {} cases are missing",
            self.files,
            self.exchanges,
            self.failures.len(),
            self.missing.len()
        )?;
        for (path, problems) in &self.failures {
            writeln!(f, "\n{}", path.display())?;
            for problem in problems {
                for line in problem.lines() {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        if !self.missing.is_empty() {
            writeln!(f, "\nno file has a case for")?;
        }
        for missing in &self.missing {
            writeln!(f, "    {missing}")?;
        }
        for path in &self.blessed {
            writeln!(f, "rewritten: {}", path.display())?;
        }
        Ok(())
    }
}
