//! The wire of the network: packets of magic, command and payload.

const MAGIC: [u8; 4] = [0x7f, 0x40, 0x0c, 0xc9];
const APP: &str = "dchatd";
const APP_VERSION: [u64; 3] = [0, 4, 1];
/// When the peer says it was.
const SECONDS: u64 = 1_753_290_000;

/// One message.
#[derive(Debug, PartialEq)]
pub struct Packet {
    pub command: String,
    pub payload: Vec<u8>,
}

impl Packet {
    pub fn new(command: &str, payload: Vec<u8>) -> Self {
        Packet { command: command.into(), payload }
    }

    /// Who we are; `url` is where the other side is.
    pub fn version(url: &str) -> Self {
        let mut payload = vec![];
        text(&mut payload, ""); // the node's id
        text(&mut payload, APP);
        app_version(&mut payload);
        payload.extend(SECONDS.to_le_bytes());
        text(&mut payload, url); // where it was dialled
        payload.push(1);
        text(&mut payload, url); // where it was found
        payload.push(0); // no outer addresses
        payload.push(0); // no features
        Packet::new("version", payload)
    }

    pub fn verack() -> Self {
        let mut payload = vec![];
        app_version(&mut payload);
        text(&mut payload, APP);
        Packet::new("verack", payload)
    }

    /// A message of so many bytes, none of them like the one before it.
    pub fn blob(bytes: usize) -> Self {
        let mut payload = vec![];
        count(&mut payload, bytes);
        payload.extend((0..bytes).map(|at| (at + at / 251) as u8));
        Packet::new("Blob", payload)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        text(&mut bytes, &self.command);
        count(&mut bytes, self.payload.len());
        bytes.extend(&self.payload);
        bytes
    }

    /// Takes the first packet off what has come, if it is there to its end.
    pub fn take(bytes: &mut Vec<u8>) -> Result<Option<Self>, &'static str> {
        let Some((command, payload, end)) = parts(bytes) else { return Ok(None) };
        if bytes[..MAGIC.len()] != MAGIC {
            return Err("not the magic bytes");
        }
        let command = std::str::from_utf8(&bytes[command]).map_err(|_| "a command that is no text")?;
        let packet = Packet::new(command, bytes[payload].to_vec());
        bytes.drain(..end);
        Ok(Some(packet))
    }
}

type Span = std::ops::Range<usize>;

/// Where command and payload lie, and where the packet ends.
fn parts(bytes: &[u8]) -> Option<(Span, Span, usize)> {
    let command = counted(bytes, MAGIC.len())?;
    let payload = counted(bytes, command.end)?;
    let end = payload.end;
    (bytes.len() >= end).then_some((command, payload, end))
}

/// What lies behind a count, of so many bytes.
fn counted(bytes: &[u8], at: usize) -> Option<Span> {
    let width = match *bytes.get(at)? {
        0xfd => 2,
        0xfe => 4,
        0xff => 8,
        count => return Some(at + 1..at + 1 + count as usize),
    };
    let mut count = [0; 8];
    count[..width].copy_from_slice(bytes.get(at + 1..at + 1 + width)?);
    let start = at + 1 + width;
    Some(start..start.checked_add(u64::from_le_bytes(count) as usize)?)
}

fn count(into: &mut Vec<u8>, count: usize) {
    match count {
        0..=0xfc => into.push(count as u8),
        0xfd..=0xffff => {
            into.push(0xfd);
            into.extend((count as u16).to_le_bytes());
        }
        _ => {
            into.push(0xfe);
            into.extend((count as u32).to_le_bytes());
        }
    }
}

fn text(into: &mut Vec<u8>, text: &str) {
    count(into, text.len());
    into.extend(text.as_bytes());
}

/// Three numbers, and two texts that are empty.
fn app_version(into: &mut Vec<u8>) {
    for number in APP_VERSION {
        into.extend(number.to_le_bytes());
    }
    text(into, "");
    text(into, "");
}
