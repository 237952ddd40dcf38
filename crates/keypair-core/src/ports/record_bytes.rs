//! Key pairs as bytes: how a store that keeps bytes writes what a record is made of.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::split_time;
use crate::model::KeyPair;

/// A record that is being written. Each store has a layout of its own, and reads it by itself,
/// because what it makes of a damaged record is its own affair.
#[derive(Debug, Default)]
pub struct RecordBytes(pub Vec<u8>);

impl RecordBytes {
    /// Writes bytes whose number the reader knows.
    pub fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
    pub fn number(&mut self, mut number: u64) {
        loop {
            let low = number.to_le_bytes()[0] & 0x7f;
            number >>= 7;
            if number == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    /// Writes bytes behind their number.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.fixed(bytes);
    }

    /// Writes a text as UTF-8 behind the number of its bytes.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Writes the number of pairs, then each name with its value.
    pub fn map(&mut self, map: &BTreeMap<String, String>) {
        self.number(map.len() as u64);
        for (key, value) in map {
            self.text(key);
            self.text(value);
        }
    }

    /// A time of any distance in twelve bytes: what [`split_time`] gives, little endian.
    pub fn time(&mut self, time: SystemTime) {
        let (seconds, nanos) = split_time(time);
        self.fixed(&seconds.to_le_bytes());
        self.fixed(&nanos.to_le_bytes());
    }

    /// Writes what a plain key pair lacks, in this order: description, labels, who changed it last,
    /// and the kept private half, each if it is there; properties before the private half and
    /// attachments behind it always. Which of it is there is for the store's own flags to say.
    pub fn extras(&mut self, key_pair: &KeyPair) {
        let attributes = &key_pair.attributes;
        if let Some(description) = &attributes.description {
            self.text(description);
        }
        if let Some(tags) = &attributes.tags {
            self.map(tags);
        }
        if let Some(author) = &attributes.last_changed_by {
            self.text(author);
        }
        self.map(&attributes.properties);
        if let Some(kept) = &key_pair.private_key {
            self.bytes(&kept.bytes);
        }
        self.number(key_pair.attachments.len() as u64);
        for attachment in &key_pair.attachments {
            self.text(attachment.as_str());
        }
    }
}
