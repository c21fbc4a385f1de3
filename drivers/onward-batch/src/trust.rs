//! Whose certificates are trusted.

use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

#[cfg(feature = "rustls")]
use crate::error::{ErrorKind, Result};

/// The authorities of a program's own; without any, those that browsers trust.
#[derive(Clone, Default)]
pub(crate) struct Trust {
    #[cfg(feature = "rustls")]
    roots: Vec<ureq::tls::Certificate<'static>>,
}

impl Trust {
    /// # Errors
    /// If there is no certificate in it, or one that is none.
    #[cfg(feature = "rustls")]
    pub(crate) fn add(&mut self, pem: &[u8]) -> Result<()> {
        use ureq::tls::{PemItem, parse_pem};

        let wrong = |problem: &str| ErrorKind::Certificate { problem: problem.to_owned() };
        let before = self.roots.len();
        for item in parse_pem(pem) {
            let item = item.map_err(|error| wrong(&format!("this is no PEM: {error}")))?;
            let PemItem::Certificate(certificate) = item else {
                return Err(wrong("there is a key in it, which is the authority's alone").into());
            };
            let mut store = rustls::RootCertStore::empty();
            let added = store.add(certificate.der().into());
            added.map_err(|error| wrong(&format!("it cannot be read: {error}")))?;
            self.roots.push(certificate);
        }
        match self.roots.len() > before {
            true => Ok(()),
            false => Err(wrong("no `-----BEGIN CERTIFICATE-----` is in it").into()),
        }
    }

    /// The same, with these.
    pub(crate) fn config(&self, config: ConfigBuilder<AgentScope>) -> ConfigBuilder<AgentScope> {
        #[cfg(feature = "rustls")]
        if !self.roots.is_empty() {
            use ureq::tls::{RootCerts, TlsConfig};

            let roots = RootCerts::new_with_certs(&self.roots);
            return config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        config
    }
}

/// What is wrong with the certificate of a server, if that is what an error is about: nothing was sent.
#[cfg(feature = "rustls")]
pub(crate) fn distrust(error: &ureq::Error) -> Option<String> {
    let error = match error {
        ureq::Error::Rustls(error) => error,
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    match error {
        rustls::Error::InvalidCertificate(why) => Some(why.to_string()),
        _ => None,
    }
}

/// Without TLS there are none.
#[cfg(not(feature = "rustls"))]
pub(crate) fn distrust(_: &ureq::Error) -> Option<String> {
    None
}
