//! A DNS question, and a name server that answers it, in one process without threads.

use crate::{
    Place,
    call::{Result, checked},
};
use std::{mem, ptr};

/// Header, then the question `selftest.monomi.invalid` A IN.
static QUESTION: [u8; 41] = *b"\x4d\x6f\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\
    \x08selftest\x06monomi\x07invalid\x00\x00\x01\x00\x01";
/// An answer to it: a pointer to the name, A IN, 60 s, 192.0.2.1.
static ANSWER: [u8; 16] = *b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01";
/// An address of this host on which hardly anybody runs a name server.
const SERVER: [u8; 4] = [127, 77, 111, 110];
const PORT: u16 = 53;

fn address(octets: [u8; 4], port: u16) -> libc::sockaddr_in {
    // SAFETY: all zeros are a valid address.
    let mut address: libc::sockaddr_in = unsafe { mem::zeroed() };
    address.sin_family = libc::AF_INET as _;
    address.sin_addr.s_addr = u32::from_ne_bytes(octets);
    address.sin_port = port.to_be();
    address
}

pub(crate) fn ask(_: &Place) -> Result<()> {
    let mut response = [0u8; QUESTION.len() + ANSWER.len()];
    response[..QUESTION.len()].copy_from_slice(&QUESTION);
    response[QUESTION.len()..].copy_from_slice(&ANSWER);
    response[2] |= 0x80; // a response
    response[7] = 1; // with one answer
    let server_address = address(SERVER, PORT);
    let mut client_address = address([0; 4], 0);
    let mut size = mem::size_of::<libc::sockaddr_in>() as libc::socklen_t;
    let mut buffer = [0u8; 512];
    // SAFETY: every pointer goes with the size of what it points to.
    unsafe {
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC;
        let to_server = ptr::from_ref(&server_address).cast();
        let to_client = ptr::from_mut(&mut client_address).cast();
        let server = checked("make a socket", libc::socket(libc::AF_INET, kind, 0))?;
        checked(
            "be a name server on 127.77.111.110",
            libc::bind(server, to_server, size),
        )?;
        let client = checked("make a socket", libc::socket(libc::AF_INET, kind, 0))?;
        checked(
            "connect to the name server",
            libc::connect(client, to_server, size),
        )?;
        let question = QUESTION.as_ptr().cast();
        checked(
            "ask",
            libc::send(client, question, QUESTION.len(), 0) as i64,
        )?;
        let room = buffer.as_mut_ptr().cast();
        let flags = libc::MSG_DONTWAIT;
        let asked = libc::recvfrom(server, room, buffer.len(), flags, to_client, &mut size);
        checked("hear the question", asked as i64)?;
        let answer = response.as_ptr().cast();
        let sent = libc::sendto(server, answer, response.len(), 0, to_client, size);
        checked("answer", sent as i64)?;
        checked(
            "hear the answer",
            libc::recv(client, room, buffer.len(), flags) as i64,
        )?;
    }
    Ok(())
}
