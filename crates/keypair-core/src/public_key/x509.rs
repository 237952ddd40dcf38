//! The structure of an X.509 certificate (RFC 5280 section 4.1), walked to its last byte.

use der::asn1::{AnyRef, BitStringRef, ContextSpecific, IntRef, OctetStringRef};
use der::{Decode as _, Header, Reader as _, Result, SliceReader, Tag, TagNumber, Tagged as _};

const LABEL: &str = "CERTIFICATE";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// The bytes of the one block that a text is.
pub(super) fn decode_pem(pem: &str) -> Option<Vec<u8>> {
    // The decoder would pass over text in front, which might be anything: a private key, say.
    if !pem.starts_with(BEGIN) {
        return None;
    }
    let mut decoder = pem_rfc7468::Decoder::new_detect_wrap(pem.as_bytes()).ok()?;
    let mut der = Vec::with_capacity(decoder.remaining_len());
    decoder.decode_to_end(&mut der).ok()?;
    Some(der)
}

/// A text of one block.
pub(super) fn encode_pem(der: &[u8]) -> Option<String> {
    pem_rfc7468::encode_string(LABEL, pem_rfc7468::LineEnding::LF, der).ok()
}

/// Walks a certificate; leaves nothing unread.
pub(super) fn check(der: &[u8]) -> Result<()> {
    let mut reader = SliceReader::new(der)?;
    reader.sequence(|certificate: &mut SliceReader<'_>| {
        certificate.sequence(to_be_signed)?;
        algorithm(certificate)?;
        BitStringRef::decode(certificate)?;
        Ok::<_, der::Error>(())
    })?;
    reader.finish()
}

fn to_be_signed(tbs: &mut SliceReader<'_>) -> Result<()> {
    // Version: a number in an explicit tag; absent in version 1.
    ContextSpecific::<u8>::decode_explicit(tbs, TagNumber(0))?;
    IntRef::decode(tbs)?;
    algorithm(tbs)?;
    name(tbs)?;
    tbs.sequence(|validity: &mut SliceReader<'_>| {
        time(validity)?;
        time(validity)
    })?;
    name(tbs)?;
    tbs.sequence(|key: &mut SliceReader<'_>| {
        algorithm(key)?;
        BitStringRef::decode(key)?;
        Ok::<_, der::Error>(())
    })?;
    for unique_identifier in [TagNumber(1), TagNumber(2)] {
        ContextSpecific::<BitStringRef<'_>>::decode_implicit(tbs, unique_identifier)?;
    }
    if !tbs.is_finished() {
        extensions(tbs)?;
    }
    Ok(())
}

fn algorithm(reader: &mut SliceReader<'_>) -> Result<()> {
    reader.sequence(|algorithm: &mut SliceReader<'_>| {
        object_identifier(algorithm)?;
        if !algorithm.is_finished() {
            AnyRef::decode(algorithm)?;
        }
        Ok(())
    })
}

/// Any object identifier, however long: what it names is not looked at.
fn object_identifier(reader: &mut SliceReader<'_>) -> Result<()> {
    AnyRef::decode(reader)?
        .tag()
        .assert_eq(Tag::ObjectIdentifier)?;
    Ok(())
}

/// A name: a sequence of sets of an attribute's type and value each.
fn name(reader: &mut SliceReader<'_>) -> Result<()> {
    reader.sequence(|names: &mut SliceReader<'_>| {
        while !names.is_finished() {
            nested(names, Tag::Set, |set| {
                while !set.is_finished() {
                    set.sequence(|attribute: &mut SliceReader<'_>| {
                        object_identifier(attribute)?;
                        AnyRef::decode(attribute)?;
                        Ok::<_, der::Error>(())
                    })?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// A time of either kind: digits and a `Z`. Which moment it is does not matter here, and times
/// before 1970 or after 9999 are no reason to refuse.
fn time(reader: &mut SliceReader<'_>) -> Result<()> {
    let time = AnyRef::decode(reader)?;
    let digits = if time.tag() == Tag::UtcTime {
        12
    } else {
        time.tag().assert_eq(Tag::GeneralizedTime)?;
        14
    };
    match time.value().split_last() {
        Some((b'Z', rest)) if rest.len() == digits && rest.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(time.tag().value_error().into()),
    }
}

fn extensions(tbs: &mut SliceReader<'_>) -> Result<()> {
    let tag = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(3),
    };
    nested(tbs, tag, |explicit| {
        explicit.sequence(|extensions: &mut SliceReader<'_>| {
            while !extensions.is_finished() {
                extensions.sequence(|extension: &mut SliceReader<'_>| {
                    object_identifier(extension)?;
                    Option::<bool>::decode(extension)?;
                    <&OctetStringRef>::decode(extension)?;
                    Ok::<_, der::Error>(())
                })?;
            }
            Ok(())
        })
    })
}

/// Reads the content of a value with a known tag, completely.
fn nested<'a>(
    reader: &mut SliceReader<'a>,
    tag: Tag,
    content: impl FnOnce(&mut SliceReader<'a>) -> Result<()>,
) -> Result<()> {
    let header = Header::decode(reader)?;
    header.tag().assert_eq(tag)?;
    reader.read_nested(header.length(), content)
}
