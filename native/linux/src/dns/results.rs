//! The answers of a DNS message in Sysmon's form.

use simple_dns::{Packet as Message, rdata::RData};
use std::{
    fmt::Write as _,
    net::{Ipv4Addr, Ipv6Addr},
};

/// Where results are cut.
const RESULTS_BYTES: usize = 4096;

/// Sysmon's QueryResults: addresses bare, IPv4 ones mapped; other records with their type; each
/// ended by a semicolon.
pub(super) fn results_of(message: &Message<'_>) -> String {
    let mut text = String::new();
    for record in &message.answers {
        let before = text.len();
        let written = match &record.rdata {
            RData::A(a) => write!(text, "{};", Ipv4Addr::from(a.address).to_ipv6_mapped()),
            RData::AAAA(aaaa) => write!(text, "{};", Ipv6Addr::from(aaaa.address)),
            RData::CNAME(name) => write!(text, "type:  5 {};", name.0),
            RData::NS(name) => write!(text, "type:  2 {};", name.0),
            RData::PTR(name) => write!(text, "type:  12 {};", name.0),
            RData::MX(mx) => write!(text, "type:  15 {};", mx.exchange),
            RData::SRV(srv) => write!(text, "type:  33 {};", srv.target),
            RData::SOA(soa) => write!(text, "type:  6 {};", soa.mname),
            RData::TXT(txt) => {
                let strings: Vec<_> = txt.iter_raw().map(text_of).collect();
                write!(text, "type:  16 {};", strings.concat())
            }
            other => write!(text, "type:  {} ;", u16::from(other.type_code())),
        };
        if written.is_err() || text.len() > RESULTS_BYTES {
            text.truncate(before);
            break;
        }
    }
    text
}

/// One string of a TXT record, which the library takes apart at its first `=`.
fn text_of((key, value): (&[u8], Option<&[u8]>)) -> String {
    let mut text = String::from_utf8_lossy(key).into_owned();
    if let Some(value) = value {
        text.push('=');
        text.push_str(&String::from_utf8_lossy(value));
    }
    text
}
