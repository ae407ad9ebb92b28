//! What the command line asks for.

use crate::Failure;
use std::str::FromStr;

pub struct Options {
    /// Whom to dial; who dials nobody listens.
    pub dial: Option<String>,
    pub at_once: usize,
    pub times: usize,
    pub certificate: String,
    pub group: Option<String>,
    pub suite: Option<String>,
    pub record_bytes: Option<usize>,
    pub early: bool,
    pub piece_bytes: usize,
    pub key_update: bool,
    pub blob_bytes: usize,
    pub end: String,
}

impl Options {
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let dial = match args.next().as_deref() {
            Some("client") => Some(args.next().ok_or("a client needs HOST:PORT")?),
            Some("server") => None,
            _ => return Err("client HOST:PORT, or server".into()),
        };
        let mut options = Options {
            dial,
            at_once: 1,
            times: 1,
            certificate: "good".into(),
            group: None,
            suite: None,
            record_bytes: None,
            early: false,
            piece_bytes: usize::MAX,
            key_update: false,
            blob_bytes: 0,
            end: "notify".into(),
        };
        for option in args {
            let (key, value) = option.split_once('=').unwrap_or((&option, ""));
            match key {
                "at-once" => options.at_once = number(value)?,
                "times" => options.times = number(value)?,
                "certificate" => options.certificate = value.into(),
                "group" => options.group = Some(value.into()),
                "suite" => options.suite = Some(value.into()),
                "record-bytes" => options.record_bytes = Some(number(value)?),
                "early" => options.early = true,
                "piece-bytes" => options.piece_bytes = number(value)?,
                "key-update" => options.key_update = true,
                "blob-bytes" => options.blob_bytes = number(value)?,
                "end" => options.end = value.into(),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        Ok(options)
    }
}

fn number(value: &str) -> Result<usize, Failure> {
    usize::from_str(value).map_err(|_| format!("{value} is no number").into())
}
