//! The public keys of an issuer, ready for use.

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, KeyOperations, PublicKeyUse,
};

use super::refusal::TokenRefusal;

/// Shorter RSA keys are skipped, as RFC 7518 section 3.3 demands.
const MIN_RSA_BYTES: usize = 2048 / 8;

/// What each algorithm means for an RSA key.
const RSA: [(Algorithm, &RsaParameters); 6] = [
    (Algorithm::RS256, &signature::RSA_PKCS1_2048_8192_SHA256),
    (Algorithm::RS384, &signature::RSA_PKCS1_2048_8192_SHA384),
    (Algorithm::RS512, &signature::RSA_PKCS1_2048_8192_SHA512),
    (Algorithm::PS256, &signature::RSA_PSS_2048_8192_SHA256),
    (Algorithm::PS384, &signature::RSA_PSS_2048_8192_SHA384),
    (Algorithm::PS512, &signature::RSA_PSS_2048_8192_SHA512),
];

/// The keys an issuer signs with. Each stands once for every algorithm it may be used with, so that a key can
/// never be used with an algorithm of another kind.
#[derive(Default)]
pub(super) struct KeySet(Vec<Key>);

struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    public: ParsedPublicKey,
}

impl KeySet {
    /// Takes what can be used out of a published set: public keys for signatures. The rest is skipped, since
    /// issuers publish other keys beside the ones we need.
    pub(super) fn from_jwks(published: &JwkSet) -> Self {
        Self(published.keys.iter().filter(|key| is_for_signatures(key)).flat_map(usable).collect())
    }

    /// Whether nothing in the set can be used.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a key of that name is here, or, without a name, a single key that fits the algorithm.
    pub(super) fn knows(&self, kid: Option<&str>, algorithm: Algorithm) -> bool {
        match kid {
            Some(_) => self.0.iter().any(|key| key.kid.as_deref() == kid),
            // Trying several keys on a token that names none is a guess we do not make.
            None => self.0.iter().filter(|key| key.algorithm == algorithm).count() == 1,
        }
    }

    /// Proves a signature.
    pub(super) fn prove(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenRefusal> {
        if !self.knows(kid, algorithm) {
            return Err(TokenRefusal::KeyUnknown);
        }
        let named = |key: &&Key| kid.is_none() || key.kid.as_deref() == kid;
        let mut fitting = self.0.iter().filter(named).filter(|key| key.algorithm == algorithm).peekable();
        if fitting.peek().is_none() {
            return Err(TokenRefusal::Algorithm);
        }
        let mut proofs = fitting.map(|key| key.public.verify_sig(signed, signature));
        if proofs.any(|proof| proof.is_ok()) { Ok(()) } else { Err(TokenRefusal::Signature) }
    }
}

fn is_for_signatures(key: &Jwk) -> bool {
    let use_fits =
        key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let operations = key.common.key_operations.as_ref();
    use_fits && operations.is_none_or(|allowed| allowed.contains(&KeyOperations::Verify))
}

fn usable(published: &Jwk) -> Vec<Key> {
    let declared = published.common.key_algorithm;
    let keys = public_keys(&published.algorithm).unwrap_or_default();
    keys.into_iter()
        .filter(|(algorithm, _)| declared.is_none_or(|declared| KeyAlgorithm::from(*algorithm) == declared))
        .map(|(algorithm, public)| Key { kid: published.common.key_id.clone(), algorithm, public })
        .collect()
}

/// The key for each algorithm its type allows; `None` for a shared secret or a type we do not know.
fn public_keys(key: &AlgorithmParameters) -> Option<Vec<(Algorithm, ParsedPublicKey)>> {
    match key {
        AlgorithmParameters::RSA(rsa) => rsa_keys(&decode(&rsa.n)?, &decode(&rsa.e)?),
        AlgorithmParameters::EllipticCurve(point) => {
            let (x, y) = (decode(&point.x)?, decode(&point.y)?);
            let (algorithm, verification, width) = match point.curve {
                EllipticCurve::P256 => (Algorithm::ES256, &signature::ECDSA_P256_SHA256_FIXED, 32),
                EllipticCurve::P384 => (Algorithm::ES384, &signature::ECDSA_P384_SHA384_FIXED, 48),
                _ => return None,
            };
            if x.len() != width || y.len() != width {
                return None;
            }
            // The uncompressed form of SEC 1: 4, x, y.
            let public = ParsedPublicKey::new(verification, [&[4], x.as_slice(), &y].concat()).ok()?;
            Some(vec![(algorithm, public)])
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            let public = ParsedPublicKey::new(&signature::ED25519, decode(&pair.x)?).ok()?;
            Some(vec![(Algorithm::EdDSA, public)])
        }
        _ => None,
    }
}

fn rsa_keys(n: &[u8], e: &[u8]) -> Option<Vec<(Algorithm, ParsedPublicKey)>> {
    let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
    if n.len() < MIN_RSA_BYTES {
        return None;
    }
    let components = RsaPublicKeyComponents { n, e };
    RSA.iter()
        .map(|(algorithm, meaning)| Some((*algorithm, components.to_parsed_public_key(meaning).ok()?)))
        .collect()
}

/// Some issuers write numbers as their ASN.1 library stores them.
fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    &number[start..]
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
