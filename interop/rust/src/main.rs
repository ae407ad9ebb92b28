//! A peer of the network that is not ours: TLS by rustls, set up as the reference's is, and enough of the wire to introduce
//! itself, to say ping and pong, and to send a message and take it back.
//!
//! ```text
//! peer client HOST:PORT [option...]   dials
//! peer server [option...]             listens; its first line is a JSON list of ports
//! ```
//!
//! When as many connections as it makes at once have come as far as they can it prints `"open"`, then, when it has ended, one
//! JSON object for each. Options:
//!
//! - `at-once=N`, `times=N`: so many connections at once, and so many times in a row, all with one configuration
//! - `certificate=good|none|p256|other-name|two-names`, `group=NAME`, `suite=NAME`, `record-bytes=N`
//! - `early`: sends right behind its Finished
//! - `piece-bytes=N`: the most for each read and each write of the socket
//! - `key-update`: new keys, from both sides, between pings
//! - `blob-bytes=N`: sends a message of so many bytes, and waits until it comes back
//! - `end=notify|half|garble|cut|wait|flood`: says close_notify and reads on; ends its half of TCP without a word and reads on;
//!   writes a record that nobody has encrypted and reads on; hangs up; waits for the other side to go; writes without a pause
//!   until it cannot

mod options;
mod talk;
mod tls;
mod wire;

use options::Options;
use rustls::{ClientConnection, Connection, ServerConnection};
use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;
use talk::Talk;

type Failure = Box<dyn Error + Send + Sync>;

/// How one more connection is made.
type Meet = Box<dyn Fn() -> Result<(Connection, TcpStream), Failure> + Send>;

fn main() -> Result<(), Failure> {
    let options = Arc::new(Options::read(std::env::args().skip(1))?);
    let ready = Arc::new(Barrier::new(options.at_once));
    let meets = match &options.dial {
        Some(address) => dialling(address, &options)?,
        None => listening(&options)?,
    };
    let threads: Vec<_> = meets
        .into_iter()
        .map(|meet| {
            let (options, ready) = (options.clone(), ready.clone());
            thread::spawn(move || {
                for _ in 0..options.times {
                    println!("{}", report(&meet, &options, &ready));
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a thread has panicked")?;
    }
    Ok(())
}

fn dialling(address: &str, options: &Options) -> Result<Vec<Meet>, Failure> {
    let config = Arc::new(tls::client(options)?);
    let meet = || -> Meet {
        let (address, config) = (address.to_owned(), config.clone());
        Box::new(move || {
            let socket = TcpStream::connect(&address)?;
            let tls = ClientConnection::new(config.clone(), tls::NAME.try_into()?)?;
            Ok((tls.into(), socket))
        })
    };
    Ok((0..options.at_once).map(|_| meet()).collect())
}

fn listening(options: &Options) -> Result<Vec<Meet>, Failure> {
    let config = Arc::new(tls::server(options)?);
    let mut ports = vec![];
    let mut meets: Vec<Meet> = vec![];
    for _ in 0..options.at_once {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        ports.push(listener.local_addr()?.port());
        let config = config.clone();
        meets.push(Box::new(move || {
            let (socket, _) = listener.accept()?;
            Ok((ServerConnection::new(config.clone())?.into(), socket))
        }));
    }
    println!("{ports:?}");
    Ok(meets)
}

/// Goes through one connection; gives what is printed of it. All that are made at once are open before the first of them ends.
fn report(meet: &Meet, options: &Options, ready: &Barrier) -> String {
    let mut talk = match meet().and_then(|(tls, socket)| Talk::new(tls, socket, options)) {
        Ok(talk) => talk,
        Err(error) => {
            meet_others(ready);
            return format!("{{\"failed\":{:?}}}", error.to_string());
        }
    };
    let exchange = talk.exchange();
    meet_others(ready);
    let end = match exchange {
        Ok(()) => talk.end(),
        Err(error) => format!("failed: {error}"),
    };
    format!("{{{},\"heard\":{:?},\"end\":{end:?}}}", talk.agreed(), talk.heard())
}

fn meet_others(ready: &Barrier) {
    if ready.wait().is_leader() {
        println!("\"open\"");
    }
}
