//! One valid key of each accepted type, built field by field, so that a test can break each.

use base64ct::{Base64, Encoding as _};

/// One field of a blob.
#[derive(Debug, Clone)]
pub(crate) enum Field {
    /// A string with its length before it.
    String(Vec<u8>),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

pub(crate) fn string(bytes: impl AsRef<[u8]>) -> Field {
    Field::String(bytes.as_ref().to_vec())
}

/// A positive number in its only spelling.
pub(crate) fn number(magnitude: &[u8]) -> Field {
    let sign: &[u8] = if magnitude[0] >= 0x80 { &[0] } else { &[] };
    string([sign, magnitude].concat())
}

pub(crate) fn join(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        match field {
            Field::String(content) => {
                bytes.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
                bytes.extend_from_slice(content);
            }
            Field::Raw(content) => bytes.extend_from_slice(content),
        }
    }
    bytes
}

/// A type word and the fields that follow it in the blob.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) word: String,
    pub(crate) fields: Vec<Field>,
}

impl Sample {
    pub(crate) fn new(word: &str, fields: Vec<Field>) -> Self {
        let word = word.to_owned();
        Self { word, fields }
    }

    pub(crate) fn blob(&self) -> Vec<u8> {
        join(&[&[string(&self.word)], &self.fields[..]].concat())
    }

    pub(crate) fn line(&self) -> String {
        line(&self.word, &self.blob())
    }

    pub(crate) fn with(&self, position: usize, field: Field) -> Self {
        let mut changed = self.clone();
        changed.fields[position] = field;
        changed
    }
}

pub(crate) fn line(word: &str, blob: &[u8]) -> String {
    format!("{word} {}", Base64::encode_string(blob))
}

/// An odd number of a size, for want of a modulus: nobody can tell without factoring it.
pub(crate) fn odd(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0xa5; bits.div_ceil(8)];
    bytes[0] = match bits % 8 {
        0 => 0xff,
        used => (1 << used) - 1,
    };
    bytes
}

pub(crate) fn rsa(bits: usize) -> Sample {
    Sample::new("ssh-rsa", vec![number(&[1, 0, 1]), number(&odd(bits))])
}

pub(crate) fn p256_point() -> Vec<u8> {
    let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
    secret.public_key().to_sec1_bytes().to_vec()
}

pub(crate) fn ecdsa(curve: &str) -> Sample {
    let point = match curve {
        "nistp256" => p256_point(),
        "nistp384" => {
            let secret = p384::SecretKey::from_slice(&[7; 48]).unwrap();
            secret.public_key().to_sec1_bytes().to_vec()
        }
        "nistp521" => {
            let secret = p521::SecretKey::from_slice(&[&[0], &[7; 65][..]].concat()).unwrap();
            secret.public_key().to_sec1_bytes().to_vec()
        }
        other => panic!("no such curve: {other}"),
    };
    Sample::new(
        &format!("ecdsa-sha2-{curve}"),
        vec![string(curve), string(point)],
    )
}

pub(crate) fn ed25519() -> Sample {
    Sample::new("ssh-ed25519", vec![string([7; 32])])
}

pub(crate) fn dsa() -> Sample {
    let fields = [odd(1024), odd(160), odd(1000), odd(1001)];
    Sample::new(
        "ssh-dss",
        fields.iter().map(|field| number(field)).collect(),
    )
}

pub(crate) fn sk_ed25519() -> Sample {
    Sample::new(
        "sk-ssh-ed25519@openssh.com",
        vec![string([7; 32]), string("ssh:")],
    )
}

pub(crate) fn sk_ecdsa() -> Sample {
    let fields = vec![string("nistp256"), string(p256_point()), string("ssh:who")];
    Sample::new("sk-ecdsa-sha2-nistp256@openssh.com", fields)
}

/// A certificate of a key, as a hardware token signs it or any other key.
pub(crate) fn certificate(key: &Sample, authority: &Sample) -> Sample {
    let mut signature = vec![string("scheme"), string([9; 64])];
    if authority.word.starts_with("sk-") {
        signature.push(Field::Raw(vec![1, 0, 0, 0, 5]));
    }
    let mut fields = vec![string([3; 32])];
    fields.extend_from_slice(&key.fields);
    fields.extend([
        Field::Raw(7_u64.to_be_bytes().to_vec()),
        Field::Raw(1_u32.to_be_bytes().to_vec()),
        string("key id"),
        string(join(&[string("root"), string("admin")])),
        Field::Raw(0_u64.to_be_bytes().to_vec()),
        Field::Raw(u64::MAX.to_be_bytes().to_vec()),
        string(join(&[
            string("force-command"),
            string(join(&[string("/bin/true")])),
        ])),
        string(join(&[string("permit-pty"), string("")])),
        string(""),
        string(authority.blob()),
        string(join(&signature)),
    ]);
    Sample::new(&format!("{}-cert-v01@openssh.com", key.word), fields)
}

/// Each of the accepted types once.
pub(crate) fn every_type() -> Vec<Sample> {
    let certifiable = [
        rsa(2048),
        ed25519(),
        ecdsa("nistp256"),
        ecdsa("nistp384"),
        ecdsa("nistp521"),
        dsa(),
    ];
    let authorities = [
        sk_ed25519(),
        sk_ecdsa(),
        ed25519(),
        rsa(3072),
        ecdsa("nistp384"),
        dsa(),
    ];
    let certificates = certifiable
        .iter()
        .zip(&authorities)
        .map(|(key, authority)| certificate(key, authority));
    let mut samples: Vec<Sample> = certificates.collect();
    samples.extend(certifiable);
    samples.extend([sk_ed25519(), sk_ecdsa()]);
    samples
}
