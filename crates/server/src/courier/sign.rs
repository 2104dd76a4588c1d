//! Signatures as Standard Webhooks has them (<https://www.standardwebhooks.com>): HMAC-SHA256 over id, time and body.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A secret as its owner is shown it.
pub(super) fn write_secret(secret: &[u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

/// One signature: `v1,` and the MAC.
pub(super) fn sign(secret: &[u8; 32], id: &str, timestamp: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another program: `printf 'msg.1.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…`.
    #[test]
    fn a_signature_is_over_id_time_and_body() {
        let secret = [1; 32];

        let signature = sign(&secret, "msg", 1, "{}");

        assert_eq!(signature, "v1,Ul9kKqm9iG3kaMu7ht+wxnBu/VYH00OLsl8OwO6kjpw=");
        assert_ne!(signature, sign(&secret, "msg", 2, "{}"));
        assert_ne!(signature, sign(&secret, "msh", 1, "{}"));
        assert_ne!(signature, sign(&secret, "msg", 1, "{} "));
        assert_ne!(signature, sign(&[2; 32], "msg", 1, "{}"));
        assert_eq!(write_secret(&secret).len(), "whsec_".len() + 44);
    }
}
