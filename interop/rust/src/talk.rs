//! What is said on one connection.

use crate::options::Options;
use crate::wire::Packet;
use crate::Failure;
use rustls::Connection;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(8);
const CHUNK_BYTES: usize = 16_384;
/// Of each message of a flood.
const FLOOD_BYTES: usize = 65_536;
/// Data, TLS says, 17 bytes of it.
const RECORD: [u8; 22] = [23, 3, 3, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const NONCE: [u8; 2] = [42, 0];
/// What a node says without being asked.
const DUE: [&str; 3] = ["version", "getaddr", "ping"];

pub struct Talk<'a> {
    tls: Connection,
    line: Line,
    options: &'a Options,
    /// Where the other side is.
    url: String,
    /// What has come, and is no whole packet yet.
    bytes: Vec<u8>,
    heard: BTreeSet<String>,
}

impl<'a> Talk<'a> {
    pub fn new(mut tls: Connection, socket: TcpStream, options: &'a Options) -> Result<Self, Failure> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        tls.set_buffer_limit(None);
        let url = format!("tcp+tls://{}/", socket.peer_addr()?);
        let line = Line { socket, piece: options.piece_bytes };
        Ok(Talk { tls, line, options, url, bytes: vec![], heard: BTreeSet::new() })
    }

    /// The commands that have come, in the order of the alphabet.
    pub fn heard(&self) -> Vec<&String> {
        self.heard.iter().collect()
    }

    /// What TLS has agreed on, as the inside of a JSON object.
    pub fn agreed(&self) -> String {
        let suite = self.tls.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
        let group = self.tls.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name()));
        let handshake = self.tls.handshake_kind().map(|kind| format!("{kind:?}"));
        let (asked, tickets) = match &self.tls {
            Connection::Client(client) => (None, client.tls13_tickets_received()),
            Connection::Server(server) => (server.server_name(), 0),
        };
        let text = |value: Option<&str>| value.map_or("null".into(), |text| format!("{text:?}"));
        format!(
            "\"suite\":{},\"group\":{},\"handshake\":{},\"asked\":{},\"tickets\":{tickets}",
            text(suite.as_deref()),
            text(group.as_deref()),
            text(handshake.as_deref()),
            text(asked),
        )
    }

    /// The TLS handshake, the introductions, a ping each way; then what the options ask for.
    pub fn exchange(&mut self) -> Result<(), Failure> {
        let version = Packet::version(&self.url);
        if self.options.early {
            self.tls.writer().write_all(&version.bytes())?;
        }
        while self.tls.is_handshaking() {
            self.tls.complete_io(&mut self.line)?;
        }
        self.flush()?;
        if !self.options.early {
            self.say(&version)?;
        }
        if self.until("verack")? != Packet::verack() {
            return Err("a verack of another kind".into());
        }
        self.ping()?;
        for _ in 0..if self.options.key_update { 2 } else { 0 } {
            self.tls.refresh_traffic_keys()?; // which asks the other side to do the same
            self.ping()?;
        }
        if self.options.blob_bytes > 0 {
            let blob = Packet::blob(self.options.blob_bytes);
            self.say(&blob)?;
            if self.until("Blob")? != blob {
                return Err("a message that came back as another".into());
            }
        }
        while !DUE.iter().all(|&due| self.heard.contains(due)) {
            self.hear()?;
        }
        Ok(())
    }

    /// Ends as the options say; tells how the other side did.
    pub fn end(&mut self) -> String {
        let ended = match self.options.end.as_str() {
            "notify" => {
                self.tls.send_close_notify();
                self.flush().map_err(Failure::from)
            }
            "garble" => self.line.write_all(&RECORD).map_err(Failure::from),
            "half" => self.line.socket.shutdown(Shutdown::Write).map_err(Failure::from),
            "cut" => return "hung up".into(),
            "flood" => self.flood(),
            _ => Ok(()),
        };
        match ended.and_then(|()| self.hear_out()) {
            Ok(()) => "close_notify".into(),
            Err(error) => match error.downcast_ref::<io::Error>().map(io::Error::kind) {
                None | Some(io::ErrorKind::Other) => format!("{error}; then {}", self.hang_on()),
                Some(kind) => format!("{kind:?}"),
            },
        }
    }

    fn ping(&mut self) -> Result<(), Failure> {
        self.say(&Packet::new("ping", NONCE.to_vec()))?;
        if self.until("pong")?.payload != NONCE {
            return Err("a pong to another ping".into());
        }
        Ok(())
    }

    fn flood(&mut self) -> Result<(), Failure> {
        let blob = Packet::blob(FLOOD_BYTES);
        loop {
            self.say(&blob)?;
        }
    }

    fn say(&mut self, packet: &Packet) -> io::Result<()> {
        self.tls.writer().write_all(&packet.bytes())?;
        self.flush()
    }

    /// The next packet with this command; others are answered on the way.
    fn until(&mut self, command: &str) -> Result<Packet, Failure> {
        loop {
            let packet = self.hear()?;
            if packet.command == command {
                return Ok(packet);
            }
        }
    }

    /// The next packet; what is due to it is said.
    fn hear(&mut self) -> Result<Packet, Failure> {
        loop {
            if let Some(packet) = Packet::take(&mut self.bytes)? {
                self.heard.insert(packet.command.clone());
                match packet.command.as_str() {
                    "version" => self.say(&Packet::verack())?,
                    "ping" => self.say(&Packet::new("pong", packet.payload.clone()))?,
                    _ => {}
                }
                return Ok(packet);
            }
            if self.read()? == 0 {
                return Err("close_notify in the middle of it".into());
            }
        }
    }

    /// Reads until the other side has said close_notify.
    fn hear_out(&mut self) -> Result<(), Failure> {
        while self.read()? > 0 {}
        Ok(())
    }

    /// Says whether the other side closes the connection by itself.
    fn hang_on(&mut self) -> &'static str {
        match io::copy(&mut self.line, &mut io::sink()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => "nothing",
            _ => "it is closed",
        }
    }

    /// Takes in what has come; 0 after close_notify.
    fn read(&mut self) -> io::Result<usize> {
        let mut chunk = [0; CHUNK_BYTES];
        loop {
            match self.tls.reader().read(&mut chunk) {
                Ok(count) => {
                    self.bytes.extend(&chunk[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.tls.read_tls(&mut self.line)?;
                    self.tls.process_new_packets().map_err(io::Error::other)?;
                    self.flush()?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.line)?;
        }
        Ok(())
    }
}

/// A socket that is read and written in pieces.
struct Line {
    socket: TcpStream,
    piece: usize,
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(self.piece);
        self.socket.read(&mut into[..count])
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(&bytes[..bytes.len().min(self.piece)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}
