//! `keyglot man`: one manual page for the program and its sub-commands.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::CONFIGURATION;

/// The page, in roff.
///
/// # Errors
/// None in practice: it is written to memory.
pub(crate) fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut command = command.clone();
    command.build();
    let man = Man::new(command.clone()).section("1");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    roff.to_writer(&mut page)?;
    for sub_command in command.get_subcommands() {
        write_command(sub_command, &mut page)?;
    }
    closing().to_writer(&mut page)?;
    Ok(in_ascii(&String::from_utf8_lossy(&page)).into_bytes())
}

/// Not every roff reads UTF-8; all know the names of its characters.
fn in_ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            // Writing to a String does not fail.
            let _ = write!(ascii, "\\[u{:04X}]", u32::from(character));
        }
    }
    ascii
}

/// A sub-command, or the sub-commands in it.
fn write_command(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    if command.get_name() == "help" {
        return Ok(());
    }
    if command.has_subcommands() {
        for sub_command in command.get_subcommands() {
            write_command(sub_command, page)?;
        }
        return Ok(());
    }
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut heading = Roff::new();
    heading.control("SS", [name]);
    if let Some(about) = command.get_about() {
        heading.text([roman(about.to_string())]);
    }
    heading.to_writer(page)?;
    let man = Man::new(command.clone());
    // The headings of a page of its own give way to this one's.
    for section in [Man::render_synopsis_section, Man::render_options_section] {
        let mut text = Vec::new();
        section(&man, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        for line in text.lines() {
            let line = if line.starts_with(".SH") { ".PP" } else { line };
            page.extend_from_slice(line.as_bytes());
            page.push(b'\n');
        }
    }
    Ok(())
}

/// Exit codes, files and variables.
fn closing() -> Roff {
    let mut roff = Roff::new();
    let mut entries = |title: &str, entries: &[(&str, &str)]| {
        roff.control("SH", [title]);
        for (name, meaning) in entries {
            roff.control("TP", []);
            roff.text([bold(*name)]);
            roff.text([roman(*meaning)]);
        }
    };
    let configuration = CONFIGURATION.to_string();
    entries(
        "EXIT STATUS",
        &[
            ("0", "All went well; a server ended as it was told to."),
            (
                "1",
                "Something outside the configuration failed, or a selftest did.",
            ),
            (&configuration, "A setting or an argument cannot be."),
        ],
    );
    entries(
        "FILES",
        &[
            (
                "keyglot.toml",
                "The configuration, where --config or KEYGLOT_CONFIG name one; no file is looked for by itself.",
            ),
            (
                "DIR of redb:DIR",
                "The embedded store. One server at a time may have it open.",
            ),
        ],
    );
    entries(
        "ENVIRONMENT",
        &[
            ("KEYGLOT_CONFIG", "The configuration file."),
            (
                "KEYGLOT_…",
                "Every setting: its key in capitals, the levels joined by two underscores, as in \
                 KEYGLOT_LIMITS__MAX_IN_FLIGHT. Variables win over the file, the command line over both.",
            ),
            (
                "SSL_CERT_FILE, SSL_CERT_DIR",
                "Where selftest looks for the system's certificates, unless --ca-file is given.",
            ),
        ],
    );
    roff.control("SH", ["SIGNALS"]);
    roff.text([
        bold("SIGTERM"),
        roman(" and "),
        bold("SIGINT"),
        roman(" end the server after the calls in flight, "),
        bold("SIGHUP"),
        roman(" has it read the configuration again, "),
        bold("SIGUSR1"),
        roman(" drops the keys that were made ahead."),
    ]);
    roff.control("SH", ["SEE ALSO"]);
    roff.text([
        italic("docs/configure.md"),
        roman(" has every setting; it is what "),
        bold("keyglot config docs"),
        roman(" prints."),
    ]);
    roff
}
