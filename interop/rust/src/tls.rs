//! TLS as the reference sets it up: 1.3, Ed25519 signatures alone, certificates from both sides for the name `dark.fi` alone.

use crate::options::Options;
use crate::Failure;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{ring, verify_tls13_signature, CryptoProvider};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::version::TLS13;
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use std::sync::Arc;

pub const NAME: &str = "dark.fi";

pub fn client(options: &Options) -> Result<ClientConfig, Failure> {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider(options)))
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier));
    let mut config = if options.certificate == "none" {
        builder.with_no_client_auth()
    } else {
        let (certificate, key) = identity(&options.certificate)?;
        builder.with_client_auth_cert(vec![certificate], key)?
    };
    config.max_fragment_size = options.record_bytes;
    Ok(config)
}

pub fn server(options: &Options) -> Result<ServerConfig, Failure> {
    let (certificate, key) = identity(&options.certificate)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider(options)))
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::new(Verifier))
        .with_single_cert(vec![certificate], key)?;
    config.max_fragment_size = options.record_bytes;
    Ok(config)
}

/// The suites and groups that rustls has from ring, or the one of them that is asked for.
fn provider(options: &Options) -> CryptoProvider {
    let mut provider = ring::default_provider();
    if let Some(name) = &options.group {
        provider.kx_groups.retain(|each| format!("{:?}", each.name()) == *name);
    }
    if let Some(name) = &options.suite {
        provider.cipher_suites.retain(|each| format!("{:?}", each.suite()) == *name);
    }
    provider
}

fn identity(kind: &str) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), Failure> {
    let (algorithm, names): (_, &[&str]) = match kind {
        "p256" => (&rcgen::PKCS_ECDSA_P256_SHA256, &[NAME]),
        "other-name" => (&rcgen::PKCS_ED25519, &["light.fi"]),
        "two-names" => (&rcgen::PKCS_ED25519, &[NAME, "light.fi"]),
        "good" => (&rcgen::PKCS_ED25519, &[NAME]),
        _ => return Err(format!("there is no certificate {kind}").into()),
    };
    let key = KeyPair::generate_for(algorithm)?;
    let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
    let mut params = CertificateParams::new(names)?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?.der().clone();
    Ok((certificate, key.into()))
}

/// Takes whoever has a certificate of the network's kind, whoever made it.
#[derive(Debug)]
struct Verifier;

type Verified<T> = Result<T, rustls::Error>;

impl Verifier {
    fn check(&self, certificate: &CertificateDer) -> Verified<()> {
        let parsed = webpki::EndEntityCert::try_from(certificate).map_err(|error| fault(&error.to_string()))?;
        match parsed.valid_dns_names().eq([NAME]) {
            true => Ok(()),
            false => Err(fault("the certificate is not for dark.fi alone")),
        }
    }

    fn check_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signed: &DigitallySignedStruct,
    ) -> Verified<HandshakeSignatureValid> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, &algorithms)
    }
}

fn fault(what: &str) -> rustls::Error {
    rustls::Error::General(what.into())
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer,
        _chain: &[CertificateDer],
        _name: &ServerName,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Verified<ServerCertVerified> {
        self.check(certificate).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer,
        _signed: &DigitallySignedStruct,
    ) -> Verified<HandshakeSignatureValid> {
        Err(fault("TLS 1.2"))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signed: &DigitallySignedStruct,
    ) -> Verified<HandshakeSignatureValid> {
        self.check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

impl ClientCertVerifier for Verifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer,
        _chain: &[CertificateDer],
        _now: UnixTime,
    ) -> Verified<ClientCertVerified> {
        self.check(certificate).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer,
        _signed: &DigitallySignedStruct,
    ) -> Verified<HandshakeSignatureValid> {
        Err(fault("TLS 1.2"))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer,
        signed: &DigitallySignedStruct,
    ) -> Verified<HandshakeSignatureValid> {
        self.check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
