//! The local address of a datagram whose socket is not bound to one: what the routing table would
//! choose, asked once per peer and remembered.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

const REMEMBERED: usize = 1024;
const DISCARD_PORT: u16 = 9;

/// Answers which local address reaches a peer.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    known: HashMap<IpAddr, Option<IpAddr>>,
}

impl Routes {
    /// The local address for `peer`; None when no route leads there. No packet is sent: connecting
    /// a datagram socket only looks up the route.
    pub(crate) fn local_for(&mut self, peer: IpAddr) -> Option<IpAddr> {
        if let Some(known) = self.known.get(&peer) {
            return *known;
        }
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let local = look_up(peer);
        self.known.insert(peer, local);
        local
    }
}

fn look_up(peer: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    socket.connect(SocketAddr::new(peer, DISCARD_PORT)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_reached_from_loopback() {
        let peer: IpAddr = Ipv4Addr::new(127, 0, 0, 5).into();
        assert_eq!(
            Routes::default().local_for(peer),
            Some(Ipv4Addr::LOCALHOST.into())
        );
    }
}
